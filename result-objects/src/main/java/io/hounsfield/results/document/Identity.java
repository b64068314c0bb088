// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.document;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.results.text.PersonName;
import io.hounsfield.results.text.PlainText;
import io.hounsfield.results.text.Texts;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Who and what the report is about, as fields of the document. */
final class Identity {

  /** One line of the document's head. */
  record Field(String label, String value) {}

  private final SeriesDescription series;
  private final VolumeGeometry geometry;
  private final DataSet attributes;
  private final Texts texts;

  Identity(QuantificationReport report, DataSet attributes, Texts texts) {
    this.series = report.series();
    this.geometry = report.geometry();
    this.attributes = attributes;
    this.texts = texts;
  }

  List<Field> patient() {
    List<Field> fields = new ArrayList<>();
    fields.add(field("document.patient", name(series.patientName())));
    fields.add(field("document.patientId", series.patientId()));
    fields.add(field("document.birthDate", date(series.patientBirthDate())));
    fields.add(field("document.sex", sex(series.patientSex())));
    attributes
        .string(Tag.ReferringPhysicianName)
        .map(this::name)
        .filter(name -> !name.isEmpty())
        .ifPresent(name -> fields.add(field("document.referringPhysician", name)));
    return fields;
  }

  List<Field> study() {
    String time =
        PlainText.time(series.studyTime()).map(t -> t.withNano(0).toString()).orElse(null);
    return List.of(
        field("document.accessionNumber", series.accessionNumber()),
        field("document.studyDate", join(" ", date(series.studyDate()), time)),
        field("document.study", series.studyDescription()),
        field("document.series", join("  ", series.seriesNumber(), series.seriesDescription())));
  }

  List<Field> images() {
    String acquisition =
        join(
            ", ",
            series.sliceThicknessMm() == null
                ? null
                : texts.get("document.thickness", "mm", number(series.sliceThicknessMm())),
            series.kvp() == null ? null : number(series.kvp()) + " kV",
            series.convolutionKernel() == null
                ? null
                : texts.get("document.kernel", "kernel", series.convolutionKernel()),
            series.contrastBolusAgent() == null
                ? null
                : texts.get("document.contrast", "agent", series.contrastBolusAgent()));
    return List.of(
        field("document.scanner", join(" ", series.manufacturer(), series.manufacturerModelName())),
        field("document.acquisition", acquisition),
        field(
            "document.volume",
            texts.get(
                "document.volume.value",
                "slices",
                Integer.toString(geometry.slices()),
                "columns",
                Integer.toString(geometry.columns()),
                "rows",
                Integer.toString(geometry.rows()),
                "column",
                number(geometry.columnSpacingMm()),
                "row",
                number(geometry.rowSpacingMm()),
                "slice",
                number(geometry.sliceSpacingMm()))));
  }

  /** All on one line, for the head of a page. */
  String line() {
    return Stream.of(
            name(series.patientName()),
            series.patientId(),
            series.accessionNumber(),
            date(series.studyDate()))
        .filter(part -> part != null && !part.isBlank())
        .collect(Collectors.joining("   "));
  }

  private Field field(String key, String value) {
    return new Field(
        texts.get(key), value == null || value.isBlank() ? texts.get("document.none") : value);
  }

  private String name(String value) {
    return PersonName.of(value).display(texts.language());
  }

  private String sex(String value) {
    return value != null && List.of("M", "F", "O").contains(value)
        ? texts.get("document.sex." + value)
        : value;
  }

  private static String date(String da) {
    return PlainText.date(da).map(Object::toString).orElse(da);
  }

  private static String join(String separator, String... parts) {
    return Arrays.stream(parts)
        .filter(part -> part != null && !part.isBlank())
        .collect(Collectors.joining(separator));
  }

  /** At most three decimals, none that say nothing. */
  private static String number(double value) {
    BigDecimal rounded = new BigDecimal(value).setScale(3, RoundingMode.HALF_UP);
    return rounded.signum() == 0 ? "0" : rounded.stripTrailingZeros().toPlainString();
  }
}
