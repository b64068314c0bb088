// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Small images and data sets with known content. */
final class Samples {
  static final String SOP_INSTANCE = "2.25.4711";

  private static final List<Integer> TAGS = dictionaryTags();

  private Samples() {}

  /** A single-frame image without pixel data. */
  static DataSet image(int rows, int columns, int allocated, int stored, boolean signed) {
    return new DataSet()
        .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
        .put(Tag.SOPInstanceUID, VR.UI, SOP_INSTANCE)
        .put(Tag.StudyInstanceUID, VR.UI, "2.25.1")
        .put(Tag.SeriesInstanceUID, VR.UI, "2.25.2")
        .put(Tag.Modality, VR.CS, "CT")
        .put(Tag.PatientName, VR.PN, "Phantom^Chest")
        .put(Tag.PatientID, VR.LO, "1")
        .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
        .putInts(Tag.SamplesPerPixel, VR.US, 1)
        .putInts(Tag.Rows, VR.US, rows)
        .putInts(Tag.Columns, VR.US, columns)
        .putInts(Tag.BitsAllocated, VR.US, allocated)
        .putInts(Tag.BitsStored, VR.US, stored)
        .putInts(Tag.HighBit, VR.US, stored - 1)
        .putInts(Tag.PixelRepresentation, VR.US, signed ? 1 : 0);
  }

  /** Stored values of an image: padding, a smooth field, noise and the extremes of the range. */
  static short[] pixels(Random random, int rows, int columns, int stored, boolean signed) {
    int low = signed ? -(1 << (stored - 1)) : 0;
    int high = low + (1 << stored) - 1;
    short[] pixels = new short[rows * columns];
    for (int row = 2; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        double field = Math.sin(row / 5.0) * Math.cos(column / 7.0) / 3 + 0.5;
        double value = low + field * (high - low) + random.nextGaussian() * 4;
        pixels[row * columns + column] = (short) Math.max(low, Math.min(high, Math.round(value)));
      }
    }
    pixels[3 * columns] = (short) low;
    pixels[3 * columns + 1] = (short) high;
    return pixels;
  }

  /** Uncompressed pixel data of BitsAllocated 8 or 16. */
  static byte[] cells(short[] samples, int allocated) {
    ByteBuffer bytes =
        ByteBuffer.allocate(samples.length * allocated / 8).order(ByteOrder.LITTLE_ENDIAN);
    for (short sample : samples) {
      if (allocated == 8) {
        bytes.put((byte) sample);
      } else {
        bytes.putShort(sample);
      }
    }
    return bytes.array();
  }

  /** A random data set over the dictionary, with sequences and private attributes. */
  static DataSet random(Random random, int depth) {
    DataSet dataSet = new DataSet();
    if (depth == 0) {
      dataSet.put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192");
    }
    int count = random.nextInt(depth == 0 ? 60 : 6);
    for (int i = 0; i < count; i++) {
      int tag = TAGS.get(random.nextInt(TAGS.size()));
      putRandom(dataSet, random, tag, Tag.vr(tag, false), depth);
    }
    if (random.nextBoolean()) {
      dataSet.put(0x00091010 & 0xFFFF00FF, VR.LO, "HOUNSFIELD TEST");
      dataSet.putBytes(0x00091001, VR.UN, bytes(random, 2 * random.nextInt(20)));
    }
    return dataSet;
  }

  private static void putRandom(DataSet dataSet, Random random, int tag, VR vr, int depth) {
    int count = random.nextInt(4);
    switch (vr) {
      case SQ -> {
        if (depth < 4) {
          List<DataSet> items = new ArrayList<>();
          for (int i = 0; i < count; i++) {
            items.add(random(random, depth + 1));
          }
          dataSet.putItems(tag, items);
        }
      }
      case US -> dataSet.putInts(tag, vr, random.ints(count, 0, 0x10000).toArray());
      case SS -> dataSet.putInts(tag, vr, random.ints(count, -0x8000, 0x8000).toArray());
      case UL, UV -> dataSet.putInts(tag, vr, random.ints(count, 0, Integer.MAX_VALUE).toArray());
      case SL, SV, AT, IS -> {
        int[] values = random.ints(count).toArray();
        if (vr == VR.IS) {
          for (int i = 0; i < count; i++) {
            values[i] /= 1000;
          }
        }
        dataSet.putInts(tag, vr, values);
      }
      case FL, FD, DS, OF, OD ->
          dataSet.putDoubles(tag, vr, random.doubles(count, -1e6, 1e6).toArray());
      case OB, OW, OL, OV, UN -> dataSet.putBytes(tag, vr, bytes(random, 8 * count));
      case UI -> dataSet.put(tag, vr, Uid.derive(Integer.toString(random.nextInt())));
      case CS -> dataSet.put(tag, vr, "ORIGINAL", "PRIMARY_" + random.nextInt(10));
      case DA -> dataSet.put(tag, vr, "20200229");
      case TM -> dataSet.put(tag, vr, "235959.123456");
      case DT -> dataSet.put(tag, vr, "20200229235959.5+0100");
      case AS -> dataSet.put(tag, vr, "042Y");
      case AE -> dataSet.put(tag, vr, "HOUNSFIELD");
      case UR -> dataSet.put(tag, vr, "http://localhost/" + random.nextInt());
      case PN -> dataSet.put(tag, vr, "Müller^Jörg=王^小东");
      default -> dataSet.put(tag, vr, "текст 文本 " + random.nextInt(1000));
    }
  }

  private static byte[] bytes(Random random, int count) {
    byte[] bytes = new byte[count];
    random.nextBytes(bytes);
    return bytes;
  }

  private static List<Integer> dictionaryTags() {
    List<Integer> tags = new ArrayList<>();
    for (var field : Tag.class.getFields()) {
      try {
        int tag = field.getInt(null);
        // Command and file meta groups, and pixel data, have encodings of their own.
        if (tag >>> 16 > 4
            && tag >>> 16 < 0x7FE0
            && tag != Tag.SpecificCharacterSet
            && tag != Tag.PixelRepresentation) {
          tags.add(tag);
        }
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
    }
    return tags;
  }
}
