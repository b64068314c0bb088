// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * The pixels of a slice in anatomical coordinates: column index grows to the left of the patient,
 * row index to the back. Other orientations are turned when slices are handed out.
 */
final class Frame {

  final int columns;
  final int rows;
  final double x0;
  final double y0;
  final double dx;
  final double dy;

  Frame(int columns, int rows, double x0, double y0, double dx, double dy) {
    this.columns = columns;
    this.rows = rows;
    this.x0 = x0;
    this.y0 = y0;
    this.dx = dx;
    this.dy = dy;
  }

  double x(int column) {
    return x0 + column * dx;
  }

  double y(int row) {
    return y0 + row * dy;
  }

  int firstColumn(double x) {
    return Math.max(0, (int) Math.ceil((x - x0) / dx));
  }

  int lastColumn(double x) {
    return Math.min(columns - 1, (int) Math.floor((x - x0) / dx));
  }

  int firstRow(double y) {
    return Math.max(0, (int) Math.ceil((y - y0) / dy));
  }

  int lastRow(double y) {
    return Math.min(rows - 1, (int) Math.floor((y - y0) / dy));
  }
}
