// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * JPEG, JPEG-LS and JPEG 2000 as DCMTK and GDCM write and read them: lossless bit for bit, lossy as
 * near as their decoders are to each other. Skipped where their tools are not installed.
 */
class CodecPeersTest {
  private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  @TempDir Path folder;

  private short[] pixels;

  private Path plain(int rows, int columns, int allocated, int stored, boolean signed)
      throws IOException {
    pixels = Samples.pixels(new Random(21), rows, columns, stored, signed);
    DataSet image = Samples.image(rows, columns, allocated, stored, signed);
    byte[] cells = Samples.cells(pixels, allocated);
    image.putBytes(
        Tag.PixelData,
        allocated == 8 ? VR.OB : VR.OW,
        Arrays.copyOf(cells, cells.length + cells.length % 2));
    Path path = folder.resolve("plain.dcm");
    DicomFiles.write(path, DicomFile.of(EXPLICIT, image));
    return path;
  }

  private DicomFile encode(Path plain, TransferSyntax syntax, String... command) throws Exception {
    Path encoded = folder.resolve("encoded.dcm");
    String[] all = Arrays.copyOf(command, command.length + 2);
    all[command.length] = plain.toString();
    all[command.length + 1] = encoded.toString();
    TestFiles.run(all);
    DicomFile file = DicomFiles.read(encoded);
    assertEquals(syntax, file.transferSyntax());
    return file;
  }

  private void assertExact(DicomFile file) throws DicomException {
    assertArrayEquals(
        pixels, PixelDecoders.decode(file, 0).samples(), file.transferSyntax().title());
  }

  private static int largestDifference(short[] expected, short[] actual, boolean signed) {
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      int mask = signed ? -1 : 0xFFFF;
      largest = Math.max(largest, Math.abs((expected[i] & mask) - (actual[i] & mask)));
    }
    return largest;
  }

  @ParameterizedTest
  @CsvSource({
    "61, 67, 8, 8, false",
    "64, 64, 16, 10, false",
    "61, 67, 16, 12, false",
    "61, 67, 16, 12, true",
    "33, 31, 16, 13, false",
    "61, 67, 16, 16, false",
    "61, 67, 16, 16, true",
    "5, 7, 16, 16, true",
    "129, 1, 16, 16, true"
  })
  void jpegLsLossless(int rows, int columns, int allocated, int stored, boolean signed)
      throws Exception {
    Path plain = plain(rows, columns, allocated, stored, signed);
    assertExact(encode(plain, TransferSyntax.JPEG_LS_LOSSLESS, "dcmcjpls"));
    assertExact(encode(plain, TransferSyntax.JPEG_LS_LOSSLESS, "gdcmconv", "--jpegls"));
  }

  /** Thresholds and a reset count of its own, lossless and not: segments LSE. */
  @ParameterizedTest
  @CsvSource({
    "8, 8, 0, 5, 12, 40, 31",
    "16, 12, 0, 9, 30, 200, 10",
    "16, 16, 0, 100, 2000, 30000, 500",
    "8, 8, 2, 9, 20, 60, 128",
    "16, 12, 3, 20, 70, 300, 63",
    "16, 16, 10, 300, 900, 4000, 255"
  })
  void jpegLsWithPresets(
      int allocated, int stored, int near, String t1, String t2, String t3, String reset)
      throws Exception {
    Path plain = plain(61, 67, allocated, stored, false);
    List<String> command =
        new ArrayList<>(List.of("dcmcjpls", "+t1", t1, "+t2", t2, "+t3", t3, "+rs", reset));
    if (near > 0) {
      command.addAll(List.of("+en", "+md", "" + near));
    }
    DicomFile file =
        encode(
            plain,
            near > 0 ? TransferSyntax.JPEG_LS_NEAR_LOSSLESS : TransferSyntax.JPEG_LS_LOSSLESS,
            command.toArray(String[]::new));
    short[] decoded = PixelDecoders.decode(file, 0).samples();
    assertTrue(largestDifference(pixels, decoded, false) <= near);
    Path judged = folder.resolve("judged.dcm");
    TestFiles.run("dcmdjpls", folder.resolve("encoded.dcm").toString(), judged.toString());
    assertArrayEquals(PixelDecoders.decode(DicomFiles.read(judged), 0).samples(), decoded);
  }

  @ParameterizedTest
  @CsvSource({
    "61, 67, 8, 8, false",
    "64, 64, 16, 10, false",
    "61, 67, 16, 12, false",
    "61, 67, 16, 12, true",
    "65, 63, 16, 13, false",
    "61, 67, 16, 16, false",
    "61, 67, 16, 16, true",
    "129, 33, 16, 16, true"
  })
  void jpeg2000Lossless(int rows, int columns, int allocated, int stored, boolean signed)
      throws Exception {
    Path plain = plain(rows, columns, allocated, stored, signed);
    assertExact(encode(plain, TransferSyntax.JPEG_2000_LOSSLESS, "gdcmconv", "--j2k"));
  }

  /** Each value is within the bound that the encoder was given, and equals DCMTK's. */
  @ParameterizedTest
  @CsvSource({"8, 8, false, 1", "16, 12, false, 2", "16, 16, false, 5"})
  void jpegLsNearLossless(int allocated, int stored, boolean signed, int near) throws Exception {
    Path plain = plain(61, 67, allocated, stored, signed);
    DicomFile file =
        encode(plain, TransferSyntax.JPEG_LS_NEAR_LOSSLESS, "dcmcjpls", "+en", "+md", "" + near);
    short[] decoded = PixelDecoders.decode(file, 0).samples();
    assertTrue(largestDifference(pixels, decoded, signed) <= near);
    Path judged = folder.resolve("judged.dcm");
    TestFiles.run("dcmdjpls", folder.resolve("encoded.dcm").toString(), judged.toString());
    assertArrayEquals(PixelDecoders.decode(DicomFiles.read(judged), 0).samples(), decoded);
  }

  /** White beside black, in samples of 16 bits: what overshoots the stored bits stays white. */
  @ParameterizedTest
  @CsvSource({"12, false", "12, true", "14, false", "14, true", "10, false"})
  void lossOfJpeg2000DoesNotTurnWhiteToBlack(int stored, boolean signed) throws Exception {
    DataSet image = Samples.image(64, 64, 16, stored, signed);
    int low = signed ? -(1 << (stored - 1)) : 0;
    int high = low + (1 << stored) - 1;
    Random random = new Random(4);
    pixels = new short[64 * 64];
    for (int i = 0; i < pixels.length; i++) {
      boolean white = (i % 64 / 32 + i / 64 / 32) % 2 == 0;
      pixels[i] = (short) (white ? high - random.nextInt(20) : low + random.nextInt(20));
    }
    image.putBytes(Tag.PixelData, VR.OW, Samples.cells(pixels, 16));
    Path plain = folder.resolve("extremes.dcm");
    DicomFiles.write(plain, DicomFile.of(EXPLICIT, image));
    for (String quality : List.of("60", "70", "80")) {
      DicomFile file =
          encode(plain, TransferSyntax.JPEG_2000, "gdcmconv", "--j2k", "--lossy", "-q", quality);
      short[] decoded = PixelDecoders.decode(file, 0).samples();
      int beyond = largestDifference(pixels, decoded, signed);
      assertTrue(beyond < 3 << (stored - 2), "-q " + quality + ": differs by " + beyond);
    }
  }

  /** Near the original, and equal to GDCM's decoding within rounding. */
  @ParameterizedTest
  @CsvSource({"8, 8, false", "16, 12, false", "16, 12, true", "16, 16, false", "16, 16, true"})
  void jpeg2000Lossy(int allocated, int stored, boolean signed) throws Exception {
    for (String[] command :
        new String[][] {
          {"gdcmconv", "--j2k", "--lossy", "-r", "4"},
          {"gdcmconv", "--j2k", "--lossy", "-r", "4", "--irreversible"}
        }) {
      Path plain = plain(128, 96, allocated, stored, signed);
      DicomFile file = encode(plain, TransferSyntax.JPEG_2000, command);
      short[] decoded = PixelDecoders.decode(file, 0).samples();
      int mask = signed ? -1 : 0xFFFF;
      double sum = 0;
      for (int i = 0; i < pixels.length; i++) {
        sum += Math.abs((pixels[i] & mask) - (decoded[i] & mask));
      }
      double mean = sum / pixels.length;
      assertTrue(mean > 0 && mean < 0.02 * (1 << stored), "mean difference " + mean);
      Path judged = folder.resolve("judged.dcm");
      TestFiles.run(
          "gdcmconv", "--raw", folder.resolve("encoded.dcm").toString(), judged.toString());
      short[] expected = PixelDecoders.decode(DicomFiles.read(judged), 0).samples();
      int low = signed ? -(1 << (stored - 1)) : 0;
      int high = low + (1 << stored) - 1;
      // GDCM lets what overshoots the range of BitsStored wrap round.
      int difference = 0;
      for (int i = 0; i < decoded.length; i++) {
        int wrapped = expected[i] - decoded[i] << 32 - stored >> 32 - stored;
        boolean clipped = decoded[i] == (short) low || decoded[i] == (short) high;
        difference = Math.max(difference, clipped ? 0 : Math.abs(wrapped));
      }
      assertTrue(difference <= 2, "differs by " + difference);
    }
  }

  /** Lossy JPEG of 8 and 12 bits: within rounding of what DCMTK's decoder gives. */
  @ParameterizedTest
  @CsvSource({"8, 8, +eb, JPEG_BASELINE", "8, 8, +ee, JPEG_EXTENDED", "16, 12, +ee, JPEG_EXTENDED"})
  void jpegLossy(int allocated, int stored, String option, TransferSyntax syntax) throws Exception {
    for (int quality : new int[] {60, 95}) {
      Path plain = plain(61, 67, allocated, stored, false);
      DicomFile file = encode(plain, syntax, "dcmcjpeg", option, "+q", "" + quality);
      short[] decoded = PixelDecoders.decode(file, 0).samples();
      Path judged = folder.resolve("judged.dcm");
      TestFiles.run("dcmdjpeg", folder.resolve("encoded.dcm").toString(), judged.toString());
      short[] expected = PixelDecoders.decode(DicomFiles.read(judged), 0).samples();
      int difference = largestDifference(expected, decoded, false);
      assertTrue(difference <= 1, "differs by " + difference);
      assertTrue(Arrays.stream(distinct(decoded)).count() > 50);
    }
  }

  private static int[] distinct(short[] values) {
    int[] all = new int[values.length];
    Arrays.setAll(all, i -> values[i]);
    return Arrays.stream(all).distinct().toArray();
  }

  /** Lossy files of an encoder of its own (NEMA WG-04), against DCMTK and GDCM. */
  @ParameterizedTest
  @CsvSource({
    "CT1_JLSN, dcmdjpls, 0", "CT2_JLSN, dcmdjpls, 0",
    "CT1_J2KI, gdcmconv --raw, 2", "CT2_J2KI, gdcmconv --raw, 2"
  })
  void realLossyFiles(String name, String command, int tolerance) throws Exception {
    Path source = TestFiles.shared("compressed/" + name + ".dcm");
    Path judged = folder.resolve("judged.dcm");
    TestFiles.run((command + " " + source + " " + judged).split(" "));
    short[] expected = PixelDecoders.decode(DicomFiles.read(judged), 0).samples();
    short[] decoded = PixelDecoders.decode(DicomFiles.read(source), 0).samples();
    int difference = largestDifference(expected, decoded, true);
    assertTrue(difference <= tolerance, "differs by " + difference);
  }

  /** Frames of one object, with a Basic Offset Table and with each frame in several fragments. */
  @Test
  void framesAndFragments() throws Exception {
    Path source = TestFiles.shared("enhanced/eCT_Supplemental.dcm");
    DicomFile original = DicomFiles.read(source);
    Path encoded = folder.resolve("frames.dcm");
    for (String[] command :
        new String[][] {
          {"dcmcjpls", "+fs", "16"},
          {"dcmcjpeg", "+e1", "+fs", "16"},
          {"dcmcrle"},
          {"gdcmconv", "--j2k"},
          {"gdcmconv", "--jpegls"}
        }) {
      String[] all = Arrays.copyOf(command, command.length + 2);
      all[command.length] = source.toString();
      all[command.length + 1] = encoded.toString();
      TestFiles.run(all);
      DicomFile file = DicomFiles.read(encoded);
      for (int i = 0; i < 2; i++) {
        assertArrayEquals(
            PixelDecoders.decode(original, i).samples(),
            PixelDecoders.decode(file, i).samples(),
            String.join(" ", command) + ", frame " + i);
      }
    }
  }
}
