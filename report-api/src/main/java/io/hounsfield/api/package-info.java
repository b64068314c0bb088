// SPDX-License-Identifier: Apache-2.0
/** The HTTP API and the web page, made from {@code openapi.yaml}. */
package io.hounsfield.api;
