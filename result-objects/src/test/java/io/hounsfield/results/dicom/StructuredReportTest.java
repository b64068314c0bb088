// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.peers.Programs;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TID 1500 and the numbers in it. */
class StructuredReportTest {

  @TempDir Path temp;

  private static byte[] write(ResultCase result) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    StructuredReportWriter.write(result, out);
    return out.toByteArray();
  }

  private static DataSet read(ResultCase result) throws Exception {
    return DicomFiles.read(write(result)).dataSet();
  }

  private static String code(DataSet item, int sequence) {
    List<DataSet> codes = item.items(sequence);
    return codes.isEmpty()
        ? ""
        : codes
            .get(0)
            .string(Tag.CodeValue)
            .or(() -> codes.get(0).string(Tag.LongCodeValue))
            .orElseThrow();
  }

  private static List<DataSet> children(DataSet item, String concept) {
    return item.items(Tag.ContentSequence).stream()
        .filter(child -> code(child, Tag.ConceptNameCodeSequence).equals(concept))
        .toList();
  }

  private static DataSet child(DataSet item, String concept) {
    List<DataSet> found = children(item, concept);
    assertEquals(1, found.size(), concept);
    return found.get(0);
  }

  private static List<DataSet> groups(DataSet report) {
    return children(child(report, "126010"), "125007");
  }

  private static DataSet group(DataSet report, String trackingIdentifier) {
    return groups(report).stream()
        .filter(
            group ->
                child(group, "112039")
                    .string(Tag.TextValue)
                    .orElseThrow()
                    .equals(trackingIdentifier))
        .findFirst()
        .orElseThrow();
  }

  /** The value to the last digit, empty where there is none. */
  private static Optional<Double> value(DataSet group, String concept) throws Exception {
    List<DataSet> measured = child(group, concept).items(Tag.MeasuredValueSequence);
    if (measured.isEmpty()) {
      return Optional.empty();
    }
    DataSet value = measured.get(0);
    double written = value.decimal(Tag.NumericValue).orElseThrow();
    double exact = value.decimal(Tag.FloatingPointValue).orElse(written);
    assertEquals(exact, written, Math.abs(exact) * 1e-12 + 1e-12);
    return Optional.of(exact);
  }

  private static String concept(Quantity quantity) {
    return switch (quantity) {
      case VOLUME -> "118565006";
      case OPACITY_VOLUME -> "OPACITY_VOL";
      case OPACITY_PERCENT -> "OPACITY_PCT";
      case HIGH_OPACITY_VOLUME -> "HIGH_OPACITY_VOL";
      case HIGH_OPACITY_PERCENT -> "HIGH_OPACITY_PCT";
      case MEAN_HU -> "112181";
      case SD_HU -> "112183";
      case MEAN_HU_OPACITY -> "OPACITY_MEAN";
      case SD_HU_OPACITY -> "OPACITY_SD";
    };
  }

  private static String unit(Quantity quantity) {
    return switch (quantity.unit()) {
      case "mL" -> "cm3";
      case "HU" -> "[hnsf'U]";
      default -> "%";
    };
  }

  @Test
  void numbersAreThoseOfTheReportToTheLastDigit() throws Exception {
    for (ResultCase result :
        List.of(
            TestCases.simple(),
            new TestCases().healthy().build(),
            new TestCases().nothing().build())) {
      DataSet report = read(result);
      for (Region region : Region.values()) {
        DataSet group = group(report, region.title());
        for (Quantity quantity : Quantity.values()) {
          Optional<Double> value = value(group, concept(quantity));
          Measurement expected = result.report().regions().get(region).get(quantity);
          if (expected instanceof Measurement.Value number) {
            assertEquals(Optional.of(number.value()), value, region + " " + quantity);
            DataSet measured =
                child(group, concept(quantity)).items(Tag.MeasuredValueSequence).get(0);
            assertEquals(unit(quantity), code(measured, Tag.MeasurementUnitsCodeSequence));
          } else {
            assertEquals(Optional.empty(), value, region + " " + quantity);
          }
        }
      }
    }
  }

  @Test
  void theErrorBoundIsAMeasurementBesideTheOpacity() throws Exception {
    DataSet report = read(TestCases.simple());
    assertEquals(Optional.of(2.375), value(group(report, "Both lungs"), "OPACITY_PCT_ERR"));
    assertEquals(List.of(), children(group(report, "Right lung"), "OPACITY_PCT_ERR"));
  }

  @Test
  void lesionsHaveTheVolumesOfTheirSegments() throws Exception {
    ResultCase result = TestCases.simple();
    DataSet report = read(result);
    for (ResultSegment segment : ResultSegment.all()) {
      long voxels = 0;
      for (int k = 0; k < result.ct().geometry().slices(); k++) {
        for (byte label : segment.labels(result).slice(k)) {
          voxels += label == segment.labelValue() ? 1 : 0;
        }
      }
      assertTrue(voxels > 0, segment.label());
      double volume = value(group(report, segment.label()), "118565006").orElseThrow();
      assertEquals(voxels * result.ct().geometry().voxelVolumeMl(), volume, 1e-9);
    }
  }

  @Test
  void whatWasNotMeasuredSaysWhy() throws Exception {
    DataSet report = read(new TestCases().healthy().build());
    DataSet number = child(group(report, "Right lung"), "OPACITY_MEAN");
    assertTrue(number.contains(Tag.MeasuredValueSequence), "type 2: there without an item");
    assertEquals("114011", code(number, Tag.NumericValueQualifierCodeSequence));
    assertEquals(
        "there is no such voxel in the region",
        child(number, "NOT_MEASURED").string(Tag.TextValue).orElseThrow());
  }

  @Test
  void groupsAndSegmentsShareTheirTrackingUids() throws Exception {
    ResultCase result = TestCases.simple();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SegmentationWriter.write(result, out);
    DataSet segmentation = DicomFiles.read(out.toByteArray()).dataSet();
    DataSet report = read(result);
    for (DataSet segment : segmentation.items(Tag.SegmentSequence)) {
      DataSet group = group(report, segment.string(Tag.TrackingID).orElseThrow());
      assertEquals(segment.string(Tag.TrackingUID), child(group, "112040").string(Tag.UID));
      DataSet reference = child(group, "121191").items(Tag.ReferencedSOPSequence).get(0);
      assertEquals(
          segmentation.string(Tag.SOPInstanceUID), reference.string(Tag.ReferencedSOPInstanceUID));
      assertEquals(
          segment.integer(Tag.SegmentNumber), reference.integer(Tag.ReferencedSegmentNumber));
    }
    Set<String> uids = new HashSet<>();
    for (DataSet group : groups(report)) {
      assertTrue(uids.add(child(group, "112040").string(Tag.UID).orElseThrow()));
    }
  }

  /** PS3.3 section C.17.2.3: all that the content refers to is in the evidence. */
  @Test
  void evidenceNamesEveryReference() throws Exception {
    DataSet report = read(TestCases.simple());
    Set<String> evidence = new HashSet<>();
    for (DataSet study : report.items(Tag.CurrentRequestedProcedureEvidenceSequence)) {
      for (DataSet series : study.items(Tag.ReferencedSeriesSequence)) {
        for (DataSet instance : series.items(Tag.ReferencedSOPSequence)) {
          evidence.add(instance.string(Tag.ReferencedSOPInstanceUID).orElseThrow());
        }
      }
    }
    List<DataSet> open = new ArrayList<>(report.items(Tag.ContentSequence));
    Set<String> referenced = new HashSet<>();
    while (!open.isEmpty()) {
      DataSet item = open.remove(open.size() - 1);
      open.addAll(item.items(Tag.ContentSequence));
      for (DataSet reference : item.items(Tag.ReferencedSOPSequence)) {
        referenced.add(reference.string(Tag.ReferencedSOPInstanceUID).orElseThrow());
      }
    }
    assertEquals(evidence, referenced);
    assertEquals(15, evidence.size(), "14 images and the segmentation");
  }

  @Test
  void aLaterVersionNamesTheOneItReplaces() throws Exception {
    assertFalse(read(TestCases.simple()).contains(Tag.PredecessorDocumentsSequence));
    DataSet third = read(new TestCases().version(3, 1).build());
    DataSet series =
        third
            .items(Tag.PredecessorDocumentsSequence)
            .get(0)
            .items(Tag.ReferencedSeriesSequence)
            .get(0);
    assertEquals(third.string(Tag.SeriesInstanceUID), series.string(Tag.SeriesInstanceUID));
    assertEquals(
        ResultUids.instance(TestCases.ANALYSIS_ID, 1, ResultKind.STRUCTURED_REPORT, 1),
        series
            .items(Tag.ReferencedSOPSequence)
            .get(0)
            .string(Tag.ReferencedSOPInstanceUID)
            .orElseThrow());
  }

  @Test
  void warningsAreFindingsWithTheirText() throws Exception {
    DataSet evaluations = child(read(TestCases.simple()), "C0034375");
    List<DataSet> warnings = children(evaluations, "111052");
    assertEquals(
        List.of("lungs-cut-off", "a-warning-with-a-long-name"),
        warnings.stream().map(warning -> code(warning, Tag.ConceptCodeSequence)).toList());
    assertEquals(
        "The first slice holds 84 cm2 of lung (>= 20).",
        child(warnings.get(0), "121106").string(Tag.TextValue).orElseThrow());
    assertEquals("CONF_MEDIUM", code(child(evaluations, "CONFIDENCE"), Tag.ConceptCodeSequence));
    assertEquals(
        "Research use only - not a medical device",
        child(evaluations, "INTENDED_USE").string(Tag.TextValue).orElseThrow());
  }

  @Test
  void dcmtkRendersTheDocument() throws Exception {
    Programs.needs("dsrdump");
    Programs.needs("dsr2html");
    Path file = Files.write(temp.resolve("report.dcm"), write(TestCases.simple()));
    Tools.Outcome dump = Tools.run("dsrdump", "-Er", "-Ei", "+Pn", file.toString());
    assertEquals(0, dump.status(), dump.output());
    assertTrue(dump.output().lines().noneMatch(line -> line.matches("[WE]:.*")), dump.output());
    assertTrue(dump.output().contains("Imaging Measurement Report"), dump.output());
    Path html = temp.resolve("report.html");
    Tools.Outcome rendered = Tools.run("dsr2html", file.toString(), html.toString());
    assertEquals(0, rendered.status(), rendered.output());
    String page =
        new String(Files.readAllBytes(html), java.nio.charset.StandardCharsets.ISO_8859_1);
    assertTrue(
        page.contains("Mean Attenuation Coefficient") && page.contains("Ground glass"), page);
  }
}
