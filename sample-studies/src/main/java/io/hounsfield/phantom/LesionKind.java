// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/** What the lesions of a phantom look like. */
public enum LesionKind {
  /** Hazy, -700 to -400 HU, vessels stay visible. */
  GROUND_GLASS("ground-glass"),
  /** Dense, about -50 to 60 HU, airways stay visible as air bronchograms. */
  CONSOLIDATION("consolidation"),
  /** Ground glass with thickened septa. */
  CRAZY_PAVING("crazy-paving"),
  /** All three, as in COVID-19 pneumonia of the second week. */
  MIXED("mixed");

  private final String key;

  LesionKind(String key) {
    this.key = key;
  }

  /** Name on the command line and in {@code truth.json}. */
  public String key() {
    return key;
  }
}
