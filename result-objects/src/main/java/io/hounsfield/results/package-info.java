// SPDX-License-Identifier: Apache-2.0
/**
 * One analysis in the forms that hospitals read: DICOM objects, documents, messages. Pure encoders:
 * from a {@link io.hounsfield.results.ResultCase} to bytes, the same bytes each time.
 */
package io.hounsfield.results;
