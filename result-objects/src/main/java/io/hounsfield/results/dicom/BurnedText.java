// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.Shape;
import java.awt.geom.AffineTransform;
import java.awt.geom.GeneralPath;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.GlyphData;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.PDDocument;

/**
 * ASCII text in a picture. The outlines are those of Liberation Sans (OFL-1.1), which PDFBox brings
 * along: the Java platform's own fonts need fonts and libraries of the machine, and would give
 * other pictures on each.
 */
final class BurnedText {

  private static final String FONT = "/org/apache/pdfbox/resources/ttf/LiberationSans-Regular.ttf";
  private static final BasicStroke RIM =
      new BasicStroke(4, BasicStroke.CAP_ROUND, BasicStroke.JOIN_ROUND);
  private static final char FIRST = ' ';
  private static final char LAST = '~';

  /** Loaded with the first picture. */
  private static final class Glyphs {
    static final GeneralPath[] PATHS = new GeneralPath[LAST - FIRST + 1];
    static final double[] ADVANCES = new double[LAST - FIRST + 1];

    static {
      try (InputStream in = PDDocument.class.getResourceAsStream(FONT)) {
        if (in == null) {
          throw new IllegalStateException("PDFBox brings no " + FONT);
        }
        try (TrueTypeFont font = new TTFParser().parse(new RandomAccessReadBuffer(in))) {
          CmapLookup cmap = font.getUnicodeCmapLookup();
          double em = font.getUnitsPerEm();
          for (char c = FIRST; c <= LAST; c++) {
            int glyphId = cmap.getGlyphId(c);
            GlyphData glyph = font.getGlyph().getGlyph(glyphId);
            GeneralPath path = glyph == null ? new GeneralPath() : glyph.getPath();
            path.transform(AffineTransform.getScaleInstance(1 / em, -1 / em));
            PATHS[c - FIRST] = path;
            ADVANCES[c - FIRST] = font.getAdvanceWidth(glyphId) / em;
          }
        }
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read the font of pictures", e);
      }
    }
  }

  private BurnedText() {}

  /** Width of a text, pixels. */
  static double width(String text, double size) {
    double width = 0;
    for (char c : Ascii.of(text).toCharArray()) {
      width += Glyphs.ADVANCES[c - FIRST] * size;
    }
    return width;
  }

  /** Draws a text with a dark rim, readable on any picture. */
  static void draw(
      Graphics2D picture, String text, double x, double baseline, double size, Color colour) {
    picture.setStroke(RIM);
    double at = x;
    for (char c : Ascii.of(text).toCharArray()) {
      AffineTransform place = AffineTransform.getTranslateInstance(at, baseline);
      place.scale(size, size);
      Shape glyph = place.createTransformedShape(Glyphs.PATHS[c - FIRST]);
      picture.setColor(Color.BLACK);
      picture.draw(glyph);
      picture.setColor(colour);
      picture.fill(glyph);
      at += Glyphs.ADVANCES[c - FIRST] * size;
    }
  }
}
