// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import io.hounsfield.results.ResultObject;
import io.hounsfield.results.ResultObjects;
import java.io.ByteArrayOutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Segmentations, read back by a reader that knows nothing of ours. */
class SegmentationTest {

  /**
   * Prints each voxel of each segment as {@code file segment x y z}, in patient coordinates, by
   * PS3.3 equation C.7.6.2.1-1 and the bit order of PS3.5 section 8.2.
   */
  private static final String DECODER =
      """
      import sys, pydicom
      for name in sys.argv[1:]:
          d = pydicom.dcmread(name)
          shared = d.SharedFunctionalGroupsSequence[0]
          o = [float(v) for v in shared.PlaneOrientationSequence[0].ImageOrientationPatient]
          dr, dc = [float(v) for v in shared.PixelMeasuresSequence[0].PixelSpacing]
          n, columns, pixels = d.Rows * d.Columns, d.Columns, d.PixelData
          binary = d.SegmentationType == 'BINARY'
          assert len(d.PerFrameFunctionalGroupsSequence) == d.NumberOfFrames
          for f, g in enumerate(d.PerFrameFunctionalGroupsSequence):
              p = [float(v) for v in g.PlanePositionSequence[0].ImagePositionPatient]
              for i in range(n):
                  at = f * n + i
                  s = pixels[at >> 3] >> (at & 7) & 1 if binary else pixels[at]
                  if s:
                      if binary:
                          s = g.SegmentIdentificationSequence[0].ReferencedSegmentNumber
                      r, c = divmod(i, columns)
                      xyz = [p[a] + o[a] * dc * c + o[3 + a] * dr * r for a in range(3)]
                      print(d.ContentLabel, s, *('%.4f' % v for v in xyz))
      """;

  @TempDir Path temp;

  static Stream<Arguments> geometries() {
    return Stream.of(
        Arguments.of("head first", TestCases.headFirst(), false),
        Arguments.of("feet first", TestCases.feetFirst(), false),
        Arguments.of("oblique", TestCases.oblique(), false),
        Arguments.of("oblique, several frames in an image", TestCases.oblique(), true));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("geometries")
  void pydicomFindsTheLabelMapsVoxelForVoxelAtTheirPlaces(
      String name, VolumeGeometry geometry, boolean enhanced) throws Exception {
    String python = Tools.python();
    TestCases builder = new TestCases().geometry(geometry);
    ResultCase result = enhanced ? builder.enhanced().build() : builder.build();
    String[] command = {python, "-c", DECODER, "", "", ""};
    int at = 3;
    for (ResultObject object :
        ResultObjects.of(
            result,
            null,
            EnumSet.of(
                ResultKind.SEGMENTATION, ResultKind.LUNG_LABEL_MAP, ResultKind.LESION_LABEL_MAP))) {
      command[at++] = Files.write(temp.resolve(object.fileName()), object.toBytes()).toString();
    }
    Tools.Outcome outcome = Tools.run(command);
    assertEquals(0, outcome.status(), outcome.output());
    byte[][] lungs = new byte[geometry.slices()][geometry.sliceLength()];
    byte[][] lesions = new byte[geometry.slices()][geometry.sliceLength()];
    byte[][] lungMap = new byte[geometry.slices()][geometry.sliceLength()];
    byte[][] lesionMap = new byte[geometry.slices()][geometry.sliceLength()];
    for (String line : outcome.output().split("\n")) {
      String[] fields = line.split(" ");
      int segment = Integer.parseInt(fields[1]);
      boolean binary = fields[0].equals("LUNGS_LESIONS");
      byte[][] target =
          binary ? segment <= 2 ? lungs : lesions : fields[0].equals("LUNGS") ? lungMap : lesionMap;
      int value = binary && segment > 2 ? segment - 2 : segment;
      put(
          target,
          geometry,
          new Vec3(
              Double.parseDouble(fields[2]),
              Double.parseDouble(fields[3]),
              Double.parseDouble(fields[4])),
          (byte) value);
    }
    assertSame(result.lungs(), lungs);
    assertSame(result.lesions(), lesions);
    assertSame(result.lungs(), lungMap);
    assertSame(result.lesions(), lesionMap);
  }

  /** Puts a label at the voxel whose centre is there, and only there. */
  private static void put(byte[][] target, VolumeGeometry geometry, Vec3 place, byte value) {
    Vec3 from = place.minus(geometry.origin());
    int column = (int) Math.round(from.dot(geometry.rowDirection()) / geometry.columnSpacingMm());
    int row = (int) Math.round(from.dot(geometry.columnDirection()) / geometry.rowSpacingMm());
    int slice = (int) Math.round(from.dot(geometry.normal()) / geometry.sliceSpacingMm());
    double off = geometry.position(slice, row, column).minus(place).length();
    assertTrue(off < 2e-4, "no voxel's centre: " + place + ", off by " + off + " mm");
    int at = row * geometry.columns() + column;
    assertEquals(0, target[slice][at], "two labels at one voxel");
    target[slice][at] = value;
  }

  private static void assertSame(LabelMap expected, byte[][] actual) {
    long labelled = 0;
    for (int k = 0; k < actual.length; k++) {
      assertArrayEquals(expected.slice(k), actual[k], "slice " + k);
      for (byte label : actual[k]) {
        labelled += label == 0 ? 0 : 1;
      }
    }
    assertTrue(labelled > 50, "something to compare");
  }

  private static DataSet write(ResultCase result) throws Exception {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    SegmentationWriter.write(result, out);
    return DicomFiles.read(out.toByteArray()).dataSet();
  }

  @Test
  void framesAreThoseThatHoldSomething() throws Exception {
    ResultCase result = TestCases.simple();
    DataSet object = write(result);
    List<DataSet> frames = object.items(Tag.PerFrameFunctionalGroupsSequence);
    int expected = 0;
    for (ResultSegment segment : ResultSegment.all()) {
      for (int k = 0; k < result.ct().geometry().slices(); k++) {
        for (byte label : segment.labels(result).slice(k)) {
          if (label == segment.labelValue()) {
            expected++;
            break;
          }
        }
      }
    }
    assertEquals(expected, frames.size());
    assertTrue(expected < 4 * result.ct().geometry().slices());
    int bits = expected * result.ct().geometry().sliceLength();
    int bytes = (bits + 7) / 8;
    assertEquals(bytes + (bytes & 1), object.bytes(Tag.PixelData).orElseThrow().length);
    assertEquals(12.5, spacing(object));
  }

  private static double spacing(DataSet object) throws Exception {
    return object
        .items(Tag.SharedFunctionalGroupsSequence)
        .get(0)
        .items(Tag.PixelMeasuresSequence)
        .get(0)
        .decimal(Tag.SpacingBetweenSlices)
        .orElseThrow();
  }

  /** PS3.3 section C.7.6.17.1: from 1, without a gap. */
  @Test
  void dimensionIndicesRunFromOneWithoutGaps() throws Exception {
    DataSet object = write(new TestCases().healthy().build());
    for (int dimension = 0; dimension < 2; dimension++) {
      int d = dimension;
      int[] values =
          object.items(Tag.PerFrameFunctionalGroupsSequence).stream()
              .mapToInt(
                  groups -> {
                    try {
                      return groups
                          .items(Tag.FrameContentSequence)
                          .get(0)
                          .integers(Tag.DimensionIndexValues)[d];
                    } catch (io.hounsfield.dicom.DicomException e) {
                      throw new AssertionError(e);
                    }
                  })
              .sorted()
              .distinct()
              .toArray();
      for (int i = 0; i < values.length; i++) {
        assertEquals(i + 1, values[i]);
      }
    }
  }

  @Test
  void aSegmentWithoutAVoxelIsDescribedButHasNoFrame() throws Exception {
    DataSet object = write(new TestCases().healthy().build());
    assertEquals(4, object.items(Tag.SegmentSequence).size());
    for (DataSet frame : object.items(Tag.PerFrameFunctionalGroupsSequence)) {
      int segment =
          frame
              .items(Tag.SegmentIdentificationSequence)
              .get(0)
              .integer(Tag.ReferencedSegmentNumber)
              .orElseThrow();
      assertTrue(segment <= 2, "lungs only");
    }
    DataSet empty = write(new TestCases().nothing().build());
    assertEquals(1, empty.integer(Tag.NumberOfFrames).orElseThrow());
    byte[] pixels = empty.bytes(Tag.PixelData).orElseThrow();
    assertArrayEquals(new byte[pixels.length], pixels);
  }

  @Test
  void aFrameNamesItsSourceFrameAndItsPosition() throws Exception {
    ResultCase result = new TestCases().enhanced().exactPositions().build();
    DataSet object = write(result);
    for (DataSet frame : object.items(Tag.PerFrameFunctionalGroupsSequence)) {
      DataSet source =
          frame.items(Tag.DerivationImageSequence).get(0).items(Tag.SourceImageSequence).get(0);
      int number = source.integer(Tag.ReferencedFrameNumber).orElseThrow();
      int slice = result.ct().geometry().slices() - number;
      Vec3 exact = result.source().frames().get(slice).position();
      double[] position =
          frame.items(Tag.PlanePositionSequence).get(0).decimals(Tag.ImagePositionPatient);
      assertArrayEquals(new double[] {exact.x(), exact.y(), exact.z()}, position, 1e-9);
    }
    List<DataSet> instances =
        object.items(Tag.ReferencedSeriesSequence).get(0).items(Tag.ReferencedInstanceSequence);
    assertEquals(1, instances.size(), "one instance with all frames");
  }

  /** Against the definition, one bit after the other, at every alignment of a frame. */
  @Test
  void bitsArePackedAcrossFrames() throws Exception {
    Random random = new Random(5);
    for (int length = 1; length < 70; length++) {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      BitPacker packer = new BitPacker(out);
      byte[] expected = new byte[(5 * length + 7) / 8];
      for (int frame = 0; frame < 5; frame++) {
        byte[] labels = new byte[length];
        for (int i = 0; i < length; i++) {
          labels[i] = (byte) (random.nextInt(4) == 3 ? 255 : random.nextInt(3));
        }
        int value = frame == 4 ? 255 : frame % 3;
        for (int i = 0; i < length; i++) {
          int at = frame * length + i;
          if ((labels[i] & 0xFF) == value) {
            expected[at / 8] |= (byte) (1 << at % 8);
          }
        }
        packer.append(labels, value);
      }
      packer.finish();
      assertArrayEquals(expected, out.toByteArray(), "frames of " + length + " pixels");
    }
  }

  /** White, black and the primaries of sRGB, as colour calculators give them for D50. */
  @Test
  void coloursAreCieLabOfTheProfileConnectionSpace() {
    assertColour(0xFFFFFF, 100, 0, 0);
    assertColour(0x000000, 0, 0, 0);
    assertColour(0xFF0000, 54.29, 80.81, 69.89);
    assertColour(0x0000FF, 29.57, 68.30, -112.03);
  }

  private static void assertColour(int rgb, double l, double a, double b) {
    int[] lab = CieLab.ofRgb(rgb);
    double[] actual = {
      lab[0] * 100 / 65535.0, lab[1] * 255 / 65535.0 - 128, lab[2] * 255 / 65535.0 - 128
    };
    assertArrayEquals(new double[] {l, a, b}, actual, 0.05, Arrays.toString(actual));
  }
}
