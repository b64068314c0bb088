// SPDX-License-Identifier: Apache-2.0
/** {@code bench ladder}: the reported share of opacity against phantoms of known share. */
package io.hounsfield.benchmarks.ladder;
