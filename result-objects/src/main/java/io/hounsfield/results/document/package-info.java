// SPDX-License-Identifier: Apache-2.0
/** The report as a PDF document of A4 pages, in English or Simplified Chinese. */
package io.hounsfield.results.document;
