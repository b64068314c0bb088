// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

/** How much is logged. */
public enum LogLevel {
  ERROR,
  WARN,
  INFO,
  DEBUG,
  TRACE
}
