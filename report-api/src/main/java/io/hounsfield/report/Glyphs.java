// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import javax.imageio.ImageIO;

/**
 * Text for pictures from a small atlas of glyphs, because a server often has no fonts at all, where
 * Java2D fails to draw text, and because so a picture is the same on every machine.
 *
 * <p>{@code glyphs.png} is grey; its top row is white where a glyph starts, the glyphs stand below,
 * in the order of {@link #CHARACTERS}, drawn from DejaVu Sans. One column behind each glyph is a
 * gap.
 */
public final class Glyphs {

  /** Every character that can be drawn. */
  public static final String CHARACTERS =
      " !\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`"
          + "abcdefghijklmnopqrstuvwxyz{|}~\u2212\u2265\u00b7\u00d7";

  private static final Glyphs INSTANCE = load();

  private final Raster atlas;
  private final int[] starts;

  private Glyphs(Raster atlas) {
    this.atlas = atlas;
    this.starts = new int[CHARACTERS.length() + 1];
    int found = 0;
    for (int x = 0; x < atlas.getWidth(); x++) {
      if (atlas.getSample(x, 0, 0) == 255) {
        starts[found++] = x;
      }
    }
    if (found != CHARACTERS.length()) {
      throw new IllegalStateException("glyphs.png holds " + found + " glyphs");
    }
    starts[found] = atlas.getWidth();
  }

  private static Glyphs load() {
    try (InputStream in = Glyphs.class.getResourceAsStream("glyphs.png")) {
      BufferedImage image = ImageIO.read(in);
      return new Glyphs(image.getRaster());
    } catch (IOException e) {
      throw new UncheckedIOException("glyphs.png cannot be read; build the program again", e);
    }
  }

  /** Height of a line of text, pixels. */
  public static int height() {
    return INSTANCE.atlas.getHeight() - 1;
  }

  /**
   * Width of a text, pixels.
   *
   * @throws IllegalArgumentException if a character is not one of {@link #CHARACTERS}
   */
  public static int width(String text) {
    int width = 0;
    for (int i = 0; i < text.length(); i++) {
      int glyph = glyph(text.charAt(i));
      width += INSTANCE.starts[glyph + 1] - INSTANCE.starts[glyph] - 1;
    }
    return width;
  }

  /**
   * Draws a text with its upper left corner at (x, y).
   *
   * @throws IllegalArgumentException if a character is not one of {@link #CHARACTERS}
   */
  public static void draw(Canvas canvas, String text, int x, int y, int rgb) {
    Raster atlas = INSTANCE.atlas;
    int left = x;
    for (int i = 0; i < text.length(); i++) {
      int glyph = glyph(text.charAt(i));
      int start = INSTANCE.starts[glyph];
      int advance = INSTANCE.starts[glyph + 1] - start - 1;
      for (int dy = 0; dy < height(); dy++) {
        for (int dx = 0; dx < advance; dx++) {
          int coverage = atlas.getSample(start + dx, dy + 1, 0);
          if (coverage > 0) {
            canvas.blend(left + dx, y + dy, rgb, coverage / 255f);
          }
        }
      }
      left += advance;
    }
  }

  private static int glyph(char c) {
    int glyph = CHARACTERS.indexOf(c);
    if (glyph < 0) {
      throw new IllegalArgumentException("no glyph for character " + (int) c);
    }
    return glyph;
  }
}
