// SPDX-License-Identifier: Apache-2.0
/**
 * How good the masks are: a model against reference masks of pictures, NIfTI volumes or DICOM
 * Segmentations. Reading, comparison, statistics, pictures and pages; the measuring itself is the
 * service's.
 */
package io.hounsfield.benchmarks.accuracy;
