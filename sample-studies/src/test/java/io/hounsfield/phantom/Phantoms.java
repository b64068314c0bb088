// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** Small phantoms shared by tests: made once for equal options. */
final class Phantoms {

  private static final Map<PhantomOptions, Phantom> MADE = new ConcurrentHashMap<>();

  private Phantoms() {}

  /** 32 slices of 96x96 that cover the chest. */
  static PhantomOptions.Builder small() {
    return PhantomOptions.builder().seed(7).slices(32).matrix(96);
  }

  static Phantom of(PhantomOptions.Builder options) {
    return MADE.computeIfAbsent(options.build(), Phantom::generate);
  }
}
