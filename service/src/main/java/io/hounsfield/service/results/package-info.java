// SPDX-License-Identifier: Apache-2.0
/** Makes the result files of each report and hands them over for delivery. */
package io.hounsfield.service.results;
