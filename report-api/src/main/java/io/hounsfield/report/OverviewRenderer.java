// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import java.util.Locale;

/**
 * The overview picture: axial slices spread over the lungs, head first, and the coronal plane with
 * the most disease (without disease, the most lung), in the lung window (level {@value
 * PlaneView#WINDOW_LEVEL}, width {@value PlaneView#WINDOW_WIDTH} HU). Ground glass is sky blue,
 * consolidation vermilion (the palette of Okabe and Ito, which colour-blind readers can tell
 * apart); the lungs have a thin outline.
 *
 * <p>Radiological orientation: the patient's right is on the left, anterior or the head on top,
 * taken from the directions of the grid, so that it holds for any position of the patient in the
 * scanner. The picture holds no text from the images.
 */
public final class OverviewRenderer {

  private static final int BACKGROUND = 0x101418;
  private static final int TEXT = 0xE8ECEF;
  private static final int FAINT = 0xA8B0B8;
  private static final float PLATE_SHARE = 0.7f;
  private static final int SCALE_BAR_MM = 50;

  private final OverviewLayout layout;
  private final PatientGrid grid;
  private final Canvas canvas;

  private OverviewRenderer(OverviewLayout layout, PatientGrid grid) {
    this.layout = layout;
    this.grid = grid;
    this.canvas = new Canvas(layout.width(), layout.height(), BACKGROUND);
  }

  /**
   * @param lungs label map with {@link io.hounsfield.domain.Segment#LUNGS}
   * @param lesions label map with {@link io.hounsfield.domain.Segment#LESIONS}
   * @return PNG
   * @throws IllegalArgumentException if the three grids differ
   */
  public static byte[] render(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    if (!ct.geometry().equals(lungs.geometry()) || !ct.geometry().equals(lesions.geometry())) {
      throw new IllegalArgumentException("CT and label maps are not on the same grid");
    }
    PatientGrid grid = new PatientGrid(ct.geometry());
    OverviewLayout layout =
        OverviewLayout.of(grid, LabelProfile.of(lungs, grid), LabelProfile.of(lesions, grid));
    OverviewRenderer renderer = new OverviewRenderer(layout, grid);
    renderer.drawTiles(ct, lungs, lesions);
    renderer.drawCoronal(ct, lungs, lesions);
    renderer.drawLegend();
    return renderer.canvas.png();
  }

  private void drawTiles(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    for (int i = 0; i < layout.tiles().size(); i++) {
      PlaneView tile = layout.tiles().get(i);
      int left = layout.tileLeft(i);
      int top = layout.tileTop(i);
      int width = tile.across().pixels();
      int height = tile.down().pixels();
      tile.draw(canvas, left, top, grid, ct, lungs, lesions);
      marks(left, top, width);
      int base = top + height - Glyphs.height() - 2;
      text(String.valueOf(i + 1), left + 5, base, TEXT);
      String z =
          String.format(
              Locale.ROOT,
              "%.0f mm",
              grid.position(
                      grid.count(PatientGrid.X) / 2, grid.count(PatientGrid.Y) / 2, tile.index())
                  .z());
      z = (z.equals("-0 mm") ? "0 mm" : z).replace('-', '\u2212');
      text(z, left + width - Glyphs.width(z) - 5, base, TEXT);
    }
    PlaneView first = layout.tiles().get(0);
    scaleBar(
        layout.tileLeft(0) + first.across().pixels() / 2,
        layout.tileTop(0) + first.down().pixels() - 6,
        first.across().mmPerPixel());
  }

  private void drawCoronal(CtVolume ct, LabelMap lungs, LabelMap lesions) {
    PlaneView coronal = layout.coronal();
    int left = layout.coronalLeft();
    int width = coronal.across().pixels();
    int height = coronal.down().pixels();
    coronal.draw(canvas, left, 0, grid, ct, lungs, lesions);
    marks(left, 0, width);
    scaleBar(left + width / 2, height - 6, coronal.across().mmPerPixel());
    int lastLabel = Integer.MIN_VALUE / 2;
    for (int i = 0; i < layout.tiles().size(); i++) {
      double y = coronal.down().pixelOf(grid, layout.tiles().get(i).index());
      int row = (int) Math.floor(y);
      canvas.fill(left + width + 1, row, 5, 1, FAINT);
      int label = row - Glyphs.height() / 2;
      if (label - lastLabel >= Glyphs.height() && label >= 0) {
        text(String.valueOf(i + 1), left + width + 9, label, FAINT);
        lastLabel = label;
      }
    }
  }

  /** The patient's right and left. */
  private void marks(int left, int top, int width) {
    text("R", left + 5, top + 2, TEXT);
    text("L", left + width - Glyphs.width("L") - 5, top + 2, TEXT);
  }

  private void scaleBar(int centre, int bottom, double mmPerPixel) {
    int length = (int) Math.round(SCALE_BAR_MM / mmPerPixel);
    int left = centre - length / 2;
    canvas.fill(left - 1, bottom - 1, length + 2, 4, 0);
    canvas.fill(left - 1, bottom - 5, 3, 8, 0);
    canvas.fill(left + length - 2, bottom - 5, 3, 8, 0);
    canvas.fill(left, bottom, length, 2, TEXT);
    canvas.fill(left, bottom - 4, 1, 6, TEXT);
    canvas.fill(left + length - 1, bottom - 4, 1, 6, TEXT);
    String text = SCALE_BAR_MM / 10 + " cm";
    text(text, centre - Glyphs.width(text) / 2, bottom - Glyphs.height() - 3, TEXT);
  }

  private void drawLegend() {
    int top = layout.height() - OverviewLayout.LEGEND_HEIGHT;
    int base = top + (OverviewLayout.LEGEND_HEIGHT - Glyphs.height()) / 2;
    int x = 6;
    x = key(x, base, PlaneView.GROUND_GLASS_RGB, "Ground glass");
    x = key(x, base, PlaneView.CONSOLIDATION_RGB, "Consolidation (\u2265 \u2212200 HU)");
    x = key(x, base, PlaneView.OUTLINE_RGB, "Lung outline");
    text(
        "Window \u2212" + -PlaneView.WINDOW_LEVEL + " / " + PlaneView.WINDOW_WIDTH + " HU",
        x,
        base,
        FAINT);
    text(ReportJson.NOTICE, layout.width() - Glyphs.width(ReportJson.NOTICE) - 6, base, TEXT);
  }

  private int key(int x, int y, int rgb, String title) {
    canvas.fill(x, y + 3, 12, 12, rgb);
    text(title, x + 18, y, TEXT);
    return x + 18 + Glyphs.width(title) + 24;
  }

  /** Text on a dark plate, readable on any picture. */
  private void text(String text, int x, int y, int rgb) {
    int width = Glyphs.width(text);
    for (int row = y; row < y + Glyphs.height(); row++) {
      for (int column = x - 2; column < x + width + 2; column++) {
        canvas.blend(column, row, BACKGROUND, PLATE_SHARE);
      }
    }
    Glyphs.draw(canvas, text, x, y, rgb);
  }
}
