// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Series of real scanners; skipped where {@code ../shared/data} is absent. */
class RealSeriesTest {

  @Test
  void aWholeChestIsAGridWhateverTheOrderOfItsFiles() throws Exception {
    List<SliceHeader> headers = headers("ricord-1a-covid");
    VolumePlan plan = VolumePlan.of(headers);
    VolumeGeometry g = plan.geometry();

    assertEquals(248, g.slices());
    assertEquals(512, g.rows());
    assertEquals(512, g.columns());
    assertEquals(1.25, g.sliceSpacingMm(), 1e-6);
    assertEquals(0.703125, g.rowSpacingMm());
    assertEquals(new Vec3(0, 0, 1), g.normal());
    assertEquals(List.of(), plan.warnings());
    List<SliceHeader> mixed = new ArrayList<>(headers);
    Collections.shuffle(mixed, new Random(5));
    assertEquals(g, VolumePlan.of(mixed).geometry());

    mixed.remove(mixed.get(0).position().equals(g.origin()) ? 1 : 0);
    SeriesRefusedException e =
        assertThrows(SeriesRefusedException.class, () -> VolumePlan.of(mixed));
    assertTrue(
        e.reason() == RefusalReason.MISSING_POSITIONS && e.getMessage().contains("2.50 mm"),
        e.getMessage());
  }

  @Test
  void overlappingSlicesOfAPartOfTheChestAreMeasuredWithAWarning() throws Exception {
    VolumePlan plan = VolumePlan.of(headers("lungfcp-partial-chest"));
    assertEquals(60, plan.geometry().slices());
    assertEquals(1.0, plan.geometry().sliceSpacingMm(), 1e-6);
    assertEquals(List.of("short-coverage"), plan.warnings().stream().map(Warning::code).toList());
  }

  @ParameterizedTest
  @ValueSource(strings = {"coronal", "sagittal"})
  void coronalAndSagittalReformatsAreRefused(String plane) throws Exception {
    int found = 0;
    for (Path path : files("nysbu-odd")) {
      if (path.getFileName().toString().contains("-" + plane + "-")) {
        SeriesRefusedException e =
            assertThrows(
                SeriesRefusedException.class,
                () -> Suitability.check(DicomFiles.readHeader(path).dataSet()));
        assertEquals(RefusalReason.NOT_AXIAL, e.reason(), e.getMessage());
        found++;
      }
    }
    assertEquals(6, found);
  }

  @Test
  void singleAxialSlicesAreSuitableButTooFew() throws Exception {
    int found = 0;
    for (Path path : files("nysbu-odd")) {
      if (path.getFileName().toString().contains("-axial-")) {
        DataSet dataSet = DicomFiles.readHeader(path).dataSet();
        Suitability.check(dataSet);
        SeriesRefusedException e =
            assertThrows(
                SeriesRefusedException.class, () -> VolumePlan.of(SliceReader.headers(dataSet)));
        assertEquals("The series has 1 slice; a chest has at least 20.", e.getMessage());
        found++;
      }
    }
    assertEquals(6, found);
  }

  @Test
  void anEnhancedPerfusionMapIsNotHounsfield() throws Exception {
    DicomFile file = DicomFiles.read(data("enhanced").resolve("eCT_Supplemental.dcm"));
    SeriesRefusedException e =
        assertThrows(SeriesRefusedException.class, () -> SliceReader.read(file));
    assertEquals(RefusalReason.NOT_HOUNSFIELD, e.reason(), e.getMessage());
    List<SliceHeader> headers = SliceReader.headers(file.dataSet());
    assertEquals(2, headers.size());
    assertEquals(new Vec3(99.5, -301.5, -159), headers.get(0).position());
    assertEquals(new Vec3(99.5, -301.5, -149), headers.get(1).position());
    assertEquals(10.0, headers.get(0).sliceThicknessMm());
  }

  @ParameterizedTest
  @CsvSource({
    "CT1,RLE",
    "CT2,RLE",
    "CT1,JPLL",
    "CT2,JPLL",
    "CT1,JLSL",
    "CT2,JLSL",
    "CT1,J2KR",
    "CT2,J2KR"
  })
  void losslessCompressionGivesTheSameHu(String image, String syntax) throws Exception {
    Path folder = data("compressed");
    short[] plain = hu(folder.resolve(image + "_UNC.dcm"));
    assertArrayEquals(plain, hu(folder.resolve(image + "_" + syntax + ".dcm")));
    // Tissue and air are there, the -2000 around the circle is not.
    int low = 0;
    int tissue = 0;
    for (short v : plain) {
      low += v < -1500 ? 1 : 0;
      tissue += v > -100 && v < 200 ? 1 : 0;
    }
    assertEquals(0, low);
    assertTrue(tissue > plain.length / 10, "only " + tissue + " voxels of soft tissue");
  }

  /** Lossy variants differ from the original, and by little. */
  @ParameterizedTest
  @CsvSource({"CT1,JLSN", "CT2,JLSN", "CT1,J2KI", "CT2,J2KI"})
  void lossyCompressionGivesNearlyTheSameHu(String image, String syntax) throws Exception {
    Path folder = data("compressed");
    short[] plain = hu(folder.resolve(image + "_UNC.dcm"));
    short[] lossy = hu(folder.resolve(image + "_" + syntax + ".dcm"));
    double sum = 0;
    for (int i = 0; i < plain.length; i++) {
      sum += Math.abs(plain[i] - lossy[i]);
    }
    double mean = sum / plain.length;
    assertTrue(mean > 0 && mean < 30, "differs by " + mean + " HU in the mean");
  }

  private static short[] hu(Path path) throws Exception {
    return SliceReader.read(DicomFiles.read(path)).get(0).hu();
  }

  private static List<SliceHeader> headers(String folder) throws Exception {
    List<SliceHeader> headers = new ArrayList<>();
    for (Path path : files(folder)) {
      DataSet dataSet = DicomFiles.readHeader(path).dataSet();
      Suitability.check(dataSet);
      headers.addAll(SliceReader.headers(dataSet));
    }
    return headers;
  }

  private static List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(data(folder))) {
      return files.sorted().toList();
    }
  }

  private static Path data(String folder) {
    Path root = Path.of(System.getProperty("hounsfield.root", ".."));
    Path path = root.resolve("../shared/data/dicom").resolve(folder);
    assumeTrue(Files.isDirectory(path), "skipped: no " + path.normalize());
    return path;
  }
}
