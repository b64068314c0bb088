// SPDX-License-Identifier: Apache-2.0
/**
 * The options of the service: one registry ({@link io.hounsfield.service.config.ConfigOptions})
 * from which the loader, its messages and docs/configuration.md are made.
 */
package io.hounsfield.service.config;
