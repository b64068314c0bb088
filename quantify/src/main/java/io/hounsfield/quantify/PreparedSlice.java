// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.List;

/**
 * What {@link LungAnatomy#prepare} found in one slice by itself; about 110 KiB for 512 x 512
 * voxels. Neither the HU nor the labels it was made from are kept. Immutable, safe to hand between
 * threads.
 */
public final class PreparedSlice {

  final SliceGrid grid;

  /** Voxels the network calls lung or lesion, without outside air. */
  final long[] lung;

  /** Voxels the network calls lesion, without outside air. */
  final long[] lesion;

  /** Aerated voxels of the body. */
  final long[] aerated;

  final List<GasBlob> gas;
  final double bodyRow;
  final double bodyColumn;
  final int bodyCells;

  PreparedSlice(
      SliceGrid grid,
      long[] lung,
      long[] lesion,
      long[] aerated,
      List<GasBlob> gas,
      OutsideAir.Result outside) {
    this.grid = grid;
    this.lung = lung;
    this.lesion = lesion;
    this.aerated = aerated;
    this.gas = List.copyOf(gas);
    this.bodyRow = outside.bodyRow();
    this.bodyColumn = outside.bodyColumn();
    this.bodyCells = outside.bodyCells();
  }
}
