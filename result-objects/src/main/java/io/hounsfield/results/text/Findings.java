// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.DisplayNumbers;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The findings as sentences, built from the numbers of a report by the rules in docs/results.md:
 * one rule set, one bundle a language. They repeat numbers and reasons and say nothing else: no
 * diagnosis, no grade, no comparison with a norm.
 */
public final class Findings {

  /** Which rule made a sentence, in the order of the text. */
  public enum Rule {
    VOLUME,
    OPACITY,
    HIGH_OPACITY,
    ATTENUATION,
    NOT_MEASURED,
    CONFIDENCE,
    WARNING
  }

  /**
   * One sentence.
   *
   * @param text without a line break
   */
  public record Sentence(Rule rule, String text) {}

  private final QuantificationReport report;
  private final Texts texts;
  private final List<Sentence> sentences = new ArrayList<>();

  private Findings(QuantificationReport report, Texts texts) {
    this.report = report;
    this.texts = texts;
  }

  /** The sentences in the order of {@link Rule}; the same for the same report. */
  public static List<Sentence> of(QuantificationReport report, Language language) {
    Findings findings = new Findings(report, Texts.in(language));
    findings.volume();
    findings.opacity();
    findings.highOpacity();
    findings.attenuation();
    findings.notMeasured();
    findings.confidence();
    for (Warning warning : report.warnings()) {
      findings.add(
          Rule.WARNING, "finding.warning", "text", PlainText.of(findings.texts.warning(warning)));
    }
    return List.copyOf(findings.sentences);
  }

  /** The sentences as lines, each ended with a line feed. */
  public static String text(QuantificationReport report, Language language) {
    StringBuilder text = new StringBuilder();
    of(report, language).forEach(sentence -> text.append(sentence.text()).append('\n'));
    return text.toString();
  }

  private void volume() {
    if (measured(Quantity.VOLUME)) {
      add(
          Rule.VOLUME,
          "finding.volume",
          "both",
          shown(Region.BOTH_LUNGS, Quantity.VOLUME),
          "right",
          shown(Region.RIGHT_LUNG, Quantity.VOLUME),
          "left",
          shown(Region.LEFT_LUNG, Quantity.VOLUME));
    }
  }

  private void opacity() {
    if (!measured(Quantity.OPACITY_VOLUME) || !measured(Quantity.OPACITY_PERCENT)) {
      return;
    }
    if (value(Quantity.OPACITY_VOLUME) == 0) {
      add(Rule.OPACITY, "finding.opacity.none");
    } else {
      share(
          Rule.OPACITY, "finding.opacity.some", Quantity.OPACITY_PERCENT, Quantity.OPACITY_VOLUME);
    }
  }

  private void highOpacity() {
    if (!measured(Quantity.HIGH_OPACITY_VOLUME)
        || !measured(Quantity.HIGH_OPACITY_PERCENT)
        || measured(Quantity.OPACITY_VOLUME) && value(Quantity.OPACITY_VOLUME) == 0) {
      return;
    }
    if (value(Quantity.HIGH_OPACITY_VOLUME) == 0) {
      add(Rule.HIGH_OPACITY, "finding.highOpacity.none", "threshold", threshold());
    } else {
      share(
          Rule.HIGH_OPACITY,
          "finding.highOpacity.some",
          Quantity.HIGH_OPACITY_PERCENT,
          Quantity.HIGH_OPACITY_VOLUME);
    }
  }

  private void share(Rule rule, String key, Quantity percent, Quantity volume) {
    List<String> values = new ArrayList<>();
    for (Region region : Region.values()) {
      values.add(region.key());
      values.add(share(region, percent, volume));
    }
    values.add("threshold");
    values.add(threshold());
    add(rule, key, values.toArray(String[]::new));
  }

  private String share(Region region, Quantity percent, Quantity volume) {
    RegionMeasurements measurements = report.regions().get(region);
    if (measurements.get(volume) instanceof Measurement.Value value && value.value() == 0) {
      return texts.get("finding.share.none");
    }
    if (measurements.get(volume) instanceof Measurement.NotMeasured
        || measurements.get(percent) instanceof Measurement.NotMeasured) {
      return texts.get("notMeasured");
    }
    return texts.get(
        "finding.share", "percent", shown(region, percent), "volume", shown(region, volume));
  }

  private void attenuation() {
    if (measured(Quantity.MEAN_HU) && measured(Quantity.SD_HU)) {
      boolean opacity = measured(Quantity.MEAN_HU_OPACITY) && measured(Quantity.SD_HU_OPACITY);
      add(
          Rule.ATTENUATION,
          opacity ? "finding.attenuation.both" : "finding.attenuation.lungs",
          "mean",
          shown(Region.BOTH_LUNGS, Quantity.MEAN_HU),
          "sd",
          shown(Region.BOTH_LUNGS, Quantity.SD_HU),
          "opacityMean",
          shown(Region.BOTH_LUNGS, Quantity.MEAN_HU_OPACITY),
          "opacitySd",
          shown(Region.BOTH_LUNGS, Quantity.SD_HU_OPACITY));
    }
  }

  private void notMeasured() {
    for (Region region : Region.values()) {
      Map<String, List<String>> byReason = new LinkedHashMap<>();
      for (Quantity quantity : Quantity.values()) {
        if (report.regions().get(region).get(quantity) instanceof Measurement.NotMeasured none) {
          byReason
              .computeIfAbsent(none.reason(), reason -> new ArrayList<>())
              .add(texts.quantity(quantity));
        }
      }
      byReason.forEach(
          (reason, quantities) ->
              add(
                  Rule.NOT_MEASURED,
                  "finding.notMeasured",
                  "region",
                  texts.region(region),
                  "quantities",
                  quantities.size() == Quantity.values().length
                      ? texts.get("finding.notMeasured.all")
                      : String.join(texts.get("finding.list"), quantities),
                  "reason",
                  withoutStop(texts.sentence(reason))));
    }
  }

  private void confidence() {
    if (report.confidence() instanceof Confidence.Stated stated) {
      add(
          Rule.CONFIDENCE,
          "finding.confidence.stated",
          "level",
          texts.get("confidence." + stated.level().key()),
          "bound",
          DisplayNumbers.points(stated.opacityPercentErrorBound()),
          "basis",
          PlainText.of(texts.sentence(stated.basis())));
    } else {
      add(
          Rule.CONFIDENCE,
          "finding.confidence.notStated",
          "reason",
          withoutStop(texts.sentence(((Confidence.NotStated) report.confidence()).reason())));
    }
  }

  /** Whether the number is there for both lungs, the region that the sentences start from. */
  private boolean measured(Quantity quantity) {
    return report.regions().get(Region.BOTH_LUNGS).get(quantity) instanceof Measurement.Value;
  }

  private double value(Quantity quantity) {
    return ((Measurement.Value) report.regions().get(Region.BOTH_LUNGS).get(quantity)).value();
  }

  private String shown(Region region, Quantity quantity) {
    return report.regions().get(region).get(quantity) instanceof Measurement.Value value
        ? DisplayNumbers.format(quantity, value.value()) + " " + quantity.unit()
        : texts.get("notMeasured");
  }

  private static String threshold() {
    return RegionMeasurements.HIGH_OPACITY_HU + " HU";
  }

  private static String withoutStop(String sentence) {
    String plain = PlainText.of(sentence).strip();
    return plain.endsWith(".") || plain.endsWith("。")
        ? plain.substring(0, plain.length() - 1)
        : plain;
  }

  private void add(Rule rule, String key, String... values) {
    sentences.add(new Sentence(rule, texts.get(key, values)));
  }
}
