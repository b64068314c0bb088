// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.fuzz.Bounds;
import io.hounsfield.fuzz.SharedData;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/**
 * Part 10 files, with and without header: read, walked through, frames decoded (where that is Java
 * of ours; the decoder processes have targets of their own), written again.
 */
public final class FileTarget {
  private static final Set<TransferSyntax> IN_PROCESS =
      EnumSet.of(
          TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
          TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
          TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
          TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
          TransferSyntax.RLE_LOSSLESS,
          TransferSyntax.JPEG_LOSSLESS,
          TransferSyntax.JPEG_LOSSLESS_SV1,
          TransferSyntax.JPEG_BASELINE,
          TransferSyntax.JPEG_EXTENDED);

  /** Frames looked at; the others take the same way. */
  private static final int FRAMES = 2;

  private static final long BYTES_A_BYTE = 256;

  /** A frame of RLE grows to at most 128 samples of a byte, JPEG to 256. */
  private static final long BYTES_A_BYTE_OF_FRAME = 256 * 16;

  private static final long NANOS_A_BYTE = 300_000;

  private FileTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    // A file may be in Deflated Explicit VR Little Endian.
    Bounds.hold(
        bytes.length * (BYTES_A_BYTE + BYTES_A_BYTE_OF_FRAME) + DataSetTarget.INFLATED_BYTES,
        bytes.length * NANOS_A_BYTE + DataSetTarget.INFLATED_NANOS,
        () -> take(bytes));
  }

  private static void take(byte[] bytes) {
    DicomFile file;
    byte[] written;
    try {
      file = DicomFiles.read(bytes);
      DataSetTarget.walk(file.fileMetaInformation());
      DataSetTarget.walk(file.dataSet());
      frames(file);
      written = DicomFiles.encode(file);
    } catch (DicomException e) {
      return;
    }
    try {
      DicomFile again = DicomFiles.read(written);
      if (again.transferSyntax() != file.transferSyntax()
          || !tags(again.dataSet()).equals(tags(file.dataSet()))) {
        throw new AssertionError("written and read, it is another file");
      }
      if (!Arrays.equals(written, DicomFiles.encode(again))) {
        throw new AssertionError("written, read and written, it has other bytes");
      }
    } catch (DicomException e) {
      throw new AssertionError("what was written cannot be read: " + e.getMessage(), e);
    }
  }

  /** Elements of messages and headers are left out when writing. */
  private static List<Integer> tags(DataSet dataSet) {
    return DataSetTarget.tags(dataSet).stream()
        .filter(tag -> tag >>> 16 != 0x0000 && tag >>> 16 != 0x0002)
        .toList();
  }

  private static void frames(DicomFile file) {
    if (!IN_PROCESS.contains(file.transferSyntax())) {
      return;
    }
    try {
      int count = Math.min(FRAMES, PixelDecoders.frameCount(file.dataSet()));
      for (int i = 0; i < count; i++) {
        PixelDecoders.decode(file, i);
      }
    } catch (DicomException e) {
      // No image, or none that can be decoded.
    }
  }

  public static List<byte[]> seeds() throws DicomException {
    Random random = new Random(4);
    List<byte[]> seeds = new ArrayList<>();
    short[] pixels = Samples.pixels(random, 4, 6, 16, true);
    for (TransferSyntax syntax : IN_PROCESS) {
      DataSet image = Samples.image(4, 6, 16, 16, true);
      image.copy(
          Samples.random(random, 0),
          Tag.SpecificCharacterSet,
          Tag.PatientName,
          Tag.StudyDescription);
      if (syntax == TransferSyntax.RLE_LOSSLESS) {
        byte[] frame = RleEncoder.encode(pixels, 1, 2);
        image.putFragments(Tag.PixelData, new byte[0], List.of(frame, frame));
        image.putInts(Tag.NumberOfFrames, VR.IS, 2);
      } else if (syntax.encapsulated()) {
        byte[] frame = JpegLosslessEncoder.encode(pixels, 4, 6, 16, 1);
        image.putFragments(Tag.PixelData, new byte[0], List.of(frame));
      } else {
        image.putShorts(Tag.PixelData, VR.OW, pixels);
      }
      byte[] file = DicomFiles.encode(DicomFile.of(syntax, image));
      seeds.add(file);
      if (!syntax.encapsulated() && !syntax.deflated()) {
        seeds.add(DataSets.encode(image, syntax));
      }
    }
    SharedData.read("enhanced/CT_small.dcm").ifPresent(seeds::add);
    return seeds;
  }

  public static List<byte[]> dictionary() {
    return Words.dataSets();
  }
}
