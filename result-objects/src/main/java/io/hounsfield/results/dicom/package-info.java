// SPDX-License-Identifier: Apache-2.0
/** Results as DICOM objects: Segmentation, Structured Report, pictures, Encapsulated PDF. */
package io.hounsfield.results.dicom;
