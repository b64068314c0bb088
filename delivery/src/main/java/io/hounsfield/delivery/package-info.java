// SPDX-License-Identifier: Apache-2.0
/** Brings results to their destinations, for certain: a durable outbox and its senders. */
package io.hounsfield.delivery;
