// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.export;

import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.export.ResearchExport.Identity;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * One column: name with unit, and what stands in it.
 *
 * @param read BigDecimal, Integer, text, or {@code null} for nothing
 */
record ExportColumn(String name, Function<ExportRow, Object> read) {

  Object value(ExportRow row) {
    return read.apply(row);
  }

  static List<ExportColumn> of(Identity identity) {
    List<ExportColumn> columns = new ArrayList<>();
    columns.add(
        new ExportColumn(
            "analysisId",
            row ->
                row instanceof ExportRow.NotMeasured none
                    ? none.analysisId()
                    : ((ExportRow.Measured) row).report().analysisId()));
    columns.add(
        new ExportColumn(
            "version",
            row ->
                row instanceof ExportRow.NotMeasured none
                    ? none.version()
                    : (Integer) ((ExportRow.Measured) row).report().version()));
    add(columns, "createdAt", report -> report.createdAt().toString());
    if (identity == Identity.WITH_PATIENT) {
      series(columns, "patientId", SeriesDescription::patientId);
      series(columns, "patientName", SeriesDescription::patientName);
      series(columns, "patientBirthDate", SeriesDescription::patientBirthDate);
      series(columns, "accessionNumber", SeriesDescription::accessionNumber);
    }
    series(columns, "patientSex", SeriesDescription::patientSex);
    series(columns, "studyInstanceUid", SeriesDescription::studyInstanceUid);
    series(columns, "seriesInstanceUid", SeriesDescription::seriesInstanceUid);
    series(columns, "studyDate", SeriesDescription::studyDate);
    series(columns, "seriesDescription", SeriesDescription::seriesDescription);
    series(columns, "manufacturer", SeriesDescription::manufacturer);
    series(columns, "manufacturerModelName", SeriesDescription::manufacturerModelName);
    series(columns, "convolutionKernel", SeriesDescription::convolutionKernel);
    series(columns, "contrastBolusAgent", SeriesDescription::contrastBolusAgent);
    series(columns, "sliceThickness_mm", series -> decimal(series.sliceThicknessMm()));
    series(columns, "kvp_kV", series -> decimal(series.kvp()));
    add(columns, "slices", report -> report.geometry().slices());
    add(columns, "columnSpacing_mm", report -> decimal(report.geometry().columnSpacingMm()));
    add(columns, "rowSpacing_mm", report -> decimal(report.geometry().rowSpacingMm()));
    add(columns, "sliceSpacing_mm", report -> decimal(report.geometry().sliceSpacingMm()));
    for (Region region : Region.values()) {
      for (Quantity quantity : Quantity.values()) {
        add(
            columns,
            region.key() + "_" + name(quantity),
            report ->
                report.regions().get(region).get(quantity) instanceof Measurement.Value value
                    ? decimal(value.value())
                    : null);
      }
      add(columns, region.key() + "_notMeasured", report -> reasons(report, region));
    }
    stated(columns, "confidence_level", stated -> stated.level().key());
    stated(
        columns,
        "confidence_errorBound_points",
        stated -> decimal(stated.opacityPercentErrorBound()));
    stated(columns, "confidence_quantile", stated -> decimal(stated.quantile()));
    stated(
        columns, "confidence_softOpacity_percent", stated -> decimal(stated.softOpacityPercent()));
    stated(columns, "confidence_spread_percent", stated -> decimal(stated.spread()));
    add(
        columns,
        "confidence_notStated",
        report -> report.confidence() instanceof Confidence.NotStated none ? none.reason() : null);
    add(
        columns,
        "warnings",
        report -> report.warnings().stream().map(Warning::code).collect(Collectors.joining("; ")));
    add(columns, "modelName", report -> report.model().name());
    add(columns, "modelVersion", report -> report.model().version());
    add(columns, "modelVariant", report -> report.model().variant());
    add(columns, "modelDevice", report -> report.model().device());
    add(columns, "modelSha256", report -> report.model().sha256());
    add(columns, "softwareVersion", QuantificationReport::softwareVersion);
    columns.add(
        new ExportColumn(
            "status",
            row -> row instanceof ExportRow.NotMeasured none ? none.status() : "reported"));
    absent(columns, "refusal_code", ExportRow.NotMeasured::code);
    absent(columns, "refusal_reason", ExportRow.NotMeasured::reason);
    reviewed(columns, "review", ExportRow.Reviewed::state);
    reviewed(columns, "review_opacity_percent", review -> decimal(review.opacityPercent()));
    reviewed(columns, "review_basis", ExportRow.Reviewed::basis);
    return columns;
  }

  /** The quantity with its unit; a name that is in files out there never changes. */
  private static String name(Quantity quantity) {
    return switch (quantity) {
      case VOLUME -> "volume_mL";
      case OPACITY_VOLUME -> "opacityVolume_mL";
      case OPACITY_PERCENT -> "opacity_percent";
      case HIGH_OPACITY_VOLUME -> "highOpacityVolume_mL";
      case HIGH_OPACITY_PERCENT -> "highOpacity_percent";
      case MEAN_HU -> "mean_HU";
      case SD_HU -> "sd_HU";
      case MEAN_HU_OPACITY -> "opacityMean_HU";
      case SD_HU_OPACITY -> "opacitySd_HU";
    };
  }

  /** {@code opacityMean_HU: reason; opacitySd_HU: reason}; nothing where all is measured. */
  private static String reasons(QuantificationReport report, Region region) {
    StringJoiner reasons = new StringJoiner("; ").setEmptyValue("");
    for (Quantity quantity : Quantity.values()) {
      if (report.regions().get(region).get(quantity) instanceof Measurement.NotMeasured none) {
        reasons.add(name(quantity) + ": " + none.reason());
      }
    }
    return reasons.length() == 0 ? null : reasons.toString();
  }

  /** The shortest decimal that is this very number, as in report.json. */
  private static BigDecimal decimal(Double value) {
    return value == null ? null : BigDecimal.valueOf(value);
  }

  private static void add(
      List<ExportColumn> columns, String name, Function<QuantificationReport, Object> read) {
    columns.add(
        new ExportColumn(
            name,
            row ->
                row instanceof ExportRow.Measured measured ? read.apply(measured.report()) : null));
  }

  private static void absent(
      List<ExportColumn> columns, String name, Function<ExportRow.NotMeasured, Object> read) {
    columns.add(
        new ExportColumn(
            name, row -> row instanceof ExportRow.NotMeasured none ? read.apply(none) : null));
  }

  private static void reviewed(
      List<ExportColumn> columns, String name, Function<ExportRow.Reviewed, Object> read) {
    columns.add(
        new ExportColumn(
            name,
            row ->
                row instanceof ExportRow.Measured measured && measured.review() != null
                    ? read.apply(measured.review())
                    : null));
  }

  private static void series(
      List<ExportColumn> columns, String name, Function<SeriesDescription, Object> read) {
    columns.add(new ExportColumn(name, row -> read.apply(row.series())));
  }

  private static void stated(
      List<ExportColumn> columns, String name, Function<Confidence.Stated, Object> read) {
    add(
        columns,
        name,
        report ->
            report.confidence() instanceof Confidence.Stated stated ? read.apply(stated) : null);
  }
}
