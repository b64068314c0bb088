// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Region;
import io.hounsfield.results.ReportSamples;
import io.hounsfield.results.text.Findings.Rule;
import io.hounsfield.results.text.Findings.Sentence;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The rules of docs/results.md, in both languages. */
class FindingsTest {

  private static List<String> lines(QuantificationReport report, Language language) {
    return Findings.of(report, language).stream().map(Sentence::text).toList();
  }

  @Test
  void oneSidedDiseaseInEnglish() {
    assertEquals(
        List.of(
            "The lungs measure 4210 mL: right lung 2310 mL, left lung 1900 mL.",
            "Opacity takes up 12.4 % (520 mL) of both lungs: right lung 22.5 % (520 mL), left lung"
                + " none.",
            "High opacity (at or above -200 HU) takes up 1.0 % (42 mL) of both lungs: right lung"
                + " 1.8 % (42 mL), left lung none.",
            "The mean attenuation of both lungs is -765 HU (SD 168 HU), that of the opacity -513 HU"
                + " (SD 190 HU).",
            "Left lung, not measured: Opacity mean, Opacity SD. Reason: no opacity was found in the"
                + " left lung.",
            "Confidence of the opacity percentage of both lungs: medium; error bound 2.4 points."
                + " The error at this spread was not larger in 90 % of 16 cases the model had not"
                + " learned from (5-fold cross-validation).",
            "Warning: The scan range cuts off the lungs at the top: 84.0 cm² of lung in the"
                + " uppermost slice. Volumes are those of the scanned part."),
        lines(ReportSamples.rightSided(), Language.ENGLISH));
  }

  @Test
  void oneSidedDiseaseInChinese() {
    assertEquals(
        List.of(
            "肺容积4210 mL：右肺2310 mL，左肺1900 mL。",
            "密度增高影占双肺的12.4 %（520 mL）：右肺22.5 %（520 mL），左肺无。",
            "高密度影（不低于-200 HU）占双肺的1.0 %（42 mL）：右肺1.8 %（42 mL），左肺无。",
            "双肺平均CT值-765 HU（标准差168 HU），密度增高影平均CT值-513 HU（标准差190 HU）。",
            "左肺未测量：密度增高影平均CT值、密度增高影CT值标准差。原因：左肺未发现密度增高影。",
            "双肺密度增高影占比的置信度：中；误差界限2.4个百分点。在模型未学习过的16例中，90 %的病例在此离散度下误差不超过该界限（五折交叉验证）。",
            "警告：扫描范围在上端截断了肺：最上层面中有84.0 cm²的肺。容积为被扫描部分的容积。"),
        lines(ReportSamples.rightSided(), Language.SIMPLIFIED_CHINESE));
  }

  @Test
  void whereThereIsNoOpacityThatIsSaidOnce() {
    List<Sentence> sentences = Findings.of(ReportSamples.withoutOpacity(), Language.ENGLISH);
    assertEquals("No opacity was found in the lungs.", sentences.get(1).text());
    assertTrue(sentences.stream().noneMatch(s -> s.rule() == Rule.HIGH_OPACITY));
    assertEquals(
        "The mean attenuation of both lungs is -850 HU (SD 100 HU).", sentences.get(2).text());
    assertEquals(3, sentences.stream().filter(s -> s.rule() == Rule.NOT_MEASURED).count());
    assertEquals(
        "Confidence of the opacity percentage: not stated. Reason: The model has no calibration of"
            + " its confidence.",
        sentences.get(6).text());
  }

  /** What is there but rounds to nothing is not called nothing, and a missing lung is not zero. */
  @Test
  void almostNothingAndNotMeasuredAreToldApart() {
    List<String> lines = lines(ReportSamples.oneLung(), Language.ENGLISH);
    assertEquals(
        "The lungs measure 1801 mL: right lung 1801 mL, left lung not measured.", lines.get(0));
    assertEquals(
        "Opacity takes up <0.1 % (<1 mL) of both lungs: right lung <0.1 % (<1 mL), left lung not"
            + " measured.",
        lines.get(1));
    assertEquals("None of the opacity is at or above -200 HU (high opacity).", lines.get(2));
    assertEquals(
        "Left lung, not measured: all quantities. Reason: no voxel of the left lung was found in"
            + " the images.",
        lines.get(4));
  }

  @Test
  void withoutAnyNumberOnlyReasonsAreSaid() {
    double[] none = new double[9];
    java.util.Arrays.fill(none, Double.NaN);
    var missing = ReportSamples.row("no voxel of the lungs was found in the images", none);
    QuantificationReport base = ReportSamples.oneLung();
    QuantificationReport report =
        ReportSamples.report(
            base.series(),
            Map.of(
                Region.BOTH_LUNGS, missing, Region.RIGHT_LUNG, missing, Region.LEFT_LUNG, missing),
            base.confidence(),
            List.of());
    assertTrue(
        Findings.of(report, Language.ENGLISH).stream()
            .allMatch(s -> s.rule() == Rule.NOT_MEASURED || s.rule() == Rule.CONFIDENCE));
  }

  /** Every number of the text is a number of the report, rounded for people; no other is said. */
  @Test
  void bothLanguagesSayTheSameNumbers() {
    for (QuantificationReport report :
        List.of(
            ReportSamples.rightSided(), ReportSamples.oneLung(), ReportSamples.withoutOpacity())) {
      List<String> english = lines(report, Language.ENGLISH);
      List<String> chinese = lines(report, Language.SIMPLIFIED_CHINESE);
      assertEquals(english.size(), chinese.size());
      for (int i = 0; i < english.size(); i++) {
        String without = english.get(i).replace("5-fold", "");
        assertEquals(numbers(without), numbers(chinese.get(i)), english.get(i));
      }
    }
  }

  private static TreeSet<String> numbers(String text) {
    TreeSet<String> numbers = new TreeSet<>();
    Matcher matcher = Pattern.compile("<?-?\\d+(\\.\\d+)?").matcher(text);
    while (matcher.find()) {
      numbers.add(matcher.group());
    }
    return numbers;
  }

  /** Words of diagnosis and grade have no place in any message. */
  @Test
  void noMessageJudges() {
    Pattern judging =
        Pattern.compile(
            "(?i)pneumonia|covid|normal|severe|mild|moderate|suggest|consistent with|diagnos"
                + "|肺炎|新冠|正常|重度|中度|轻度|提示|考虑|诊断");
    for (Language language : Language.values()) {
      Texts.in(language)
          .all()
          .forEach((key, text) -> assertFalse(judging.matcher(text).find(), key + ": " + text));
    }
  }
}
