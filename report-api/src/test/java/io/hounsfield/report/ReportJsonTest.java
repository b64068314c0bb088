// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ReportJsonTest {

  private static final ObjectMapper MAPPER = new ObjectMapper();

  @Test
  void encodedReportIsTheGoldenFile() throws IOException {
    try (InputStream in = ReportJsonTest.class.getResourceAsStream("report.json")) {
      assertEquals(
          new String(in.readAllBytes(), StandardCharsets.UTF_8).strip(),
          new String(ReportJson.encode(TestReports.rightSided()), StandardCharsets.UTF_8));
    }
  }

  @Test
  void decodingGivesBackTheSameReport() throws IOException {
    QuantificationReport report = TestReports.rightSided();
    assertEquals(report, ReportJson.decode(ReportJson.encode(report)));
  }

  @Test
  void everyNumberSurvivesInFullPrecision() throws IOException {
    Random random = new Random(20260131);
    for (int i = 0; i < 200; i++) {
      Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
      for (Region region : Region.values()) {
        regions.put(
            region,
            TestReports.measurements(
                random
                    .doubles(Quantity.values().length)
                    .map(v -> v < 0.1 ? Double.NaN : (v - 0.5) * Math.pow(10, v * 12 - 6))
                    .toArray()));
      }
      QuantificationReport report = with(TestReports.rightSided(), regions);
      assertEquals(report, ReportJson.decode(ReportJson.encode(report)));
    }
  }

  private static QuantificationReport with(
      QuantificationReport r, Map<Region, RegionMeasurements> regions) {
    return new QuantificationReport(
        r.analysisId(),
        r.version(),
        r.createdAt(),
        r.series(),
        r.geometry(),
        regions,
        r.confidence(),
        r.warnings(),
        r.model(),
        r.softwareVersion(),
        r.timings(),
        r.latencyAfterReleaseMs());
  }

  @Test
  void whatTheImagesDoNotSayIsNull() throws IOException {
    QuantificationReport r = TestReports.rightSided();
    QuantificationReport bare =
        new QuantificationReport(
            r.analysisId(),
            1,
            Instant.EPOCH,
            new SeriesDescription(
                null, null, null, null, null, null, null, null, null, null, null, null, null, null,
                null, null, null, null, null),
            r.geometry(),
            r.regions(),
            new Confidence.NotStated("The model has no calibration."),
            List.of(),
            r.model(),
            "0",
            new Timings(Map.of()),
            null);
    byte[] json = ReportJson.encode(bare);
    assertEquals(bare, ReportJson.decode(json));
    JsonNode tree = MAPPER.readTree(json);
    assertTrue(tree.at("/patient/name").isNull());
    assertTrue(tree.at("/latencyAfterReleaseMs").isNull());
  }

  /** The reason stands in place of numbers. */
  @Test
  void confidenceThatIsNotKnownIsNullWithTheReason() throws IOException {
    QuantificationReport r = with(TestReports.rightSided(), new Confidence.NotStated("Own model."));
    byte[] json = ReportJson.encode(r);
    assertEquals(r, ReportJson.decode(json));
    JsonNode tree = MAPPER.readTree(json);
    assertEquals("Own model.", tree.at("/confidence/notStated").textValue());
    for (String name : List.of("level", "opacityPercentErrorBound", "spread", "basis")) {
      assertTrue(tree.at("/confidence/" + name).isNull(), name);
    }
  }

  /** Stored by version 0.1.0, before reports had a confidence. */
  @Test
  void reportsOfSchemaOneZeroAreStillRead() throws IOException {
    QuantificationReport now = TestReports.rightSided();
    ObjectNode old = (ObjectNode) MAPPER.readTree(ReportJson.encode(now));
    old.put("schemaVersion", "1.0");
    old.remove("confidence");
    QuantificationReport read = ReportJson.decode(MAPPER.writeValueAsBytes(old));
    assertEquals(now, with(read, now.confidence()));
    assertTrue(read.confidence() instanceof Confidence.NotStated);
  }

  private static QuantificationReport with(QuantificationReport r, Confidence confidence) {
    return new QuantificationReport(
        r.analysisId(),
        r.version(),
        r.createdAt(),
        r.series(),
        r.geometry(),
        r.regions(),
        confidence,
        r.warnings(),
        r.model(),
        r.softwareVersion(),
        r.timings(),
        r.latencyAfterReleaseMs());
  }

  /** Absent is null with the reason beside it, never 0; measured nothing is 0. */
  @Test
  void notMeasuredIsNullWithTheReason() throws IOException {
    JsonNode tree = MAPPER.readTree(ReportJson.encode(TestReports.rightSided()));
    assertTrue(tree.at("/regions/leftLung/meanHuOpacity").isNull());
    assertEquals(0.0, tree.at("/regions/leftLung/opacityVolumeMl").doubleValue());
    assertTrue(tree.at("/regions/leftLung/opacityVolumeMl").isNumber());
    assertEquals(2, tree.at("/notMeasured").size());
    assertEquals("leftLung", tree.at("/notMeasured/0/region").textValue());
    assertEquals("meanHuOpacity", tree.at("/notMeasured/0/quantity").textValue());
    assertEquals(
        "There is no opacity in this region.", tree.at("/notMeasured/0/reason").textValue());
  }

  @Test
  void reportsThatDoNotHoldTogetherAreRefusedWithThePlace() throws IOException {
    assertFault("not JSON", "{");
    assertFault("no object at its root", "[]");
    assertFault("schemaVersion", "{}");
    assertFault("schema version 9", edited(r -> r.put("schemaVersion", "9")));
    assertFault("regions.leftLung", edited(r -> object(r, "regions").remove("leftLung")));
    assertFault(
        "either a number or a reason for regions.rightLung.volumeMl",
        edited(r -> ((ObjectNode) r.at("/regions/rightLung")).putNull("volumeMl")));
    assertFault(
        "either a number or a reason for regions.leftLung.meanHuOpacity",
        edited(r -> ((ObjectNode) r.at("/regions/leftLung")).put("meanHuOpacity", -500)));
    assertFault("geometry.columns", edited(r -> object(r, "geometry").put("columns", "512")));
    assertFault("geometry.origin", edited(r -> object(r, "geometry").putArray("origin").add(1)));
    assertFault("slices must be positive", edited(r -> object(r, "geometry").put("slices", 0)));
    assertFault("createdAt", edited(r -> r.putNull("createdAt")));
    assertFault("does not hold together", edited(r -> r.put("createdAt", "yesterday")));
    assertFault(
        "confidence.level or confidence.notStated",
        edited(r -> object(r, "confidence").putNull("level")));
    assertFault(
        "confidence.level or confidence.notStated",
        edited(r -> object(r, "confidence").put("notStated", "why")));
    assertFault(
        "confidence.level: sure", edited(r -> object(r, "confidence").put("level", "sure")));
    assertFault("confidence.basis", edited(r -> object(r, "confidence").putNull("basis")));
    assertFault("confidence", edited(r -> object(r, "confidence").put("spread", -1)));
    assertFault("no object at confidence", edited(r -> r.remove("confidence")));
    assertFault("warnings[0].text", edited(r -> ((ObjectNode) r.at("/warnings/0")).remove("text")));
  }

  private interface Edit {
    void apply(ObjectNode report);
  }

  private static String edited(Edit edit) throws IOException {
    ObjectNode report = (ObjectNode) MAPPER.readTree(ReportJson.encode(TestReports.rightSided()));
    edit.apply(report);
    return report.toString();
  }

  private static ObjectNode object(ObjectNode report, String name) {
    return (ObjectNode) report.get(name);
  }

  private static void assertFault(String expected, String json) {
    IOException e =
        assertThrows(
            IOException.class, () -> ReportJson.decode(json.getBytes(StandardCharsets.UTF_8)));
    assertTrue(e.getMessage().contains(expected), e.getMessage());
  }

  /** Whatever the bytes, the answer is a report or an IOException. */
  @Test
  void damagedReportsNeverCauseAnotherException() {
    byte[] json = ReportJson.encode(TestReports.rightSided());
    Random random = new Random(7);
    for (int i = 0; i < 2000; i++) {
      byte[] damaged = json.clone();
      for (int n = 1 + random.nextInt(4); n > 0; n--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt(256);
      }
      try {
        QuantificationReport report = ReportJson.decode(damaged);
        for (Region region : Region.values()) {
          for (Quantity quantity : Quantity.values()) {
            Measurement measurement = report.regions().get(region).get(quantity);
            assertTrue(measurement != null);
          }
        }
      } catch (IOException e) {
        assertTrue(e.getMessage().startsWith("report "), e.getMessage());
      }
    }
  }
}
