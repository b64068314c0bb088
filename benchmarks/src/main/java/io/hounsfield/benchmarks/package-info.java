// SPDX-License-Identifier: Apache-2.0
/** Benchmarks that anyone can run again: {@code hounsfield bench}. */
package io.hounsfield.benchmarks;
