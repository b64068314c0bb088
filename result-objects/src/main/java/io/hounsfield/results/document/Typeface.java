// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import java.io.IOException;
import java.io.InputStream;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.fontbox.ttf.CmapLookup;
import org.apache.fontbox.ttf.TTFParser;
import org.apache.fontbox.ttf.TrueTypeFont;
import org.apache.pdfbox.io.RandomAccessReadBuffer;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.font.PDType0Font;

/**
 * One weight of Noto Sans SC (SIL Open Font License 1.1) in one document, embedded as a subset of
 * the characters that were used. It has Latin, Greek, Cyrillic and the Chinese characters of GB
 * 2312; a character that it lacks is drawn as {@value #MISSING}, never left out. Fonts are shared
 * between documents, which must not be written at the same time.
 */
final class Typeface {

  /** The geta mark: stands for a character that cannot be printed. */
  static final String MISSING = "\u3013";

  /** Closing punctuation, which starts no line. */
  private static final String NO_START =
      "\uff0c\u3002\uff1b\uff1a\u3001\uff09\uff01\uff1f\u300b\u201d)%,.;:!?";

  private static final Set<String> UNITS = Set.of("mL", "HU", "mm", "cm");

  private static final Map<String, SoftReference<TrueTypeFont>> PARSED = new HashMap<>();

  private final PDType0Font font;
  private final CmapLookup characters;

  private Typeface(PDType0Font font, CmapLookup characters) {
    this.font = font;
    this.characters = characters;
  }

  static Typeface regular(PDDocument document) throws IOException {
    return load(document, "NotoSansSC-Regular.ttf");
  }

  static Typeface bold(PDDocument document) throws IOException {
    return load(document, "NotoSansSC-Bold.ttf");
  }

  private static Typeface load(PDDocument document, String file) throws IOException {
    TrueTypeFont ttf = parsed(file);
    return new Typeface(PDType0Font.load(document, ttf, true), ttf.getUnicodeCmapLookup());
  }

  /** A font of 10 MB takes longer to read than a document to write, so it is kept while it may. */
  private static synchronized TrueTypeFont parsed(String file) throws IOException {
    TrueTypeFont kept = PARSED.containsKey(file) ? PARSED.get(file).get() : null;
    if (kept != null) {
      return kept;
    }
    try (InputStream in = Typeface.class.getResourceAsStream("/fonts/ttf/NotoSansSC/" + file)) {
      if (in == null) {
        throw new IOException("font " + file + " is not on the class path");
      }
      TrueTypeFont ttf = new TTFParser().parse(new RandomAccessReadBuffer(in.readAllBytes()));
      ttf.setEnableGsub(false); // no ligatures: they would be lost to search and copy
      PARSED.put(file, new SoftReference<>(ttf));
      return ttf;
    }
  }

  PDType0Font font() {
    return font;
  }

  /** Text as it can be drawn: without control characters, unknown characters marked. */
  String printable(String text) {
    StringBuilder out = new StringBuilder(text.length());
    text.codePoints()
        .forEach(
            c -> {
              if (Character.isISOControl(c) || Character.getType(c) == Character.FORMAT) {
                out.append(' ');
              } else if (characters.getGlyphId(c) == 0) {
                out.append(MISSING);
              } else {
                out.appendCodePoint(c);
              }
            });
    return out.toString();
  }

  /** Width of printable text, points. */
  float width(String printable, float size) throws IOException {
    return font.getStringWidth(printable) * size / 1000;
  }

  /** Cuts text with an ellipsis so that it is at most so wide. */
  String cut(String text, float size, float width) throws IOException {
    String printable = printable(text);
    if (width(printable, size) <= width) {
      return printable;
    }
    int[] points = printable.codePoints().toArray();
    int n = points.length;
    while (n > 0 && width(new String(points, 0, n) + "…", size) > width) {
      n--;
    }
    return new String(points, 0, n) + "…";
  }

  /**
   * Breaks text into lines of at most that width: at spaces, and between Chinese characters; words
   * that are too long by themselves are broken anywhere.
   */
  List<String> wrap(String text, float size, float width) throws IOException {
    List<String> lines = new ArrayList<>();
    StringBuilder line = new StringBuilder();
    for (String piece : pieces(printable(text))) {
      if (width(line + piece.stripTrailing(), size) > width && !line.isEmpty()) {
        lines.add(line.toString().stripTrailing());
        line.setLength(0);
      }
      if (line.isEmpty() && width(piece.stripTrailing(), size) > width) {
        for (int point : piece.codePoints().toArray()) {
          String character = Character.toString(point);
          if (width(line + character, size) > width && !line.isEmpty()) {
            lines.add(line.toString());
            line.setLength(0);
          }
          line.append(character);
        }
      } else {
        line.append(line.isEmpty() ? piece.stripLeading() : piece);
      }
    }
    if (!line.toString().isBlank() || lines.isEmpty()) {
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  /** Parts that a line may end after. */
  private static List<String> pieces(String text) {
    List<String> pieces = new ArrayList<>();
    StringBuilder piece = new StringBuilder();
    int[] points = text.codePoints().toArray();
    for (int i = 0; i < points.length; i++) {
      piece.appendCodePoint(points[i]);
      boolean last = i + 1 == points.length;
      boolean space = points[i] == ' ' && !(i > 0 && beforeUnit(points, i));
      if (last || space || mayBreak(points[i], points[i + 1])) {
        pieces.add(piece.toString());
        piece.setLength(0);
      }
    }
    return pieces;
  }

  /** Whether the space at an index stands between a number and its unit. */
  private static boolean beforeUnit(int[] points, int space) {
    String next =
        new String(points, space + 1, Math.min(3, points.length - space - 1)).split("\\W", 2)[0];
    return Character.isDigit(points[space - 1])
        && (points[space + 1] == '%' || UNITS.contains(next));
  }

  private static boolean mayBreak(int before, int after) {
    return (isWide(before) || isWide(after))
        && after != ' '
        && NO_START.indexOf(after) < 0
        && before != '\uff08'
        && before != '(';
  }

  private static boolean isWide(int point) {
    return Character.isIdeographic(point) || point >= 0x3000 && point < 0x3040 || point >= 0xff00;
  }
}
