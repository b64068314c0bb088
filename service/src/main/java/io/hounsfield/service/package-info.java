// SPDX-License-Identifier: Apache-2.0
/** The service: everything wired together. */
package io.hounsfield.service;
