// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.report.Canvas;
import io.hounsfield.report.Glyphs;
import java.util.function.IntUnaryOperator;

/** Draws one slice into a tile of a picture: grey values, tints and outlines, in proportion. */
final class SlicePainter {

  static final int BACKGROUND = 0x101418;
  static final int TEXT = 0xE8ECEF;

  // The palette of Okabe and Ito, which colour-blind readers can tell apart.
  static final int LUNG = 0x56B4E9;
  static final int LESION = 0xF0E442;
  static final int RIGHT = 0x009E73;
  static final int FALSE_POSITIVE = 0xD55E00;
  static final int FALSE_NEGATIVE = 0xCC79A7;
  static final int GROUND_GLASS = 0x56B4E9;
  static final int CONSOLIDATION = 0xD55E00;
  static final int LUNG_OUTLINE = 0x009E73;

  private static final float TINT = 0.45f;
  private static final float PLATE = 0.7f;
  private static final int KEY = 12;

  /** Which voxels of a slice are meant. */
  interface Shape {
    boolean has(int row, int column);
  }

  private final Canvas canvas;
  private final int rows;
  private final int columns;
  private final IntUnaryOperator grey;
  private final int width;
  private final int height;
  private final boolean mirrorRows;
  private final boolean mirrorColumns;
  private int left;
  private int top;

  private SlicePainter(
      Canvas canvas,
      int rows,
      int columns,
      IntUnaryOperator grey,
      int width,
      int height,
      boolean mirrorRows,
      boolean mirrorColumns) {
    this.canvas = canvas;
    this.rows = rows;
    this.columns = columns;
    this.grey = grey;
    this.width = width;
    this.height = height;
    this.mirrorRows = mirrorRows;
    this.mirrorColumns = mirrorColumns;
  }

  /**
   * A painter whose slice fits into a square of {@code side} pixels.
   *
   * @param grey 0 to 255 of a voxel, {@code row * columns + column}
   */
  static SlicePainter fit(
      Canvas canvas, int rows, int columns, Spacing spacing, IntUnaryOperator grey, int side) {
    return fit(canvas, rows, columns, spacing, grey, side, false, false);
  }

  /** As the other; the slice is turned so that anterior is on top and the patient's right left. */
  static SlicePainter fit(
      Canvas canvas,
      int rows,
      int columns,
      Spacing spacing,
      IntUnaryOperator grey,
      int side,
      boolean mirrorRows,
      boolean mirrorColumns) {
    double w = columns * spacing.column();
    double h = rows * spacing.row();
    double scale = side / Math.max(w, h);
    return new SlicePainter(
        canvas,
        rows,
        columns,
        grey,
        (int) Math.max(1, Math.round(w * scale)),
        (int) Math.max(1, Math.round(h * scale)),
        mirrorRows,
        mirrorColumns);
  }

  /** Where the next drawing goes: upper left corner. */
  SlicePainter at(int x, int y) {
    left = x;
    top = y;
    return this;
  }

  int height() {
    return height;
  }

  private int row(int y) {
    int row = (int) ((y + 0.5) * rows / height);
    return mirrorRows ? rows - 1 - row : row;
  }

  private int column(int x) {
    int column = (int) ((x + 0.5) * columns / width);
    return mirrorColumns ? columns - 1 - column : column;
  }

  /** The grey values, bilinear. */
  SlicePainter image() {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        int v =
            Math.round(sample((y + 0.5) * rows / height - 0.5, (x + 0.5) * columns / width - 0.5));
        canvas.set(left + x, top + y, v << 16 | v << 8 | v);
      }
    }
    return this;
  }

  private float sample(double row, double column) {
    int r = (int) Math.floor(row);
    int c = (int) Math.floor(column);
    float fr = (float) (row - r);
    float fc = (float) (column - c);
    return (1 - fr) * ((1 - fc) * grey(r, c) + fc * grey(r, c + 1))
        + fr * ((1 - fc) * grey(r + 1, c) + fc * grey(r + 1, c + 1));
  }

  private int grey(int row, int column) {
    int r = Math.max(0, Math.min(rows - 1, row));
    int c = Math.max(0, Math.min(columns - 1, column));
    return grey.applyAsInt(
        (mirrorRows ? rows - 1 - r : r) * columns + (mirrorColumns ? columns - 1 - c : c));
  }

  /** Colours the voxels of a shape. */
  SlicePainter tint(Shape shape, int rgb) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (shape.has(row(y), column(x))) {
          canvas.blend(left + x, top + y, rgb, TINT);
        }
      }
    }
    return this;
  }

  /** Draws the border of a shape, one pixel wide, on its inner side. */
  SlicePainter outline(Shape shape, int rgb) {
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        if (inside(shape, x, y)
            && !(inside(shape, x - 1, y)
                && inside(shape, x + 1, y)
                && inside(shape, x, y - 1)
                && inside(shape, x, y + 1))) {
          canvas.set(left + x, top + y, rgb);
        }
      }
    }
    return this;
  }

  private boolean inside(Shape shape, int x, int y) {
    return x >= 0 && y >= 0 && x < width && y < height && shape.has(row(y), column(x));
  }

  /** Text; characters that cannot be drawn become '?'. */
  static void text(Canvas canvas, String text, int x, int y, int rgb) {
    Glyphs.draw(canvas, drawable(text), x, y, rgb);
  }

  /** Text on a dark plate, readable on any picture. */
  static void caption(Canvas canvas, String text, int x, int y) {
    int width = textWidth(text);
    for (int row = y; row < y + Glyphs.height(); row++) {
      for (int column = x - 2; column < x + width + 2; column++) {
        canvas.blend(column, row, BACKGROUND, PLATE);
      }
    }
    text(canvas, text, x, y, TEXT);
  }

  static int textWidth(String text) {
    return Glyphs.width(drawable(text));
  }

  private static String drawable(String text) {
    StringBuilder drawable = new StringBuilder(text.length());
    for (char c : text.toCharArray()) {
      drawable.append(Glyphs.CHARACTERS.indexOf(c) < 0 ? '?' : c);
    }
    return drawable.toString();
  }

  /** A colour with its meaning; returns where the next one goes. */
  static int key(Canvas canvas, int x, int y, int rgb, String meaning) {
    canvas.fill(x, y + 3, KEY, KEY, rgb);
    text(canvas, meaning, x + KEY + 6, y, TEXT);
    return x + KEY + 6 + textWidth(meaning) + 2 * KEY;
  }
}
