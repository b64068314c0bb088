// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhantomWriterTest {

  @TempDir Path dir;

  private List<DicomFile> write(PhantomOptions.Builder options) throws IOException {
    List<DicomFile> out = new ArrayList<>();
    Path folder = dir.resolve("series" + Files.list(dir).count());
    for (Path file : PhantomWriter.writeSeries(Phantoms.of(options), folder)) {
      out.add(DicomFiles.read(file));
    }
    return out;
  }

  private static PhantomOptions.Builder with(Fault fault) {
    return Phantoms.small().slices(24).fault(fault);
  }

  private static Vec3 vector(DataSet d, int tag, int from) throws IOException {
    double[] v = d.decimals(tag);
    return new Vec3(v[from], v[from + 1], v[from + 2]);
  }

  private static Vec3 position(DicomFile f) throws IOException {
    return vector(f.dataSet(), Tag.ImagePositionPatient, 0);
  }

  private static Vec3 normal(DicomFile f) throws IOException {
    return vector(f.dataSet(), Tag.ImageOrientationPatient, 0)
        .cross(vector(f.dataSet(), Tag.ImageOrientationPatient, 3));
  }

  /** Gaps between neighbours along the first slice's normal, in order of position. */
  private static double[] gaps(List<DicomFile> files) throws IOException {
    Vec3 n = normal(files.get(0));
    double[] at = new double[files.size()];
    for (int i = 0; i < at.length; i++) {
      at[i] = position(files.get(i)).dot(n);
    }
    java.util.Arrays.sort(at);
    double[] gaps = new double[at.length - 1];
    for (int i = 0; i < gaps.length; i++) {
      gaps[i] = at[i + 1] - at[i];
    }
    return gaps;
  }

  private static long distinct(List<DicomFile> files, int tag) {
    return files.stream().map(f -> f.dataSet().strings(tag)).distinct().count();
  }

  @ParameterizedTest
  @EnumSource(
      value = TransferSyntax.class,
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN"
      })
  void slicesReadBackAsTheyWereMade(TransferSyntax syntax) throws IOException {
    PhantomOptions.Builder options = with(Fault.NONE).transferSyntax(syntax);
    Phantom phantom = Phantoms.of(options);
    VolumeGeometry g = phantom.ct().geometry();
    List<DicomFile> files = write(options);
    assertEquals(24, files.size());
    for (int k = 0; k < 24; k++) {
      DicomFile file = files.get(k);
      DataSet d = file.dataSet();
      assertEquals(syntax, file.transferSyntax());
      assertEquals(SopClass.CT_IMAGE_STORAGE, d.string(Tag.SOPClassUID).orElseThrow());
      short[] stored = PixelDecoders.decode(file, 0).samples();
      short[] hu = new short[stored.length];
      for (int i = 0; i < hu.length; i++) {
        hu[i] =
            (short)
                (stored[i] * d.decimal(Tag.RescaleSlope).orElseThrow()
                    + d.decimal(Tag.RescaleIntercept).orElseThrow());
      }
      assertArrayEquals(phantom.ct().slice(k), hu);
      assertTrue(position(file).minus(g.position(k, 0, 0)).length() < 1e-5);
      assertEquals(g.rowDirection(), vector(d, Tag.ImageOrientationPatient, 0));
      assertEquals(g.columnDirection(), vector(d, Tag.ImageOrientationPatient, 3));
      assertArrayEquals(
          new double[] {g.rowSpacingMm(), g.columnSpacingMm()}, d.decimals(Tag.PixelSpacing));
    }
    for (double gap : gaps(files)) {
      assertEquals(g.sliceSpacingMm(), gap, 1e-5);
    }
  }

  @Test
  void identifiersAreValidDistinctAndFollowFromTheOptions() throws IOException {
    List<DicomFile> files = write(with(Fault.NONE));
    List<DicomFile> again = write(with(Fault.NONE));
    List<DicomFile> other = write(with(Fault.NONE).seed(8));
    Set<String> uids = new HashSet<>();
    for (int i = 0; i < files.size(); i++) {
      String uid = files.get(i).dataSet().string(Tag.SOPInstanceUID).orElseThrow();
      assertTrue(Uid.isValid(uid));
      assertTrue(uids.add(uid));
      assertEquals(uid, again.get(i).dataSet().string(Tag.SOPInstanceUID).orElseThrow());
    }
    assertEquals(1, distinct(files, Tag.SeriesInstanceUID));
    assertEquals(1, distinct(files, Tag.StudyInstanceUID));
    assertEquals(1, distinct(files, Tag.FrameOfReferenceUID));
    String series = files.get(0).dataSet().string(Tag.SeriesInstanceUID).orElseThrow();
    assertEquals(PhantomWriter.seriesInstanceUid(with(Fault.NONE).build()), series);
    assertNotEquals(series, other.get(0).dataSet().string(Tag.SeriesInstanceUID).orElseThrow());
  }

  @Test
  void missingSliceLeavesOneDoubleGap() throws IOException {
    List<DicomFile> files = write(with(Fault.MISSING_SLICE));
    assertEquals(23, files.size());
    double[] gaps = gaps(files);
    double spacing = gaps[0];
    int wide = 0;
    for (double gap : gaps) {
      if (gap > 1.5 * spacing) {
        assertEquals(2 * spacing, gap, 1e-4);
        wide++;
      } else {
        assertEquals(spacing, gap, 1e-4);
      }
    }
    assertEquals(1, wide);
  }

  @Test
  void duplicatePositionIsASecondInstanceAtOnePlace() throws IOException {
    List<DicomFile> files = write(with(Fault.DUPLICATE_POSITION));
    assertEquals(25, distinct(files, Tag.SOPInstanceUID));
    assertEquals(24, distinct(files, Tag.ImagePositionPatient));
  }

  @Test
  void tiltedSlicesAdvanceAlongTheTableNotTheNormal() throws IOException {
    List<DicomFile> files = write(with(Fault.GANTRY_TILT));
    Vec3 step = position(files.get(1)).minus(position(files.get(0)));
    double cosine = step.dot(normal(files.get(0))) / step.length();
    assertEquals(Math.cos(Math.toRadians(15)), Math.abs(cosine), 1e-4);
    assertEquals(15, files.get(0).dataSet().decimal(Tag.GantryDetectorTilt).orElseThrow());
    // The pixels are those of the leaning plane: compare one with the volume it was cut from.
    Phantom phantom = Phantoms.of(with(Fault.GANTRY_TILT));
    assertFalse(
        java.util.Arrays.equals(
            phantom.ct().slice(12), PixelDecoders.decode(files.get(12), 0).samples()));
  }

  @Test
  void nonAxialIsCoronal() throws IOException {
    List<DicomFile> files = write(with(Fault.NON_AXIAL));
    assertEquals(1, Math.abs(normal(files.get(0)).y()), 1e-9);
    assertEquals(24, files.get(0).dataSet().integer(Tag.Rows).orElseThrow());
    double[] gaps = gaps(files);
    for (double gap : gaps) {
      assertEquals(gaps[0], gap, 1e-4);
    }
  }

  @Test
  void mixedSeriesHaveTwoOfWhatIsMixed() throws IOException {
    List<DicomFile> size = write(with(Fault.MIXED_SIZE));
    assertEquals(2, distinct(size, Tag.Rows));
    assertEquals(2, distinct(size, Tag.PixelSpacing));
    List<DicomFile> orientation = write(with(Fault.MIXED_ORIENTATION));
    assertEquals(2, distinct(orientation, Tag.ImageOrientationPatient));
    assertEquals(1, distinct(orientation, Tag.Rows));
    List<DicomFile> spacing = write(with(Fault.MIXED_SPACING));
    assertEquals(2, distinct(spacing, Tag.PixelSpacing));
    assertEquals(1, distinct(spacing, Tag.Rows));
    for (List<DicomFile> files : List.of(size, orientation, spacing)) {
      assertEquals(24, files.size());
      for (double gap : gaps(files)) {
        assertEquals(gaps(files)[0], gap, 1e-4);
      }
    }
  }

  @Test
  void turnedSlicesShowTheSamePatient() throws IOException {
    Phantom phantom = Phantoms.of(with(Fault.MIXED_ORIENTATION));
    VolumeGeometry g = phantom.ct().geometry();
    DicomFile turned = write(with(Fault.MIXED_ORIENTATION)).get(20);
    short[] samples = PixelDecoders.decode(turned, 0).samples();
    Vec3 first = position(turned);
    assertTrue(first.minus(g.position(20, g.rows() - 1, g.columns() - 1)).length() < 1e-4);
    assertEquals(phantom.ct().slice(20)[g.sliceLength() - 1], samples[0] - 1024);
  }

  @Test
  void otherFaultsAreWhatTheySay() throws IOException {
    for (DicomFile f : write(with(Fault.NO_POSITION))) {
      assertFalse(f.dataSet().contains(Tag.ImagePositionPatient));
    }
    List<DicomFile> localizer = write(with(Fault.LOCALIZER));
    assertEquals(1, localizer.size());
    assertEquals("LOCALIZER", localizer.get(0).dataSet().strings(Tag.ImageType).get(2));
    for (DicomFile f : write(with(Fault.NOT_CT))) {
      assertEquals("MR", f.dataSet().string(Tag.Modality).orElseThrow());
      assertEquals(SopClass.MR_IMAGE_STORAGE, f.dataSet().string(Tag.SOPClassUID).orElseThrow());
    }
    assertEquals(8, write(with(Fault.TOO_FEW)).size());
    assertEquals(24, write(with(Fault.CUT_OFF)).size());
    DataSet contrast = write(with(Fault.NONE).contrastAgent(true)).get(0).dataSet();
    assertTrue(contrast.string(Tag.ContrastBolusAgent).isPresent());
    assertFalse(write(with(Fault.NONE)).get(0).dataSet().contains(Tag.ContrastBolusAgent));
  }

  @ParameterizedTest
  @EnumSource(PatientPosition.class)
  void patientPositionAndOrientationBelongTogether(PatientPosition position) throws IOException {
    DicomFile file = write(with(Fault.NONE).position(position)).get(0);
    assertEquals(position.name(), file.dataSet().string(Tag.PatientPosition).orElseThrow());
    boolean feetFirst = position.name().startsWith("FF");
    assertEquals(feetFirst ? -1 : 1, normal(file).z(), 1e-9);
    double down = vector(file.dataSet(), Tag.ImageOrientationPatient, 3).y();
    assertEquals(position.prone() ? -1 : 1, down, 1e-9, "rows run down to the couch");
  }

  @Test
  void twoSeriesAreNotMixedInOneFolder() throws IOException {
    Phantom phantom = Phantoms.of(with(Fault.NONE));
    PhantomWriter.write(phantom, dir);
    FileAlreadyExistsException e =
        assertThrows(FileAlreadyExistsException.class, () -> PhantomWriter.write(phantom, dir));
    assertTrue(e.getMessage().contains("not empty"), e.getMessage());
  }

  @Test
  void truthIsWrittenUnderTheNamesOfTheReport() throws IOException {
    Phantom phantom = Phantoms.of(with(Fault.NONE).opacityPercent(0));
    PhantomWriter.write(phantom, dir);
    JsonNode root = new ObjectMapper().readTree(dir.resolve("truth.json").toFile());
    Truth truth = Truth.of(phantom);
    for (Region region : Region.values()) {
      for (Quantity q : Quantity.values()) {
        JsonNode value = root.at("/regions/" + region.key() + "/" + q.key());
        if (truth.regions().get(region).get(q) instanceof Measurement.Value v) {
          assertEquals(v.value(), value.doubleValue());
        } else {
          assertTrue(value.isNull());
        }
      }
    }
    assertTrue(root.at("/regions/leftLung/meanHuOpacity").isNull());
    assertEquals(0, root.at("/regions/leftLung/opacityPercent").doubleValue());
    assertEquals(24, root.at("/geometry/slices").intValue());
    assertEquals("mixed", root.at("/options/kind").textValue());
    int voxels = phantom.ct().geometry().sliceLength() * 24;
    for (String name : List.of("lungs.nii.gz", "lesions.nii.gz")) {
      try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(dir.resolve(name)))) {
        assertEquals(352 + voxels, in.readAllBytes().length);
      }
    }
  }

  /** The judge is dicom3tools' validator, where it is installed. */
  @Test
  void dciodvfyFindsNoError() throws Exception {
    Assumptions.assumeTrue(
        Files.isExecutable(Path.of("/usr/bin/dciodvfy")), "dicom3tools is not installed");
    for (PhantomOptions.Builder options :
        List.of(
            with(Fault.NONE),
            with(Fault.NONE).position(PatientPosition.FFP).contrastAgent(true),
            with(Fault.NOT_CT),
            with(Fault.LOCALIZER),
            with(Fault.GANTRY_TILT),
            with(Fault.NON_AXIAL))) {
      Path folder = dir.resolve("judged" + Files.list(dir).count());
      Path file = PhantomWriter.writeSeries(Phantoms.of(options), folder).get(0);
      Path log = dir.resolve("log" + Files.list(dir).count());
      Process process =
          new ProcessBuilder("/usr/bin/dciodvfy", file.toString())
              .redirectErrorStream(true)
              .redirectOutput(log.toFile())
              .start();
      assertTrue(process.waitFor(60, TimeUnit.SECONDS));
      String said = Files.readString(log);
      assertTrue(
          said.contains(options.build().fault() == Fault.NOT_CT ? "MRImage" : "CTImage"), said);
      assertFalse(said.contains("Error"), said);
    }
  }
}
