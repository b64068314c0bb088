// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import java.awt.Color;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.PDPageContentStream;
import org.apache.pdfbox.pdmodel.PDPageContentStream.AppendMode;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;

/**
 * A4 pages that are filled from the top. Lengths are points (1/72 inch), y grows upwards as in PDF;
 * {@link #y()} is where the next thing goes.
 */
final class Sheet implements Closeable {

  static final Color INK = new Color(0x1c2430);
  static final Color SOFT = new Color(0x5d6978);
  static final Color LINE = new Color(0xc3cbd5);
  static final Color BAND = new Color(0xf1f4f8);
  static final Color ACCENT = new Color(0x16457a);
  static final Color CAUTION = new Color(0xb45309);

  static final float LEFT = 45;
  static final float WIDTH = PDRectangle.A4.getWidth() - 2 * LEFT;
  static final float RIGHT = LEFT + WIDTH;
  private static final float TOP = PDRectangle.A4.getHeight() - 42;
  private static final float BOTTOM = 58;

  /** Draws the head of a page from the current place on. */
  interface Head {
    void draw() throws IOException;
  }

  private final PDDocument document;
  private final Typeface regular;
  private final Typeface bold;
  private final List<PDPage> pages = new ArrayList<>();
  private PDPageContentStream out;
  private Head head;
  private float y;

  Sheet(PDDocument document) throws IOException {
    this.document = document;
    this.regular = Typeface.regular(document);
    this.bold = Typeface.bold(document);
    newPage();
  }

  Typeface regular() {
    return regular;
  }

  Typeface bold() {
    return bold;
  }

  float y() {
    return y;
  }

  int pages() {
    return pages.size();
  }

  void newPage() throws IOException {
    finish();
    PDPage page = new PDPage(PDRectangle.A4);
    document.addPage(page);
    pages.add(page);
    out = new PDPageContentStream(document, page, AppendMode.OVERWRITE, true, true);
    y = TOP;
    if (head != null) {
      head.draw();
    }
  }

  /** The head of all pages that are still to come. */
  void setHead(Head head) {
    this.head = head;
  }

  /** Height that is left on this page. */
  float left() {
    return y - BOTTOM;
  }

  /** Goes on a new page if less than that height is left on this one. */
  void need(float height) throws IOException {
    if (left() < height) {
      newPage();
    }
  }

  void down(float height) {
    y -= height;
  }

  /** Draws on a page that is finished already. */
  void reopen(int page) throws IOException {
    finish();
    out = new PDPageContentStream(document, pages.get(page), AppendMode.APPEND, true, true);
  }

  /** Text with its base line at {@code baseline}; unknown characters are marked. */
  void text(float x, float baseline, String text, Typeface face, float size, Color color)
      throws IOException {
    String printable = face.printable(text);
    if (printable.isBlank()) {
      return;
    }
    out.beginText();
    out.setFont(face.font(), size);
    out.setNonStrokingColor(color);
    out.newLineAtOffset(x, baseline);
    out.showText(printable);
    out.endText();
  }

  void textRight(float right, float baseline, String text, Typeface face, float size, Color color)
      throws IOException {
    text(right - face.width(face.printable(text), size), baseline, text, face, size, color);
  }

  void textCentred(float x, float baseline, String text, Typeface face, float size, Color color)
      throws IOException {
    text(x - face.width(face.printable(text), size) / 2, baseline, text, face, size, color);
  }

  /** Lines below one another from the current place, which moves down; new pages as needed. */
  void paragraph(float x, float width, String text, Typeface face, float size, Color color)
      throws IOException {
    float leading = size * 1.42f;
    for (String line : face.wrap(text, size, width)) {
      need(leading);
      down(leading);
      text(x, y + size * 0.28f, line, face, size, color);
    }
  }

  /** A section's title with a rule under it; stays with at least {@code follows} points of text. */
  void heading(String title, float follows) throws IOException {
    need(24 + follows);
    down(20);
    text(LEFT, y, title, bold, 10.5f, ACCENT);
    down(5);
    line(LEFT, y, RIGHT, y, LINE, 0.6f);
    down(2);
  }

  void line(float x0, float y0, float x1, float y1, Color color, float thickness)
      throws IOException {
    out.setStrokingColor(color);
    out.setLineWidth(thickness);
    out.moveTo(x0, y0);
    out.lineTo(x1, y1);
    out.stroke();
  }

  void dashedLine(float x0, float y0, float x1, float y1, Color color) throws IOException {
    out.setLineDashPattern(new float[] {3, 2}, 0);
    line(x0, y0, x1, y1, color, 0.7f);
    out.setLineDashPattern(new float[0], 0);
  }

  void fill(float x, float bottom, float width, float height, Color color) throws IOException {
    out.setNonStrokingColor(color);
    out.addRect(x, bottom, width, height);
    out.fill();
  }

  /** A closed figure of at least three points. */
  void polygon(float[] x, float[] yy, Color color) throws IOException {
    out.setNonStrokingColor(color);
    out.moveTo(x[0], yy[0]);
    for (int i = 1; i < x.length; i++) {
      out.lineTo(x[i], yy[i]);
    }
    out.closePath();
    out.fill();
  }

  void image(PDImageXObject image, float x, float bottom, float width, float height)
      throws IOException {
    out.drawImage(image, x, bottom, width, height);
  }

  /** Ends the page that is being drawn; before the document is saved. */
  void finish() throws IOException {
    if (out != null) {
      out.close();
      out = null;
    }
  }

  @Override
  public void close() throws IOException {
    finish();
  }
}
