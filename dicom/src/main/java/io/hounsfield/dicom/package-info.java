// SPDX-License-Identifier: Apache-2.0

/** DICOM data sets, files, transfer syntaxes and pixel decoders: PS3.5, PS3.6, PS3.10. */
package io.hounsfield.dicom;
