// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.results.ResultCase;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.util.Locale;

/**
 * One slice in the lung window with the outlines of its lesions. Axial slices are turned so that
 * the patient's right is on the left and anterior on top, however the patient lay in the scanner;
 * letters at the edges say which side is which.
 */
final class SlicePicture {

  /** HU, as in the overview picture. */
  static final int WINDOW_LEVEL = -600;

  static final int WINDOW_WIDTH = 1500;

  private static final int LONGER_SIDE = 768;
  private static final int BAND = 30;
  private static final int OUTLINE_PIXELS = 2;
  private static final double TEXT_SIZE = 16;
  private static final Color TEXT = new Color(0xE8ECEF);

  private final ResultCase result;
  private final VolumeGeometry geometry;
  private final int slice;
  private final int width;
  private final int height;
  private final boolean flipColumns;
  private final boolean flipRows;

  SlicePicture(ResultCase result, int slice) {
    this.result = result;
    this.geometry = result.ct().geometry();
    this.slice = slice;
    double widthMm = geometry.columns() * geometry.columnSpacingMm();
    double heightMm = geometry.rows() * geometry.rowSpacingMm();
    double pixelsPerMm = LONGER_SIDE / Math.max(widthMm, heightMm);
    this.width = Math.max(1, (int) Math.round(widthMm * pixelsPerMm));
    this.height = Math.max(1, (int) Math.round(heightMm * pixelsPerMm));
    this.flipColumns = geometry.rowDirection().x() < -0.5;
    this.flipRows = geometry.columnDirection().y() < -0.5;
  }

  /** Where the rows of the picture run, then its columns: Patient Orientation (0020,0020). */
  String[] orientation() {
    return new String[] {letters(right()), letters(down())};
  }

  private Vec3 right() {
    return geometry.rowDirection().times(flipColumns ? -1 : 1);
  }

  private Vec3 down() {
    return geometry.columnDirection().times(flipRows ? -1 : 1);
  }

  /** PS3.3 section C.7.6.1.1.1: the nearest direction, and the next where it is oblique. */
  static String letters(Vec3 direction) {
    double[] components = {direction.x(), direction.y(), direction.z()};
    String[] positive = {"L", "P", "H"};
    String[] negative = {"R", "A", "F"};
    StringBuilder letters = new StringBuilder();
    boolean[] used = new boolean[3];
    for (int n = 0; n < 3; n++) {
      int best = -1;
      for (int axis = 0; axis < 3; axis++) {
        if (!used[axis] && (best < 0 || Math.abs(components[axis]) > Math.abs(components[best]))) {
          best = axis;
        }
      }
      if (n > 0 && Math.abs(components[best]) < 0.1) {
        break;
      }
      used[best] = true;
      letters.append(components[best] > 0 ? positive[best] : negative[best]);
    }
    return letters.toString();
  }

  private static String opposite(String letters) {
    StringBuilder opposite = new StringBuilder();
    for (char c : letters.toCharArray()) {
      opposite.append("LRPAHF".charAt("RLAPFH".indexOf(c)));
    }
    return opposite.toString();
  }

  /** The picture, without a name or a number from the images but the slice's position. */
  BufferedImage draw() {
    BufferedImage picture = new BufferedImage(width, height + 2 * BAND, BufferedImage.TYPE_INT_RGB);
    drawSlice(picture);
    Graphics2D graphics = picture.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      drawTexts(graphics);
    } finally {
      graphics.dispose();
    }
    return picture;
  }

  private void drawSlice(BufferedImage picture) {
    int[] rgb = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    short[] hu = result.ct().slice(slice);
    byte[] lesions = result.lesions().slice(slice);
    Sampling rows = Sampling.of(height, geometry.rows(), flipRows);
    Sampling columns = Sampling.of(width, geometry.columns(), flipColumns);
    for (int y = 0; y < height; y++) {
      int line = (BAND + y) * width;
      int top = rows.lower[y] * geometry.columns();
      int bottom = rows.upper[y] * geometry.columns();
      for (int x = 0; x < width; x++) {
        int label = label(lesions, rows, columns, x, y);
        if (label != 0 && isEdge(lesions, rows, columns, label, x, y)) {
          rgb[line + x] =
              label == ResultSegment.CONSOLIDATION.labelValue()
                  ? ResultSegment.CONSOLIDATION.rgb()
                  : ResultSegment.GROUND_GLASS.rgb();
          continue;
        }
        int left = columns.lower[x];
        int right = columns.upper[x];
        float share = columns.share[x];
        float above = hu[top + left] + (hu[top + right] - hu[top + left]) * share;
        float below = hu[bottom + left] + (hu[bottom + right] - hu[bottom + left]) * share;
        rgb[line + x] = grey(above + (below - above) * rows.share[y]);
      }
    }
  }

  /**
   * Where the centres of the picture's pixels lie among the voxels of one axis: between two of
   * them, so far from the lower one, and the nearest.
   */
  private record Sampling(int[] lower, int[] upper, float[] share, int[] nearest) {
    static Sampling of(int pixels, int voxels, boolean flip) {
      Sampling sampling =
          new Sampling(new int[pixels], new int[pixels], new float[pixels], new int[pixels]);
      for (int i = 0; i < pixels; i++) {
        double centre = (i + 0.5) * voxels / pixels - 0.5;
        double at = Math.min(Math.max(flip ? voxels - 1 - centre : centre, 0), voxels - 1.0);
        sampling.lower[i] = (int) at;
        sampling.upper[i] = Math.min(sampling.lower[i] + 1, voxels - 1);
        sampling.share[i] = (float) (at - sampling.lower[i]);
        sampling.nearest[i] = (int) Math.round(at);
      }
      return sampling;
    }
  }

  /** Linear window, PS3.3 section C.11.2.1.2. */
  private static int grey(float hu) {
    float share = (hu - (WINDOW_LEVEL - WINDOW_WIDTH / 2f)) / WINDOW_WIDTH;
    int grey = (int) (255 * Math.min(1, Math.max(0, share)) + 0.5f);
    return grey << 16 | grey << 8 | grey;
  }

  /** The label at a pixel of the picture, or at the picture's edge nearest to it. */
  private int label(byte[] labels, Sampling rows, Sampling columns, int x, int y) {
    int row = rows.nearest[Math.min(Math.max(y, 0), height - 1)];
    int column = columns.nearest[Math.min(Math.max(x, 0), width - 1)];
    return labels[row * geometry.columns() + column];
  }

  private boolean isEdge(byte[] labels, Sampling rows, Sampling columns, int label, int x, int y) {
    for (int step = 1; step <= OUTLINE_PIXELS; step++) {
      if (label(labels, rows, columns, x - step, y) != label
          || label(labels, rows, columns, x + step, y) != label
          || label(labels, rows, columns, x, y - step) != label
          || label(labels, rows, columns, x, y + step) != label) {
        return true;
      }
    }
    return false;
  }

  private void drawTexts(Graphics2D graphics) {
    Vec3 centre =
        geometry.position(slice, (geometry.rows() - 1) / 2.0, (geometry.columns() - 1) / 2.0);
    double top = BAND - 9;
    BurnedText.draw(
        graphics,
        String.format(
            Locale.ROOT,
            "Slice %d of %d, z %.1f mm",
            slice + 1,
            geometry.slices(),
            centre.z() + 0.0),
        8,
        top,
        TEXT_SIZE,
        TEXT);
    String window = "Window %d / %d HU".formatted(WINDOW_LEVEL, WINDOW_WIDTH);
    BurnedText.draw(
        graphics, window, width - 8 - BurnedText.width(window, TEXT_SIZE), top, TEXT_SIZE, TEXT);
    double bottom = height + 2 * BAND - 10;
    double x = key(graphics, 8, bottom, ResultSegment.GROUND_GLASS, "Ground glass");
    key(graphics, x, bottom, ResultSegment.CONSOLIDATION, "Consolidation");
    BurnedText.draw(
        graphics,
        ObjectHeader.NOTICE,
        width - 8 - BurnedText.width(ObjectHeader.NOTICE, TEXT_SIZE),
        bottom,
        TEXT_SIZE,
        TEXT);
    edge(graphics, opposite(letters(right())), 8, BAND + height / 2.0);
    String right = letters(right());
    edge(graphics, right, width - 8 - BurnedText.width(right, 22), BAND + height / 2.0);
    String up = opposite(letters(down()));
    edge(graphics, up, (width - BurnedText.width(up, 22)) / 2, BAND + 24.0);
    String down = letters(down());
    edge(graphics, down, (width - BurnedText.width(down, 22)) / 2, BAND + height - 8.0);
  }

  private static void edge(Graphics2D graphics, String letters, double x, double baseline) {
    BurnedText.draw(graphics, letters, x, baseline, 22, TEXT);
  }

  private static double key(
      Graphics2D graphics, double x, double baseline, ResultSegment segment, String title) {
    graphics.setColor(new Color(segment.rgb()));
    graphics.fillRect((int) x, (int) baseline - 11, 12, 12);
    BurnedText.draw(graphics, title, x + 18, baseline, TEXT_SIZE, TEXT);
    return x + 18 + BurnedText.width(title, TEXT_SIZE) + 16;
  }

  /** The overview picture above a band with the intended use. */
  static BufferedImage noticed(BufferedImage overview) {
    BufferedImage picture =
        new BufferedImage(
            overview.getWidth(), overview.getHeight() + BAND, BufferedImage.TYPE_INT_RGB);
    Graphics2D graphics = picture.createGraphics();
    try {
      graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
      graphics.drawImage(overview, 0, 0, null);
      BurnedText.draw(
          graphics, ObjectHeader.NOTICE, 8, picture.getHeight() - 10.0, TEXT_SIZE, TEXT);
    } finally {
      graphics.dispose();
    }
    return picture;
  }
}
