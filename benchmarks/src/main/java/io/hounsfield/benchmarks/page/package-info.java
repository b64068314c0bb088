// SPDX-License-Identifier: Apache-2.0
/**
 * {@code bench page}: what a radiologist waits for. The part that drives a browser is in the tests
 * of this module, so that who only uses the product never fetches Playwright's driver.
 */
package io.hounsfield.benchmarks.page;
