// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import io.hounsfield.domain.Vec3;

/** How the patient lies in the scanner (PS3.3 C.7.3.1.1.2), and the image axes that go with it. */
public enum PatientPosition {
  /** Head first, supine. */
  HFS(false, 1, 1),
  /** Feet first, supine. */
  FFS(false, -1, 1),
  /** Head first, prone. */
  HFP(true, -1, -1),
  /** Feet first, prone. */
  FFP(true, 1, -1);

  private final boolean prone;
  private final int rowSign;
  private final int columnSign;

  PatientPosition(boolean prone, int rowSign, int columnSign) {
    this.prone = prone;
    this.rowSign = rowSign;
    this.columnSign = columnSign;
  }

  /** Whether the patient lies on the belly. */
  public boolean prone() {
    return prone;
  }

  /** Direction in which the column index grows, LPS. */
  public Vec3 rowDirection() {
    return new Vec3(rowSign, 0, 0);
  }

  /** Direction in which the row index grows, LPS. */
  public Vec3 columnDirection() {
    return new Vec3(0, columnSign, 0);
  }
}
