// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import io.hounsfield.domain.CtVolume;

/**
 * Completes the network's lung by aerated lung that it missed (apices, bases, single slices): an
 * aerated region of the body, connected in three dimensions, belongs to the lungs as a whole if the
 * network calls most of it lung. Dense tissue is never added: whether it is consolidated lung, HU
 * cannot tell.
 */
final class AeratedLung {

  /** Aerated voxels are below this many HU, half way between gas and water. */
  static final int AERATED_HU = -500;

  /** An aerated region is lung if the network calls at least this share of it lung. */
  private static final double LABELLED_SHARE = 0.5;

  /**
   * A missing piece with more than this share of pure gas is not added: the region may leak into an
   * airway or the bowel through a thin wall, and a bulla is left as the network has it.
   */
  private static final double GAS_SHARE = 0.5;

  private AeratedLung() {}

  /**
   * Adds to {@code lung} in place.
   *
   * @param aerated aerated voxels of the body without those known not to be lung, a mask a slice
   * @return voxels added
   */
  static long complete(
      long[][] lung, long[][] aerated, CtVolume ct, PatientAxis axis, double midline) {
    int rows = ct.geometry().rows();
    int columns = ct.geometry().columns();
    int words = Bits.words(columns);
    Components regions = components(aerated, rows, columns);
    int[] labelled = new int[regions.id().length];
    Slices.forEach(
        lung.length,
        k ->
            regions.slices()[k].forEach(
                (i, r, from, to) ->
                    labelled[regions.offset()[k] + i] = Bits.count(lung[k], words, r, from, to)));
    long[] voxels = new long[regions.count()];
    long[] known = new long[regions.count()];
    for (int k = 0; k < lung.length; k++) {
      for (int i = 0; i < regions.slices()[k].size(); i++) {
        voxels[regions.of(k, i)] += regions.slices()[k].length(i);
        known[regions.of(k, i)] += labelled[regions.offset()[k] + i];
      }
    }
    long[][] missing = new long[lung.length][];
    Slices.forEach(
        lung.length,
        k -> {
          missing[k] = new long[lung[k].length];
          regions.slices()[k].forEach(
              (i, r, from, to) -> {
                int c = regions.of(k, i);
                if (known[c] > 0 && known[c] >= LABELLED_SHARE * voxels[c]) {
                  Bits.set(missing[k], words, r, from, to);
                }
              });
          Bits.andNot(missing[k], lung[k]);
        });
    Components pieces = components(missing, rows, columns);
    ComponentStats stats = ComponentStats.of(pieces, ct, axis, midline);
    Slices.forEach(
        lung.length,
        k ->
            pieces.slices()[k].forEach(
                (i, r, from, to) -> {
                  if (stats.gasShare(pieces.of(k, i)) <= GAS_SHARE) {
                    Bits.set(lung[k], words, r, from, to);
                  }
                }));
    long added = 0;
    for (int c = 0; c < pieces.count(); c++) {
      added += stats.gasShare(c) <= GAS_SHARE ? stats.voxels(c) : 0;
    }
    return added;
  }

  private static Components components(long[][] masks, int rows, int columns) {
    Runs[] runs = new Runs[masks.length];
    Slices.forEach(masks.length, k -> runs[k] = Runs.of(masks[k], rows, columns));
    return Components.of(runs);
  }
}
