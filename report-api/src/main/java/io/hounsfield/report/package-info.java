// SPDX-License-Identifier: Apache-2.0
/** Forms that a report takes: JSON, terminal table, overview picture. */
package io.hounsfield.report;
