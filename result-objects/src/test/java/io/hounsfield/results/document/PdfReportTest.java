// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.ReportSamples;
import io.hounsfield.results.text.Language;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.pdfbox.Loader;
import org.apache.pdfbox.cos.COSName;
import org.apache.pdfbox.pdmodel.PDDocument;
import org.apache.pdfbox.pdmodel.PDPage;
import org.apache.pdfbox.pdmodel.common.PDRectangle;
import org.apache.pdfbox.pdmodel.font.PDFont;
import org.apache.pdfbox.text.PDFTextStripper;
import org.apache.pdfbox.text.TextPosition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The document says what the report says, in both languages, and always in the same bytes. */
class PdfReportTest {

  private static byte[] encode(QuantificationReport report, Language language) throws IOException {
    return PdfReport.encode(
        report,
        ReportSamples.attributes(),
        ReportSamples.overview(),
        ReportSamples.histogram(),
        language);
  }

  private static String text(byte[] pdf) throws IOException {
    try (PDDocument document = Loader.loadPDF(pdf)) {
      PDFTextStripper stripper = new PDFTextStripper();
      stripper.setSortByPosition(true);
      stripper.setLineSeparator("\n");
      return stripper.getText(document).replaceAll(" +\n", "\n");
    }
  }

  private static String golden(String name) throws IOException {
    try (var in = PdfReportTest.class.getResourceAsStream(name)) {
      assertNotNull(in, name);
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static void assertGolden(String name, Language language) throws IOException {
    byte[] pdf = encode(ReportSamples.rightSided(), language);
    Path out = Files.createDirectories(Path.of("target", "documents"));
    Files.write(out.resolve(name.replace(".txt", ".pdf")), pdf); // to be looked at
    String text = text(pdf);
    Files.writeString(out.resolve(name), text);
    assertEquals(golden(name), text);
  }

  @Test
  void theTextInEnglishIsTheGoldenOne() throws IOException {
    assertGolden("report_en.txt", Language.ENGLISH);
  }

  @Test
  void theTextInChineseIsTheGoldenOne() throws IOException {
    assertGolden("report_zh-CN.txt", Language.SIMPLIFIED_CHINESE);
  }

  @Test
  void theSameCaseGivesTheSameBytes() throws IOException {
    for (Language language : Language.values()) {
      assertArrayEquals(
          encode(ReportSamples.rightSided(), language),
          encode(ReportSamples.rightSided(), language));
    }
  }

  @Test
  void twoPagesOfA4WithAllFontsEmbeddedAsSubsets() throws IOException {
    byte[] pdf = encode(ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE);
    assertTrue(pdf.length < 400_000, "document of " + pdf.length + " bytes");
    try (PDDocument document = Loader.loadPDF(pdf)) {
      assertEquals(2, document.getNumberOfPages());
      assertEquals("zh-CN", document.getDocumentCatalog().getLanguage());
      for (PDPage page : document.getPages()) {
        assertEquals(PDRectangle.A4.getWidth(), page.getMediaBox().getWidth());
        assertEquals(PDRectangle.A4.getHeight(), page.getMediaBox().getHeight());
        for (COSName name : page.getResources().getFontNames()) {
          PDFont font = page.getResources().getFont(name);
          assertTrue(font.isEmbedded(), font.getName());
          assertTrue(font.getName().matches("[A-Z]{6}\\+NotoSansSC-.*"), font.getName());
        }
      }
    }
  }

  /** Poppler, another reader, finds the same text and every font embedded. */
  @Test
  void popplerReadsIt() throws IOException, InterruptedException {
    Path file = Files.createTempFile("report", ".pdf");
    try {
      Files.write(file, encode(ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE));
      String text = poppler("pdftotext", "-enc", "UTF-8", file.toString(), "-");
      assertTrue(text.contains("肺容积4210 mL：右肺2310 mL，左肺1900 mL。"), text);
      assertTrue(text.contains("陈伟 (Chen, Wei)"), text);
      List<String> fonts = poppler("pdffonts", file.toString()).lines().skip(2).toList();
      assertFalse(fonts.isEmpty());
      fonts.forEach(font -> assertTrue(font.matches(".* yes +yes +yes +\\d+ +\\d+ *"), font));
    } finally {
      Files.delete(file);
    }
  }

  private static String poppler(String... command) throws IOException, InterruptedException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      assumeTrue(false, "poppler-utils is not installed: " + e.getMessage());
      throw e;
    }
    String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), out);
    return out;
  }

  @Test
  void noPatientDataInTheMetadata() throws IOException {
    try (PDDocument document =
        Loader.loadPDF(encode(ReportSamples.rightSided(), Language.ENGLISH))) {
      String info = document.getDocumentInformation().getCOSObject().toString();
      assertTrue(!info.contains("Chen") && !info.contains("PH-1"), info);
    }
  }

  /** Every character of the national standard's two levels (GB 2312) can be printed. */
  @Test
  void theFontCoversGb2312() throws IOException {
    Charset gb2312 = Charset.forName("GB2312");
    StringBuilder missing = new StringBuilder();
    try (PDDocument document = new PDDocument()) {
      Typeface face = Typeface.regular(document);
      int count = 0;
      for (int row = 0xb0; row <= 0xf7; row++) {
        for (int cell = 0xa1; cell <= 0xfe; cell++) {
          String character = new String(new byte[] {(byte) row, (byte) cell}, gb2312);
          if (character.indexOf('\ufffd') < 0) {
            count++;
            if (!face.printable(character).equals(character)) {
              missing.append(character);
            }
          }
        }
      }
      assertEquals(6763, count);
    }
    assertEquals("", missing.toString());
  }

  /** Characters without a glyph, control characters and long values from the images do no harm. */
  @Test
  void hostileAttributesAreShownAsFarAsTheyCanBe() throws IOException {
    String name = "\u0001Smith^\ud800\udf48x\u202e^" + "W".repeat(300);
    byte[] pdf =
        encode(
            ReportSamples.rightSided(
                ReportSamples.series(name, "\n\t\u0000<>&(\\)%", "1".repeat(2000))),
            Language.ENGLISH);
    String text = text(pdf);
    assertTrue(text.contains("Smith, " + Typeface.MISSING + "x"), text);
    assertTrue(text.contains("<>&(\\)%"), text);
  }

  /** Whose report it is must not be cut while it can be read in a smaller type. */
  @Test
  void longNamesAreSetSmallerAndNotCut() throws IOException {
    String name = "Hohenzollern-Sigmaringen^Maximilian-Alexander";
    String id = "MIDRC-RICORD-1A-419639-001012-12345";
    String text =
        text(
            encode(
                ReportSamples.rightSided(ReportSamples.series(name, id, "A-7")), Language.ENGLISH));
    String firstPage = text.substring(0, text.indexOf("Findings")).replaceAll("\\s+", " ");
    assertTrue(firstPage.contains("Hohenzollern-Sigmaringen, Maximilian-Alexander"), firstPage);
    assertTrue(firstPage.contains(id), firstPage);
  }

  /** As large as its line allows: 10, 9, 8 or 7 points in one line, then two lines of 6.5. */
  @ParameterizedTest
  @CsvSource({
    "Chen^Wei, 10",
    "MIDRC-RICORD-1A-419639-0010, 9",
    "MIDRC-RICORD-1A-419639-001012-1, 8",
    "MIDRC-RICORD-1A-419639-001012-12345, 7",
    "MIDRC-RICORD-1A-419639-001012-1234567890, 6.5"
  })
  void theNameIsAsLargeAsItsLineAllows(String name, float size) throws IOException {
    byte[] pdf =
        encode(ReportSamples.rightSided(ReportSamples.series(name, "7", "A-7")), Language.ENGLISH);
    Set<Float> sizes = new HashSet<>();
    try (PDDocument document = Loader.loadPDF(pdf)) {
      PDFTextStripper stripper =
          new PDFTextStripper() {
            @Override
            protected void writeString(String text, List<TextPosition> positions) {
              if (text.startsWith(name.substring(0, 4))) {
                sizes.add(positions.get(0).getFontSize());
              }
            }
          };
      stripper.setSortByPosition(true);
      stripper.setEndPage(1);
      stripper.getText(document);
    }
    assertEquals(Set.of(size), sizes);
  }

  @Test
  void manyWarningsGoOnAnotherPage() throws IOException {
    QuantificationReport base = ReportSamples.rightSided();
    QuantificationReport report =
        ReportSamples.report(
            base.series(),
            base.regions(),
            new Confidence.NotStated("The network expects no lung in these images."),
            Collections.nCopies(30, new Warning("x-new", "A warning of a later version.")));
    byte[] pdf = encode(report, Language.SIMPLIFIED_CHINESE);
    try (PDDocument document = Loader.loadPDF(pdf)) {
      assertEquals(3, document.getNumberOfPages());
    }
    // three pages, and the patient's name on each
    assertEquals(3, text(pdf).split("陈伟", -1).length - 1);
    assertEquals(30, text(pdf).split("A warning of a later version", -1).length - 1);
  }

  @Test
  void stepsOfTheAxisAreRoundNumbers() {
    assertEquals("1", HistogramChart.step(0.6).toPlainString());
    assertEquals("0.5", HistogramChart.step(0.21).toPlainString());
    assertEquals("200", HistogramChart.step(101).toPlainString());
    assertEquals("100", HistogramChart.step(100).toPlainString());
    assertEquals("1", HistogramChart.step(0).toPlainString());
  }
}
