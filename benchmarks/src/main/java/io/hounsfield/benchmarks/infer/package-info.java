// SPDX-License-Identifier: Apache-2.0
/** {@code hounsfield bench infer}: how fast the network runs, and what its variants agree on. */
package io.hounsfield.benchmarks.infer;
