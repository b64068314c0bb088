// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.results.HuHistogram;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.text.Findings;
import io.hounsfield.results.text.Findings.Rule;
import io.hounsfield.results.text.Findings.Sentence;
import io.hounsfield.results.text.Language;
import io.hounsfield.results.text.Texts;
import java.awt.Color;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.GregorianCalendar;
import java.util.List;
import java.util.Objects;
import java.util.UUID;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDDocumentInformation;
import org.apache.pdfbox.pdmodel.graphics.image.PDImageXObject;
import org.apache.pdfbox.pdmodel.interactive.viewerpreferences.PDViewerPreferences;

/**
 * The report as a PDF: A4, two pages, more only where warnings or reasons are many. First page: who
 * and what, findings, measurements, confidence and warnings, the overview where it fits; second
 * page: histograms, where the numbers come from, and the line to sign. The same case gives the same
 * bytes.
 */
public final class PdfReport {

  private static final Color LUNG_FILL = new Color(0x7fa6d1);
  private static final Color OPACITY_FILL = new Color(0xd9822b);
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss 'UTC'").withZone(ZoneOffset.UTC);

  /** The fonts are shared, and PDFBox says nothing about sharing them between threads. */
  private static final Object ONE_AT_A_TIME = new Object();

  /** The overview may be drawn at this share of its size to stay on the first page. */
  private static final float SHRINK = 0.8f;

  /** Height of a section's title with its distances, points. */
  private static final float HEADING = 36;

  /** Height of the caption below the overview, points. */
  private static final float CAPTION = 13;

  /** A field that is too long for its line is set smaller, down to this size, points. */
  private static final float SMALLEST_OF_ONE_LINE = 7;

  /** Size of a field that takes two lines in the place of one, points. */
  private static final float SMALL = 6.5f;

  private final QuantificationReport report;
  private final Texts texts;
  private final Sheet sheet;
  private final Identity identity;

  private PdfReport(QuantificationReport report, Identity identity, Texts texts, Sheet sheet) {
    this.report = report;
    this.identity = identity;
    this.texts = texts;
    this.sheet = sheet;
  }

  /** Counts the histogram of the case, then encodes. */
  public static byte[] encode(ResultCase of, Language language) throws IOException {
    HuHistogram histogram = HuHistogram.of(of.ct(), of.lungs(), of.lesions());
    return encode(of.report(), of.source().attributes(), of.overview(), histogram, language);
  }

  /**
   * @param attributes attributes of one of the images, for the institution and the referring
   *     physician
   * @param overview the overview picture, PNG
   * @throws IOException if the picture is none, or the font is not on the class path
   */
  public static byte[] encode(
      QuantificationReport report,
      DataSet attributes,
      byte[] overview,
      HuHistogram histogram,
      Language language)
      throws IOException {
    Texts texts = Texts.in(language);
    synchronized (ONE_AT_A_TIME) {
      return encode(report, attributes, overview, histogram, texts);
    }
  }

  private static byte[] encode(
      QuantificationReport report,
      DataSet attributes,
      byte[] overview,
      HuHistogram histogram,
      Texts texts)
      throws IOException {
    try (PDDocument document = new PDDocument();
        Sheet sheet = new Sheet(document)) {
      describe(document, report, texts);
      PDImageXObject picture =
          PDImageXObject.createFromByteArray(document, overview, "overview.png");
      Identity identity = new Identity(report, attributes, texts);
      PdfReport pdf = new PdfReport(report, identity, texts, sheet);
      sheet.setHead(pdf::pageHead);
      pdf.header(attributes.string(Tag.InstitutionName).orElse(""));
      pdf.identity();
      pdf.findings();
      new MeasurementTable(report, texts, sheet).draw();
      pdf.confidence();
      boolean room = sheet.left() >= SHRINK * height(picture) + HEADING + CAPTION;
      if (room) {
        pdf.overview(picture);
      }
      sheet.newPage();
      if (!room) {
        pdf.overview(picture);
      }
      pdf.histograms(histogram);
      pdf.origin();
      pdf.signature();
      pdf.footers();
      sheet.finish();
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      document.save(out);
      return out.toByteArray();
    }
  }

  /** Metadata without patient data; nothing of it depends on when or where it is written. */
  private static void describe(PDDocument document, QuantificationReport report, Texts texts) {
    String key = report.analysisId() + "/" + report.version() + "/" + texts.language().tag();
    document.setDocumentId(
        UUID.nameUUIDFromBytes(key.getBytes(StandardCharsets.UTF_8)).getMostSignificantBits());
    PDDocumentInformation information = document.getDocumentInformation();
    information.setTitle(texts.get("document.title"));
    information.setSubject(texts.get("notice"));
    information.setCreator("Hounsfield " + report.softwareVersion());
    GregorianCalendar created =
        GregorianCalendar.from(ZonedDateTime.ofInstant(report.createdAt(), ZoneOffset.UTC));
    information.setCreationDate(created);
    information.setModificationDate(created);
    document.getDocumentCatalog().setLanguage(texts.language().tag());
    PDViewerPreferences preferences =
        new PDViewerPreferences(document.getDocumentCatalog().getCOSObject());
    preferences.setDisplayDocTitle(true);
    document.getDocumentCatalog().setViewerPreferences(preferences);
  }

  private void header(String institution) throws IOException {
    sheet.down(14);
    sheet.text(Sheet.LEFT, sheet.y(), texts.get("document.title"), sheet.bold(), 17, Sheet.ACCENT);
    if (!institution.isBlank()) {
      String shown = sheet.regular().cut(institution, 10, Sheet.WIDTH / 2);
      sheet.textRight(Sheet.RIGHT, sheet.y(), shown, sheet.regular(), 10, Sheet.INK);
    }
    sheet.down(9);
    sheet.line(Sheet.LEFT, sheet.y(), Sheet.RIGHT, sheet.y(), Sheet.ACCENT, 1.4f);
    sheet.down(18);
    sheet.fill(Sheet.LEFT, sheet.y(), Sheet.WIDTH, 15, new Color(0xfdf0dc));
    sheet.text(
        Sheet.LEFT + 6, sheet.y() + 4.6f, texts.get("notice"), sheet.bold(), 8, Sheet.CAUTION);
    sheet.textRight(
        Sheet.RIGHT - 6,
        sheet.y() + 4.6f,
        texts.get("document.preliminary"),
        sheet.regular(),
        8,
        Sheet.CAUTION);
    sheet.down(5);
  }

  private void identity() throws IOException {
    float half = Sheet.WIDTH / 2;
    List<Identity.Field> left = identity.patient();
    List<Identity.Field> right = identity.study();
    for (int i = 0; i < Math.max(left.size(), right.size()); i++) {
      sheet.down(13.5f);
      if (i < left.size()) {
        field(Sheet.LEFT, half - 8, left.get(i), i == 0);
      }
      if (i < right.size()) {
        field(Sheet.LEFT + half, half, right.get(i), false);
      }
    }
    for (Identity.Field field : identity.images()) {
      sheet.down(13.5f);
      field(Sheet.LEFT, Sheet.WIDTH, field, false);
    }
    sheet.down(7);
    sheet.line(Sheet.LEFT, sheet.y(), Sheet.RIGHT, sheet.y(), Sheet.LINE, 0.6f);
  }

  private void field(float x, float width, Identity.Field field, boolean strong)
      throws IOException {
    float label = texts.language() == Language.ENGLISH ? 88 : 66;
    sheet.text(x, sheet.y(), field.label(), sheet.regular(), 8, Sheet.SOFT);
    Typeface face = strong ? sheet.bold() : sheet.regular();
    float room = width - label;
    // Whose report it is must not be cut while it can be read: smaller, then two small lines.
    for (float size = strong ? 10 : 9; size >= SMALLEST_OF_ONE_LINE; size--) {
      if (face.width(face.printable(field.value()), size) <= room) {
        sheet.text(x + label, sheet.y(), field.value(), face, size, Sheet.INK);
        return;
      }
    }
    List<String> lines = face.wrap(field.value(), SMALL, room);
    sheet.text(x + label, sheet.y() + 3.6f, lines.get(0), face, SMALL, Sheet.INK);
    if (lines.size() > 1) {
      String rest = String.join(" ", lines.subList(1, lines.size()));
      sheet.text(x + label, sheet.y() - 3.2f, face.cut(rest, SMALL, room), face, SMALL, Sheet.INK);
    }
  }

  private void findings() throws IOException {
    sheet.heading(texts.get("document.findings"), 30);
    for (Sentence sentence : Findings.of(report, texts.language())) {
      if (sentence.rule().compareTo(Rule.NOT_MEASURED) < 0) {
        sheet.down(2);
        sheet.paragraph(Sheet.LEFT, Sheet.WIDTH, sentence.text(), sheet.regular(), 9.5f, Sheet.INK);
      }
    }
  }

  private void confidence() throws IOException {
    sheet.heading(texts.get("document.confidence"), 40);
    for (Sentence sentence : Findings.of(report, texts.language())) {
      if (sentence.rule() == Rule.CONFIDENCE) {
        sheet.down(2);
        sheet.paragraph(Sheet.LEFT, Sheet.WIDTH, sentence.text(), sheet.regular(), 9, Sheet.INK);
      } else if (sentence.rule() == Rule.WARNING) {
        sheet.need(30);
        sheet.down(4);
        float from = sheet.y();
        int page = sheet.pages();
        sheet.paragraph(
            Sheet.LEFT + 10, Sheet.WIDTH - 10, sentence.text(), sheet.bold(), 9, Sheet.CAUTION);
        if (page == sheet.pages()) {
          sheet.fill(Sheet.LEFT, sheet.y(), 3, from - sheet.y(), Sheet.CAUTION);
        }
      }
    }
    if (report.warnings().isEmpty()) {
      sheet.down(2);
      sheet.paragraph(
          Sheet.LEFT,
          Sheet.WIDTH,
          texts.get("document.warnings.none"),
          sheet.regular(),
          9,
          Sheet.INK);
    }
  }

  /** Who it is about, on every page but the first. */
  private void pageHead() throws IOException {
    sheet.down(10);
    String who = sheet.bold().cut(identity.line(), 9, Sheet.WIDTH);
    sheet.text(Sheet.LEFT, sheet.y(), who, sheet.bold(), 9, Sheet.INK);
    sheet.down(6);
    sheet.line(Sheet.LEFT, sheet.y(), Sheet.RIGHT, sheet.y(), Sheet.ACCENT, 1);
  }

  private static float scale(PDImageXObject picture) {
    return Math.min(Sheet.WIDTH / picture.getWidth(), 330f / picture.getHeight());
  }

  private static float height(PDImageXObject picture) {
    return picture.getHeight() * scale(picture);
  }

  /**
   * As wide as the page, or 330 points high; somewhat smaller where the page has less left. What is
   * written in the picture is English: the caption says it in the language of the document.
   */
  private void overview(PDImageXObject picture) throws IOException {
    float height = Math.min(height(picture), sheet.left() - HEADING - CAPTION);
    float width = height * picture.getWidth() / picture.getHeight();
    sheet.heading(texts.get("document.overview"), height + 8 + CAPTION);
    sheet.down(height + 6);
    sheet.image(picture, Sheet.LEFT + (Sheet.WIDTH - width) / 2, sheet.y(), width, height);
    sheet.down(2);
    sheet.paragraph(
        Sheet.LEFT,
        Sheet.WIDTH,
        texts.get("document.overview.caption"),
        sheet.regular(),
        7,
        Sheet.SOFT);
  }

  private void histograms(HuHistogram histogram) throws IOException {
    float height = 165;
    sheet.heading(texts.get("document.histogram"), height + 14);
    sheet.down(height + 4);
    float width = (Sheet.WIDTH - 18) / 2;
    new HistogramChart(sheet, Sheet.LEFT, sheet.y(), width, height)
        .draw(texts, texts.get("document.histogram.lungs"), histogram::lungsMl, LUNG_FILL, null);
    new HistogramChart(sheet, Sheet.LEFT + width + 18, sheet.y(), width, height)
        .draw(
            texts,
            texts.get("document.histogram.opacity"),
            histogram::opacityMl,
            OPACITY_FILL,
            RegionMeasurements.HIGH_OPACITY_HU);
    if (histogram.lungsOutsideMl() > 0) {
      sheet.paragraph(
          Sheet.LEFT,
          Sheet.WIDTH,
          texts.get(
              "document.histogram.outside",
              "lungs",
              MeasurementTable.ml(histogram.lungsOutsideMl()),
              "opacity",
              MeasurementTable.ml(histogram.opacityOutsideMl())),
          sheet.regular(),
          7,
          Sheet.SOFT);
    }
  }

  private void origin() throws IOException {
    sheet.heading(texts.get("document.origin"), 100);
    origin(
        "document.model",
        texts.get(
            "document.model.value",
            "name",
            report.model().name(),
            "version",
            report.model().version(),
            "variant",
            report.model().variant(),
            "device",
            report.model().device()));
    origin("document.weights", report.model().sha256());
    origin("document.software", "Hounsfield " + report.softwareVersion());
    origin(
        "document.analysis",
        texts.get(
            "document.analysis.value",
            "id",
            report.analysisId(),
            "version",
            Integer.toString(report.version())));
    origin("document.createdAt", TIME.format(report.createdAt()));
    origin("document.studyUid", report.series().studyInstanceUid());
    origin("document.seriesUid", report.series().seriesInstanceUid());
    origin("document.frameOfReferenceUid", report.series().frameOfReferenceUid());
  }

  private void origin(String key, String value) throws IOException {
    sheet.need(12);
    sheet.down(11.5f);
    sheet.text(Sheet.LEFT, sheet.y(), texts.get(key), sheet.regular(), 7.5f, Sheet.SOFT);
    String shown = Objects.requireNonNullElse(value, texts.get("document.none"));
    sheet.text(
        Sheet.LEFT + 110,
        sheet.y(),
        sheet.regular().cut(shown, 7.5f, Sheet.WIDTH - 110),
        sheet.regular(),
        7.5f,
        Sheet.INK);
  }

  private void signature() throws IOException {
    sheet.need(48);
    sheet.down(40);
    float third = (Sheet.WIDTH - 24) / 3;
    String[] keys = {"document.reviewedBy", "document.signature", "document.date"};
    for (int i = 0; i < keys.length; i++) {
      float x = Sheet.LEFT + i * (third + 12);
      sheet.line(x, sheet.y(), x + third, sheet.y(), Sheet.INK, 0.7f);
      sheet.text(x, sheet.y() - 10, texts.get(keys[i]), sheet.regular(), 8, Sheet.SOFT);
    }
    sheet.down(12);
  }

  private void footers() throws IOException {
    int pages = sheet.pages();
    for (int i = 0; i < pages; i++) {
      sheet.reopen(i);
      sheet.line(Sheet.LEFT, 44, Sheet.RIGHT, 44, Sheet.LINE, 0.6f);
      sheet.text(Sheet.LEFT, 33, texts.get("notice"), sheet.regular(), 7, Sheet.SOFT);
      sheet.textCentred(
          Sheet.LEFT + Sheet.WIDTH / 2,
          33,
          "Hounsfield " + report.softwareVersion(),
          sheet.regular(),
          7,
          Sheet.SOFT);
      sheet.textRight(
          Sheet.RIGHT,
          33,
          texts.get(
              "document.page", "page", Integer.toString(i + 1), "pages", Integer.toString(pages)),
          sheet.regular(),
          7,
          Sheet.SOFT);
    }
  }
}
