// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * {@code report.json}: the report as JSON, as the schema {@code Report} in openapi.yaml says.
 * Numbers are written in full precision, so that decoding gives back the very same report.
 */
public final class ReportJson {

  /** Version of the schema; a new major version breaks readers. */
  public static final String SCHEMA_VERSION = "1.1";

  /** Before reports had a confidence; such reports are still read. */
  private static final String SCHEMA_VERSION_1_0 = "1.0";

  /** Stands in every form of a report. */
  public static final String NOTICE = "For research use; not a medical device";

  static final String SOFTWARE_NAME = "Hounsfield";

  private static final ObjectMapper MAPPER =
      JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();
  private static final ObjectWriter WRITER =
      MAPPER.writer(new DefaultPrettyPrinter().withObjectIndenter(new DefaultIndenter("  ", "\n")));

  private ReportJson() {}

  /** UTF-8, indented, keys always in the same order. */
  public static byte[] encode(QuantificationReport report) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schemaVersion", SCHEMA_VERSION);
    root.put("notice", NOTICE);
    root.put("analysisId", report.analysisId());
    root.put("version", report.version());
    root.put("createdAt", report.createdAt().toString());
    root.put("status", "reported");
    encodeSeries(root, report.series());
    encodeGeometry(root.putObject("geometry"), report.geometry());
    encodeRegions(root, report.regions());
    encodeConfidence(root.putObject("confidence"), report.confidence());
    ArrayNode warnings = root.putArray("warnings");
    for (Warning warning : report.warnings()) {
      warnings.addObject().put("code", warning.code()).put("text", warning.text());
    }
    ModelIdentity model = report.model();
    root.putObject("model")
        .put("name", model.name())
        .put("version", model.version())
        .put("variant", model.variant())
        .put("device", model.device())
        .put("sha256", model.sha256());
    root.putObject("software").put("name", SOFTWARE_NAME).put("version", report.softwareVersion());
    ObjectNode timings = root.putObject("timings");
    report.timings().stagesMs().forEach(timings::put);
    root.put("latencyAfterReleaseMs", report.latencyAfterReleaseMs());
    try {
      return WRITER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree of plain values cannot fail to be written", e);
    }
  }

  /**
   * A later version of the analysis than the report's, for which there is no report (yet).
   *
   * @param version its number
   * @param status where it stands, as the API says
   * @param refusalCode why there will be no report, {@code null} if it is being made
   * @param refusalText the same in words, {@code null} likewise
   */
  public record LaterVersion(int version, String status, String refusalCode, String refusalText) {}

  /**
   * An encoded report with {@code laterVersion} behind its status, so that nobody takes it for the
   * newest word on the series; as it is where the report is of that version.
   *
   * @throws IOException if the bytes are no report
   */
  public static byte[] marked(byte[] json, LaterVersion later) throws IOException {
    if (!(MAPPER.readTree(json) instanceof ObjectNode report)) {
      throw new IOException("report has no object at its root");
    }
    if (JsonFields.root(report).integer("version") >= later.version()) {
      return json;
    }
    ObjectNode marked = MAPPER.createObjectNode();
    report
        .fields()
        .forEachRemaining(
            field -> {
              marked.set(field.getKey(), field.getValue());
              if (field.getKey().equals("status")) {
                ObjectNode node =
                    marked
                        .putObject("laterVersion")
                        .put("version", later.version())
                        .put("status", later.status());
                if (later.refusalCode() == null) {
                  node.putNull("refusal");
                } else {
                  node.putObject("refusal")
                      .put("code", later.refusalCode())
                      .put("text", later.refusalText());
                }
              }
            });
    return WRITER.writeValueAsBytes(marked);
  }

  private static void encodeSeries(ObjectNode root, SeriesDescription series) {
    root.putObject("patient")
        .put("name", series.patientName())
        .put("id", series.patientId())
        .put("birthDate", series.patientBirthDate())
        .put("sex", series.patientSex());
    root.putObject("study")
        .put("studyInstanceUid", series.studyInstanceUid())
        .put("accessionNumber", series.accessionNumber())
        .put("date", series.studyDate())
        .put("time", series.studyTime())
        .put("description", series.studyDescription());
    root.putObject("series")
        .put("seriesInstanceUid", series.seriesInstanceUid())
        .put("frameOfReferenceUid", series.frameOfReferenceUid())
        .put("number", series.seriesNumber())
        .put("description", series.seriesDescription())
        .put("manufacturer", series.manufacturer())
        .put("manufacturerModelName", series.manufacturerModelName())
        .put("convolutionKernel", series.convolutionKernel())
        .put("contrastBolusAgent", series.contrastBolusAgent())
        .put("sliceThicknessMm", series.sliceThicknessMm())
        .put("kvp", series.kvp());
  }

  private static void encodeGeometry(ObjectNode node, VolumeGeometry geometry) {
    node.put("columns", geometry.columns());
    node.put("rows", geometry.rows());
    node.put("slices", geometry.slices());
    node.put("columnSpacingMm", geometry.columnSpacingMm());
    node.put("rowSpacingMm", geometry.rowSpacingMm());
    node.put("sliceSpacingMm", geometry.sliceSpacingMm());
    encodeVector(node.putArray("origin"), geometry.origin());
    encodeVector(node.putArray("rowDirection"), geometry.rowDirection());
    encodeVector(node.putArray("columnDirection"), geometry.columnDirection());
  }

  private static void encodeVector(ArrayNode node, Vec3 v) {
    node.add(v.x()).add(v.y()).add(v.z());
  }

  /**
   * The numbers alone, {@code regions} and {@code notMeasured} as in a report; schema {@code
   * Numbers} of openapi.yaml. UTF-8.
   */
  public static byte[] encodeNumbers(Map<Region, RegionMeasurements> regions) {
    ObjectNode root = MAPPER.createObjectNode();
    encodeRegions(root, regions);
    try {
      return MAPPER.writeValueAsBytes(root);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree of plain values cannot fail to be written", e);
    }
  }

  /**
   * Reads what {@link #encodeNumbers} wrote.
   *
   * @throws IOException if the bytes are something else
   */
  public static Map<Region, RegionMeasurements> decodeNumbers(byte[] json) throws IOException {
    try {
      return decodeRegions(JsonFields.root(MAPPER.readTree(json)));
    } catch (JsonProcessingException e) {
      throw new IOException("numbers are not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static void encodeRegions(ObjectNode root, Map<Region, RegionMeasurements> regions) {
    ObjectNode node = root.putObject("regions");
    ArrayNode notMeasured = root.putArray("notMeasured");
    for (Region region : Region.values()) {
      ObjectNode values = node.putObject(region.key());
      for (Quantity quantity : Quantity.values()) {
        Measurement measurement = regions.get(region).get(quantity);
        if (measurement instanceof Measurement.Value value) {
          values.put(quantity.key(), value.value());
        } else if (measurement instanceof Measurement.NotMeasured absent) {
          values.putNull(quantity.key());
          notMeasured
              .addObject()
              .put("region", region.key())
              .put("quantity", quantity.key())
              .put("reason", absent.reason());
        }
      }
    }
  }

  private static void encodeConfidence(ObjectNode node, Confidence confidence) {
    Confidence.Stated stated = confidence instanceof Confidence.Stated s ? s : null;
    boolean known = stated != null;
    node.put("level", known ? stated.level().key() : null);
    node.put("opacityPercentErrorBound", known ? stated.opacityPercentErrorBound() : null);
    node.put("quantile", known ? stated.quantile() : null);
    node.put("softOpacityPercent", known ? stated.softOpacityPercent() : null);
    node.put("spread", known ? stated.spread() : null);
    node.put("basis", known ? stated.basis() : null);
    node.put("notStated", known ? null : ((Confidence.NotStated) confidence).reason());
  }

  /**
   * @throws IOException if the bytes are not such a report; says where and what is wrong
   */
  public static QuantificationReport decode(byte[] json) throws IOException {
    JsonFields root;
    try {
      root = JsonFields.root(MAPPER.readTree(json));
    } catch (JsonProcessingException e) {
      throw new IOException("report is not JSON: " + e.getOriginalMessage(), e);
    }
    String schemaVersion = root.text("schemaVersion");
    if (!SCHEMA_VERSION.equals(schemaVersion) && !SCHEMA_VERSION_1_0.equals(schemaVersion)) {
      throw new IOException(
          "report has schema version %s, this program reads %s and %s"
              .formatted(schemaVersion, SCHEMA_VERSION_1_0, SCHEMA_VERSION));
    }
    try {
      Map<String, Double> timings = new LinkedHashMap<>();
      JsonFields stages = root.object("timings");
      for (String stage : stages.names()) {
        timings.put(stage, stages.number(stage));
      }
      List<Warning> warnings = new ArrayList<>();
      for (JsonFields warning : root.objects("warnings")) {
        warnings.add(new Warning(warning.text("code"), warning.text("text")));
      }
      JsonFields model = root.object("model");
      return new QuantificationReport(
          root.text("analysisId"),
          root.integer("version"),
          Instant.parse(root.text("createdAt")),
          decodeSeries(root),
          decodeGeometry(root.object("geometry")),
          decodeRegions(root),
          SCHEMA_VERSION_1_0.equals(schemaVersion)
              ? new Confidence.NotStated("The report is from a version that stated no confidence.")
              : decodeConfidence(root.object("confidence")),
          warnings,
          new ModelIdentity(
              model.text("name"),
              model.text("version"),
              model.text("variant"),
              model.text("device"),
              model.text("sha256")),
          root.object("software").text("version"),
          new Timings(timings),
          root.numberOrNull("latencyAfterReleaseMs"));
    } catch (IllegalArgumentException | DateTimeException e) {
      throw new IOException("report does not hold together: " + e.getMessage(), e);
    }
  }

  private static SeriesDescription decodeSeries(JsonFields root) throws IOException {
    JsonFields patient = root.object("patient");
    JsonFields study = root.object("study");
    JsonFields series = root.object("series");
    return new SeriesDescription(
        study.textOrNull("studyInstanceUid"),
        series.textOrNull("seriesInstanceUid"),
        series.textOrNull("frameOfReferenceUid"),
        patient.textOrNull("name"),
        patient.textOrNull("id"),
        patient.textOrNull("birthDate"),
        patient.textOrNull("sex"),
        study.textOrNull("accessionNumber"),
        study.textOrNull("date"),
        study.textOrNull("time"),
        study.textOrNull("description"),
        series.textOrNull("description"),
        series.textOrNull("number"),
        series.textOrNull("manufacturer"),
        series.textOrNull("manufacturerModelName"),
        series.textOrNull("convolutionKernel"),
        series.textOrNull("contrastBolusAgent"),
        series.numberOrNull("sliceThicknessMm"),
        series.numberOrNull("kvp"));
  }

  private static VolumeGeometry decodeGeometry(JsonFields node) throws IOException {
    return new VolumeGeometry(
        node.integer("columns"),
        node.integer("rows"),
        node.integer("slices"),
        node.number("columnSpacingMm"),
        node.number("rowSpacingMm"),
        node.number("sliceSpacingMm"),
        node.vector("origin"),
        node.vector("rowDirection"),
        node.vector("columnDirection"));
  }

  private static Confidence decodeConfidence(JsonFields node) throws IOException {
    String key = node.textOrNull("level");
    String notStated = node.textOrNull("notStated");
    if ((key == null) == (notStated == null)) {
      throw new IOException("report must have either confidence.level or confidence.notStated");
    }
    if (key == null) {
      return new Confidence.NotStated(notStated);
    }
    return new Confidence.Stated(
        Confidence.Level.ofKey(key)
            .orElseThrow(() -> new IOException("report has an unknown confidence.level: " + key)),
        node.number("opacityPercentErrorBound"),
        node.number("quantile"),
        node.number("softOpacityPercent"),
        node.number("spread"),
        node.text("basis"));
  }

  private static Map<Region, RegionMeasurements> decodeRegions(JsonFields root) throws IOException {
    Map<String, String> reasons = new LinkedHashMap<>();
    for (JsonFields entry : root.objects("notMeasured")) {
      reasons.put(entry.text("region") + "." + entry.text("quantity"), entry.text("reason"));
    }
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    for (Region region : Region.values()) {
      JsonFields values = root.object("regions").object(region.key());
      Map<Quantity, Measurement> measurements = new EnumMap<>(Quantity.class);
      for (Quantity quantity : Quantity.values()) {
        Double value = values.numberOrNull(quantity.key());
        String reason = reasons.remove(region.key() + "." + quantity.key());
        if ((value == null) == (reason == null)) {
          throw new IOException(
              "report must have either a number or a reason for regions.%s.%s"
                  .formatted(region.key(), quantity.key()));
        }
        measurements.put(
            quantity, value != null ? Measurement.of(value) : Measurement.notMeasured(reason));
      }
      regions.put(region, new RegionMeasurements(measurements));
    }
    if (!reasons.isEmpty()) {
      throw new IOException("report has reasons for unknown quantities: " + reasons.keySet());
    }
    return regions;
  }
}
