// SPDX-License-Identifier: Apache-2.0
/** DICOMweb (PS3.18) over what the spool holds: STOW-RS, QIDO-RS, WADO-RS. */
package io.hounsfield.dicomweb;
