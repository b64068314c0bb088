// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import java.awt.Color;
import java.awt.Font;
import java.awt.FontMetrics;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import javax.imageio.ImageIO;

/**
 * Makes {@code glyphs.png} anew: {@code java GlyphAtlasMaker FONT.ttf OUT.png}. Run by hand when
 * the characters or the size change.
 */
final class GlyphAtlasMaker {

  private static final float SIZE = 15f;

  private GlyphAtlasMaker() {}

  public static void main(String[] args) throws Exception {
    make(Path.of(args[0]), Path.of(args[1]));
  }

  private static void make(Path fontFile, Path out)
      throws IOException, java.awt.FontFormatException {
    Font font = Font.createFont(Font.TRUETYPE_FONT, fontFile.toFile()).deriveFont(SIZE);
    BufferedImage probe = new BufferedImage(1, 1, BufferedImage.TYPE_BYTE_GRAY);
    FontMetrics metrics = probe.createGraphics().getFontMetrics(font);
    int height = metrics.getAscent() + metrics.getDescent();
    int width = Glyphs.CHARACTERS.chars().map(c -> metrics.charWidth(c) + 1).sum();
    BufferedImage atlas = new BufferedImage(width, height + 1, BufferedImage.TYPE_BYTE_GRAY);
    Graphics2D g = atlas.createGraphics();
    g.setRenderingHint(
        RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
    g.setFont(font);
    g.setColor(Color.WHITE);
    int x = 0;
    for (char c : Glyphs.CHARACTERS.toCharArray()) {
      g.drawString(String.valueOf(c), x, 1 + metrics.getAscent());
      x += metrics.charWidth(c) + 1;
    }
    x = 0;
    for (int i = 0; i < width; i++) {
      atlas.getRaster().setSample(i, 0, 0, 0);
    }
    for (char c : Glyphs.CHARACTERS.toCharArray()) {
      atlas.getRaster().setSample(x, 0, 0, 255);
      x += metrics.charWidth(c) + 1;
    }
    ImageIO.write(atlas, "png", out.toFile());
  }
}
