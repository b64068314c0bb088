// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Warning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The bundles are complete, and every sentence that a report brings has its translation. */
class TextsTest {

  private static final Path ROOT = Path.of(System.getProperty("hounsfield.root", ".."));

  private static final Texts ENGLISH = Texts.in(Language.ENGLISH);
  private static final Texts CHINESE = Texts.in(Language.SIMPLIFIED_CHINESE);

  private static TreeSet<String> placeholders(String text) {
    TreeSet<String> names = new TreeSet<>();
    Matcher matcher = Pattern.compile("\\{\\w+}").matcher(text);
    while (matcher.find()) {
      names.add(matcher.group());
    }
    return names;
  }

  @Test
  void bundlesHaveTheSameKeysWithTheSamePlaceholders() {
    Map<String, String> chinese =
        CHINESE.all().entrySet().stream()
            .filter(e -> !e.getKey().startsWith("sentence.") && !e.getKey().startsWith("word."))
            .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue));
    assertEquals(ENGLISH.all().keySet(), new TreeSet<>(chinese.keySet()));
    ENGLISH
        .all()
        .forEach(
            (key, text) -> assertEquals(placeholders(text), placeholders(chinese.get(key)), key));
  }

  /** The codes that docs/algorithms.md lists are those of the pipeline. */
  @Test
  void everyDocumentedCodeHasWords() throws IOException {
    String algorithms = Files.readString(ROOT.resolve("docs/algorithms.md"));
    Map<String, String> sections = Map.of("## Warnings", "warning.", "## Refusals", "refusal.");
    sections.forEach(
        (heading, prefix) -> {
          String section = algorithms.split("\n" + heading + "\n")[1].split("\n##")[0];
          Matcher row = Pattern.compile("(?m)^\\| `([a-z-]+)` \\|").matcher(section);
          int rows = 0;
          while (row.find()) {
            rows++;
            assertTrue(ENGLISH.all().containsKey(prefix + row.group(1)), prefix + row.group(1));
          }
          assertTrue(rows > 10, heading + " has " + rows + " rows");
        });
  }

  /** What the page and the documents both say, they say in the same words. */
  @Test
  void thePageUsesTheSameWords() throws IOException {
    Path web = ROOT.resolve("report-api/src/main/resources/io/hounsfield/api/web");
    for (Texts texts : new Texts[] {ENGLISH, CHINESE}) {
      String file = texts == ENGLISH ? "text-en.js" : "text-zh.js";
      Matcher entry =
          Pattern.compile(
                  "(?m)^ +'((?:region|quantity|confidence|warning|refusal)\\.[^']+)': '([^']*)',")
              .matcher(Files.readString(web.resolve(file)));
      int entries = 0;
      while (entry.find()) {
        String words = texts.all().get(entry.group(1));
        if (words != null) {
          entries++;
          assertEquals(words, entry.group(2), file + ": " + entry.group(1));
        }
      }
      assertTrue(entries > 50, file + " has " + entries + " entries");
    }
  }

  @Test
  void englishNamesAreThoseOfTheReport() {
    for (Quantity quantity : Quantity.values()) {
      assertEquals(quantity.title(), ENGLISH.quantity(quantity));
    }
    for (Region region : Region.values()) {
      assertEquals(region.title(), ENGLISH.region(region));
    }
  }

  @Test
  void everySentenceFormHasATranslationThatUsesAllItsGroups() {
    Texts.sentencePatterns()
        .forEach(
            (key, pattern) -> {
              String text = CHINESE.all().get("sentence." + key);
              assertTrue(text != null, key);
              int groups = pattern.matcher("").groupCount();
              assertEquals(groups, placeholders(text).size(), key);
            });
    assertEquals(
        Texts.sentencePatterns().size(),
        CHINESE.all().keySet().stream().filter(key -> key.startsWith("sentence.")).count());
  }

  @Test
  void sentencesOfTheModulesAreTranslatedWithTheirNumbers() {
    assertEquals("双肺未发现密度增高影", CHINESE.sentence("no opacity was found in the lungs"));
    assertEquals(
        "图像中未发现右肺的体素", CHINESE.sentence("no voxel of the right lung was found in the images"));
    assertEquals(
        "层厚5.00 mm，层间距7.50 mm；超过3 mm时，小病变以及肺与病变的边界会与周围混淆。",
        CHINESE.sentence(
            "The slices are 5.00 mm thick and 7.50 mm apart; above 3 mm small lesions and the"
                + " borders of lungs and lesions blur into their neighbourhood."));
    assertEquals(
        "仅发现左肺（1900 mL；右肺12 mL）。另一侧可能缺如、萎陷或实变至无法识别。",
        CHINESE.sentence(
            "Only the left lung was found (1900 mL; right lung 12 mL). The other may be missing,"
                + " collapsed or consolidated beyond recognition."));
    assertTrue(
        CHINESE
            .sentence(
                "3 instance(s) came again under the same SOP Instance UID with other content. What"
                    + " came first was measured. In 2 of them pixels or geometry differ: ask the"
                    + " sender which ones are right.")
            .contains("其中2个"));
    assertEquals(
        "图像以JPEG Baseline压缩，为有损压缩：单个体素的CT值不是扫描仪的原值。",
        CHINESE.sentence(
            "The images came compressed as JPEG Baseline, with loss: HU of single voxels are not"
                + " those of the scanner."));
  }

  /** The bound's basis names the method of the model's calibration, as in its manifest. */
  @Test
  void theBasisOfTheConfidenceIsTranslated() {
    String method = "5-fold cross-validation";
    String chinese =
        CHINESE.sentence(
            "The error at this spread was not larger in 90 % of 16 cases the model had not learned"
                + " from ("
                + method
                + ").");
    assertTrue(chinese.contains("16例") && chinese.contains("五折交叉验证"), chinese);
  }

  /** A sentence that changed since stays as it is, with its numbers. */
  @Test
  void unknownSentencesAndCodesStay() {
    assertEquals("There were 7 gnomes.", CHINESE.sentence("There were 7 gnomes."));
    assertEquals("x-new", CHINESE.warningTitle("x-new"));
    assertEquals("7 gnomes", CHINESE.warning(new Warning("x-new", "7 gnomes")));
    assertTrue(CHINESE.refusal("x-new").isEmpty());
  }

  @Test
  void placeholdersAreFilledLiterally() {
    assertEquals(
        "Warning: a $1 \\ {text}", ENGLISH.get("finding.warning", "text", "a $1 \\ {text}"));
    assertThrows(IllegalArgumentException.class, () -> ENGLISH.get("finding.warning"));
    assertThrows(IllegalArgumentException.class, () -> ENGLISH.get("no.such.key"));
  }

  @Test
  void namesOfPersons() {
    assertEquals("Chen, Wei (陈伟)", PersonName.of("Chen^Wei=陈^伟").display(Language.ENGLISH));
    assertEquals(
        "陈伟 (Chen, Wei)", PersonName.of("Chen^Wei=陈^伟").display(Language.SIMPLIFIED_CHINESE));
    assertEquals("陈伟", PersonName.of("陈^伟").display(Language.ENGLISH));
    assertEquals("陈伟", PersonName.of("=陈^伟").display(Language.ENGLISH));
    assertEquals(
        "Adams, Rev. John Robert Quincy, B.A. M.Div.",
        PersonName.of("Adams^John Robert Quincy^^Rev.^B.A. M.Div.").display(Language.ENGLISH));
    assertEquals("", PersonName.of(null).display(Language.ENGLISH));
    assertEquals("", PersonName.of("^^^^").display(Language.ENGLISH));
  }

  @Test
  void datesAndTimes() {
    assertEquals("1961-05-04", PlainText.date("19610504").orElseThrow().toString());
    assertTrue(PlainText.date("1961.05.04").isEmpty());
    assertTrue(PlainText.date("20261301").isEmpty());
    assertEquals("08:15", PlainText.time("081500.25").orElseThrow().toString());
    assertEquals("23:59:59", PlainText.time("235959").orElseThrow().toString());
    assertTrue(PlainText.time("2560").isEmpty());
  }
}
