// SPDX-License-Identifier: Apache-2.0
/** The report as FHIR R4 resources. */
package io.hounsfield.results.fhir;
