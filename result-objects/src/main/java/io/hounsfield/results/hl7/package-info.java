// SPDX-License-Identifier: Apache-2.0
/** The report as an HL7 v2.5.1 message. */
package io.hounsfield.results.hl7;
