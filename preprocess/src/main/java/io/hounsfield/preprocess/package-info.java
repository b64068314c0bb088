// SPDX-License-Identifier: Apache-2.0
/**
 * From the slices of a series to a volume in Hounsfield units: which instances can be measured at
 * all ({@link io.hounsfield.preprocess.Suitability}), their pixels as HU ({@link
 * io.hounsfield.preprocess.SliceReader}), and how they form one regular grid ({@link
 * io.hounsfield.preprocess.VolumePlan}). What does not is refused with a {@link
 * io.hounsfield.preprocess.RefusalReason} and the numbers behind it; nothing is dropped or guessed.
 */
package io.hounsfield.preprocess;
