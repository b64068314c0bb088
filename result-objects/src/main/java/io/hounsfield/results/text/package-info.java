// SPDX-License-Identifier: Apache-2.0
/**
 * Words of the results: the message bundles in English and Simplified Chinese, and the findings
 * built from the numbers by rules (docs/results.md).
 */
package io.hounsfield.results.text;
