// SPDX-License-Identifier: Apache-2.0
/** {@code bench soak}: a service among senders that fail, and that is killed itself. */
package io.hounsfield.benchmarks.soak;
