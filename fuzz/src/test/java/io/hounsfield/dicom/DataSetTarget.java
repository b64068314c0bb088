// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.fuzz.Bounds;
import io.hounsfield.fuzz.SharedData;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Data sets in every transfer syntax (the first byte of the input says which): read whole and as a
 * prefix, walked through, encoded. What can be read is whole; what can be written reads back to the
 * same bytes.
 */
public final class DataSetTarget {
  private static final TransferSyntax[] SYNTAXES = TransferSyntax.values();

  /** A data set, its element and their map entries for the 8 bytes that the smallest takes. */
  private static final long BYTES_A_BYTE = 256;

  private static final long NANOS_A_BYTE = 100_000;

  /** The buffer doubles up to 64 MiB, is encoded and deflated again; elements are bounded. */
  static final long INFLATED_BYTES = 8L * Deflate.FREE_BYTES + 512L * DataSetReader.MAX_ELEMENTS;

  static final long INFLATED_NANOS = 16_000_000_000L;

  private DataSetTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    TransferSyntax syntax = SYNTAXES[(bytes[0] & 0xFF) % SYNTAXES.length];
    byte[] body = Arrays.copyOfRange(bytes, 1, bytes.length);
    Bounds.hold(
        body.length * BYTES_A_BYTE + (syntax.deflated() ? INFLATED_BYTES : 0),
        body.length * NANOS_A_BYTE + (syntax.deflated() ? INFLATED_NANOS : 0),
        () -> take(body, syntax));
  }

  private static void take(byte[] body, TransferSyntax syntax) {
    try {
      walk(DataSets.decodePrefix(ByteBuffer.wrap(body), syntax, Tag.PixelData));
    } catch (DicomException e) {
      // Refused.
    }
    DicomException cut = cut(body, syntax);
    DataSet dataSet;
    byte[] written;
    try {
      dataSet = DataSets.decode(body, syntax);
      if (cut != null) {
        throw new AssertionError("can be read and is not whole: " + cut.getMessage(), cut);
      }
      walk(dataSet);
      written = DataSets.encode(dataSet, syntax);
    } catch (DicomException e) {
      return;
    }
    try {
      DataSet again = DataSets.decode(written, syntax);
      if (!tags(again).equals(tags(dataSet))) {
        throw new AssertionError("written and read, it has other elements");
      }
      if (!Arrays.equals(written, DataSets.encode(again, syntax))) {
        throw new AssertionError("written, read and written, it has other bytes");
      }
    } catch (DicomException e) {
      throw new AssertionError("what was written cannot be read: " + e.getMessage(), e);
    }
  }

  /** Why it is not whole; null when it is. */
  private static DicomException cut(byte[] body, TransferSyntax syntax) {
    try {
      DataSets.requireWhole(new ByteArrayInputStream(body), body.length, syntax);
      return null;
    } catch (DicomException e) {
      return e;
    } catch (IOException e) {
      throw new AssertionError("not a documented exception: " + e, e);
    }
  }

  /** Group lengths are retired: left out when writing, but for those of groups 0000 and 0002. */
  static List<Integer> tags(DataSet dataSet) {
    return dataSet.tags().stream().filter(tag -> !Tag.isGroupLength(tag)).toList();
  }

  static void walk(DataSet dataSet) {
    for (int tag : dataSet.tags()) {
      dataSet.vr(tag);
      dataSet.strings(tag);
      try {
        dataSet.decimals(tag);
        dataSet.integers(tag);
        dataSet.bytes(tag);
      } catch (DicomException e) {
        // Most attributes are no numbers.
      }
      dataSet.items(tag).forEach(DataSetTarget::walk);
      dataSet.fragments(tag);
    }
  }

  public static List<byte[]> seeds() throws DicomException {
    Random random = new Random(3);
    List<byte[]> seeds = new ArrayList<>();
    for (TransferSyntax syntax : SYNTAXES) {
      for (int i = 0; i < 3; i++) {
        DataSet dataSet = Samples.random(random, 0);
        if (i == 0) {
          dataSet = Samples.image(2, 2, 16, 16, true);
          if (syntax.encapsulated()) {
            dataSet.putFragments(
                Tag.PixelData, new byte[4], List.of(new byte[] {1, 2, 3, 4}, new byte[2]));
          } else {
            dataSet.putShorts(Tag.PixelData, VR.OW, new short[] {1, 2, 3, 4});
          }
        }
        seeds.add(input(syntax, DataSets.encode(dataSet, syntax)));
      }
    }
    for (String name : List.of("enhanced/CT_small.dcm", "compressed/CT1_UNC.dcm")) {
      byte[] file = SharedData.read(name).orElse(null);
      if (file != null) {
        DataSet header = DicomFiles.read(file).dataSet().copy().remove(Tag.PixelData);
        for (TransferSyntax syntax :
            List.of(
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_BIG_ENDIAN)) {
          seeds.add(input(syntax, DataSets.encode(header, syntax)));
        }
      }
    }
    return seeds;
  }

  private static byte[] input(TransferSyntax syntax, byte[] body) {
    byte[] input = new byte[body.length + 1];
    input[0] = (byte) syntax.ordinal();
    System.arraycopy(body, 0, input, 1, body.length);
    return input;
  }

  public static List<byte[]> dictionary() {
    return Words.dataSets();
  }
}
