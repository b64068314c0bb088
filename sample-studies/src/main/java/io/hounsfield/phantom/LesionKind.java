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
  MIXED("mixed"),
  /** Consolidation that fills one lobe after the other, with air bronchograms. */
  LOBAR("lobar"),
  /** Ground glass without borders, faint (-720 HU) to dense, over any share of both lungs. */
  DIFFUSE("diffuse"),
  /** Lung without air and smaller for it: plates, then a lobe drawn together at the spine. */
  ATELECTASIS("atelectasis"),
  /** A net of thick septa under the pleura, most of it at the bases. */
  RETICULATION("reticulation");

  private final String key;

  LesionKind(String key) {
    this.key = key;
  }

  /** Name on the command line and in {@code truth.json}. */
  public String key() {
    return key;
  }
}
