// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

/**
 * A command that another module brings along, found through {@link java.util.ServiceLoader}. The
 * implementation is a picocli command.
 */
public interface ExtraCommand {}
