// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import java.util.List;
import java.util.stream.Collectors;

/** A configuration is wrong; nothing may start with it. The message lists every fault. */
public final class ConfigException extends Exception {

  private static final long serialVersionUID = 1L;

  private final transient List<ConfigFault> faults;

  ConfigException(List<ConfigFault> faults) {
    super(
        faults.stream()
            .map(fault -> "  " + fault)
            .collect(
                Collectors.joining(
                    "\n",
                    faults.size() == 1
                        ? "The configuration has a fault:\n"
                        : "The configuration has " + faults.size() + " faults:\n",
                    "")));
    this.faults = List.copyOf(faults);
  }

  /** Every fault, in the order in which they stand. */
  public List<ConfigFault> faults() {
    return faults;
  }
}
