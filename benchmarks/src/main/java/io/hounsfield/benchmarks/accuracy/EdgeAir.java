// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.inference.SegmentationModel;

/**
 * Takes air beside the patient out of the labels of a picture.
 *
 * <p>A series in HU has the service's anatomy for that; a single picture has neither spacing nor
 * HU. Here a part of the lung label that lies along the edge of the picture, by more than {@value
 * #CONTACT} of the root of its area, is no lung. A lung that a crop touches is far below that. The
 * training measures its folds by the same rule ({@code crossvalidate.py}).
 */
final class EdgeAir {

  /** Pixels on the edge, in parts of the root of the area. */
  static final double CONTACT = 0.75;

  private EdgeAir() {}

  /**
   * Clears such parts (4-connected).
   *
   * @param labels {@code [row * columns + column]}, changed in place
   */
  static void clear(byte[] labels, int rows, int columns) {
    boolean[] seen = new boolean[labels.length];
    int[] part = new int[labels.length];
    for (int start = 0; start < labels.length; start++) {
      if (seen[start] || labels[start] == SegmentationModel.BACKGROUND) {
        continue;
      }
      int size = 0;
      int onEdge = 0;
      part[size++] = start;
      seen[start] = true;
      for (int k = 0; k < size; k++) {
        int pixel = part[k];
        int row = pixel / columns;
        int column = pixel % columns;
        if (row == 0 || row == rows - 1 || column == 0 || column == columns - 1) {
          onEdge++;
        }
        if (column > 0) {
          size = visit(labels, seen, part, size, pixel - 1);
        }
        if (column < columns - 1) {
          size = visit(labels, seen, part, size, pixel + 1);
        }
        if (row > 0) {
          size = visit(labels, seen, part, size, pixel - columns);
        }
        if (row < rows - 1) {
          size = visit(labels, seen, part, size, pixel + columns);
        }
      }
      if (onEdge > CONTACT * Math.sqrt(size)) {
        for (int k = 0; k < size; k++) {
          labels[part[k]] = SegmentationModel.BACKGROUND;
        }
      }
    }
  }

  private static int visit(byte[] labels, boolean[] seen, int[] part, int size, int pixel) {
    if (seen[pixel] || labels[pixel] == SegmentationModel.BACKGROUND) {
      return size;
    }
    seen[pixel] = true;
    part[size] = pixel;
    return size + 1;
  }
}
