// SPDX-License-Identifier: Apache-2.0
/** Reports as rows for researchers. */
package io.hounsfield.results.export;
