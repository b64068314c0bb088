// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.Arrays;

/**
 * The samples of a scan of one component, ITU-T T.87 annex A. Names in parentheses are those of the
 * standard.
 */
final class JpegLsScan {
  private static final int REGULAR_CONTEXTS = 365;
  private static final int CONTEXTS = REGULAR_CONTEXTS + 2;
  private static final int MIN_BIAS = -128;
  private static final int MAX_BIAS = 127;
  private static final int MAX_GOLOMB = 24;

  /** Section A.2.1: the order of the run lengths (J). */
  private static final int[] RUN_ORDERS = {
    0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 9, 10, 11, 12, 13,
    14, 15
  };

  private final int rows;
  private final int columns;
  private final int near;
  private final int maximum;
  private final int reset;

  /** Width of a step of the quantized errors. */
  private final int step;

  private final int range;
  private final int errorBits;
  private final int limit;

  /** Region of a gradient (section A.3.3), from the lowest one. */
  private final byte[] regions;

  // Statistics of the contexts (A, B, C, N; Nn of the two of interrupted runs).
  private final int[] magnitudes = new int[CONTEXTS];
  private final int[] biases = new int[REGULAR_CONTEXTS];
  private final int[] corrections = new int[REGULAR_CONTEXTS];
  private final int[] counts = new int[CONTEXTS];
  private final int[] negatives = new int[CONTEXTS];
  private int runIndex;

  // Coded bits: the next ones at the upper end of the window.
  private final byte[] array;
  private final int end;
  private int at;
  private long window;
  private int available;
  private boolean afterFf;

  /**
   * @param start offset of the coded data in the frame
   * @param preset without defaults that are not put in
   */
  JpegLsScan(Bytes frame, int start, JpegHeader header, JpegLsPreset preset, int near) {
    this.rows = header.rows();
    this.columns = header.columns();
    this.near = near;
    this.maximum = preset.maximum();
    this.reset = preset.reset();
    this.step = 2 * near + 1;
    this.range = (maximum + 2 * near) / step + 1;
    this.errorBits = bitsFor(range - 1);
    int sampleBits = Math.max(2, bitsFor(maximum));
    this.limit = 2 * (sampleBits + Math.max(8, sampleBits));
    this.regions = regions(preset);
    Arrays.fill(magnitudes, Math.max(2, (range + 32) / 64));
    Arrays.fill(counts, 1);
    this.array = frame.array();
    this.end = frame.offset() + frame.length();
    this.at = frame.offset() + start;
  }

  /** Bits that hold a number: the logarithm of the next number, rounded up. */
  private static int bitsFor(int number) {
    return 32 - Integer.numberOfLeadingZeros(number);
  }

  private byte[] regions(JpegLsPreset preset) {
    byte[] table = new byte[2 * maximum + 1];
    int[] starts = {
      0,
      maximum - preset.t3() + 1,
      maximum - preset.t2() + 1,
      maximum - preset.t1() + 1,
      maximum - near,
      maximum + near + 1,
      maximum + preset.t1(),
      maximum + preset.t2(),
      maximum + preset.t3(),
      table.length
    };
    for (int region = 0; region < 9; region++) {
      Arrays.fill(table, starts[region], starts[region + 1], (byte) (region - 4));
    }
    return table;
  }

  /**
   * Samples {@code [row][column]}.
   *
   * @throws DicomException when the data ends before the last sample, goes on after it, or is none
   */
  short[] decode() throws DicomException {
    short[] samples = new short[rows * columns];
    // Lines with a sample before the first and one behind the last (section A.2.1).
    int[] above = new int[columns + 2];
    int[] line = new int[columns + 2];
    for (int y = 0; y < rows; y++) {
      line[0] = above[1];
      above[columns + 1] = above[columns];
      line(line, above);
      for (int x = 0; x < columns; x++) {
        samples[y * columns + x] = (short) line[x + 1];
      }
      int[] done = line;
      line = above;
      above = done;
    }
    requireEnd();
    return samples;
  }

  private void line(int[] line, int[] above) throws DicomException {
    int x = 1;
    while (x <= columns) {
      int left = line[x - 1];
      int over = above[x];
      int corner = above[x - 1];
      int region1 = regions[above[x + 1] - over + maximum];
      int region2 = regions[over - corner + maximum];
      int region3 = regions[corner - left + maximum];
      int context = 81 * region1 + 9 * region2 + region3;
      if (context == 0) {
        x = run(line, above, x);
      } else {
        line[x] = regular(context, left, over, corner);
        x++;
      }
    }
  }

  /** Sections A.4 to A.6. */
  private int regular(int signedContext, int left, int above, int corner) throws DicomException {
    int sign = signedContext < 0 ? -1 : 1;
    int context = sign * signedContext;
    int low = Math.min(left, above);
    int high = Math.max(left, above);
    int prediction = corner >= high ? low : corner <= low ? high : left + above - corner;
    prediction = Math.max(0, Math.min(maximum, prediction + sign * corrections[context]));
    int count = counts[context];
    int order = golombOrder(count, magnitudes[context]);
    int mapped = golomb(order, limit);
    int error = (mapped & 1) == 0 ? mapped >> 1 : -(mapped + 1 >> 1);
    if (near == 0 && order == 0 && 2 * biases[context] <= -count) {
      error = -error - 1;
    }
    update(context, error);
    return reconstructed(prediction, sign * error);
  }

  /** Section A.6. */
  private void update(int context, int error) throws DicomException {
    int count = counts[context];
    int bias = biases[context] + error * step;
    int magnitude = magnitudes[context] + Math.abs(error);
    if (magnitude >= 1 << MAX_GOLOMB || Math.abs(bias) >= 1 << MAX_GOLOMB) {
      throw damaged("errors beyond any image");
    }
    if (count == reset) {
      magnitude >>= 1;
      bias = bias >= 0 ? bias >> 1 : -(1 - bias >> 1);
      count >>= 1;
    }
    count++;
    if (bias <= -count) {
      bias = Math.max(bias + count, 1 - count);
      corrections[context] = Math.max(MIN_BIAS, corrections[context] - 1);
    } else if (bias > 0) {
      bias = Math.min(bias - count, 0);
      corrections[context] = Math.min(MAX_BIAS, corrections[context] + 1);
    }
    counts[context] = count;
    biases[context] = bias;
    magnitudes[context] = magnitude;
  }

  /** Section A.7; returns where it goes on. */
  private int run(int[] line, int[] above, int start) throws DicomException {
    int left = line[start - 1];
    int x = start;
    while (bits(1) == 1) {
      int length = 1 << RUN_ORDERS[runIndex];
      int count = Math.min(length, columns + 1 - x);
      Arrays.fill(line, x, x + count, left);
      x += count;
      if (count == length && runIndex < RUN_ORDERS.length - 1) {
        runIndex++;
      }
      if (x > columns) {
        return x;
      }
    }
    int order = RUN_ORDERS[runIndex];
    int count = order == 0 ? 0 : bits(order);
    if (count > columns - x) {
      throw damaged("a run beyond the end of its line");
    }
    Arrays.fill(line, x, x + count, left);
    x += count;
    line[x] = interruption(left, above[x]);
    if (runIndex > 0) {
      runIndex--;
    }
    return x + 1;
  }

  /** Section A.7.2: the sample that ends a run. */
  private int interruption(int left, int above) throws DicomException {
    int type = Math.abs(left - above) <= near ? 1 : 0;
    int context = REGULAR_CONTEXTS + type;
    int count = counts[context];
    int magnitude = magnitudes[context];
    int order = golombOrder(count, type == 0 ? magnitude : magnitude + (count >> 1));
    int mapped = golomb(order, limit - RUN_ORDERS[runIndex] - 1);
    int code = mapped + type;
    int odd = code & 1;
    int size = code + odd >> 1;
    boolean mostlyNegative = order != 0 || 2 * negatives[context] >= count;
    int error = mostlyNegative == (odd == 1) ? -size : size;
    if (error < 0) {
      negatives[context]++;
    }
    magnitude += mapped + 1 - type >> 1;
    if (magnitude >= 1 << MAX_GOLOMB) {
      throw damaged("errors beyond any image");
    }
    if (count == reset) {
      magnitude >>= 1;
      count >>= 1;
      negatives[context] >>= 1;
    }
    magnitudes[context] = magnitude;
    counts[context] = count + 1;
    return type == 1
        ? reconstructed(left, error)
        : reconstructed(above, left > above ? -error : error);
  }

  /** Section A.4.5 undone: errors are modulo the range. */
  private int reconstructed(int prediction, int error) {
    int value = prediction + error * step;
    if (value < -near) {
      value += range * step;
    } else if (value > maximum + near) {
      value -= range * step;
    }
    return Math.max(0, Math.min(maximum, value));
  }

  /** Section A.5.1 (k). */
  private static int golombOrder(int count, int magnitude) {
    int order = 0;
    while (count << order < magnitude) {
      order++;
    }
    return order;
  }

  /** Section A.5.3: a code of limited length. */
  private int golomb(int order, int limited) throws DicomException {
    fill();
    int zeros = Long.numberOfLeadingZeros(window);
    int most = limited - errorBits - 1;
    if (zeros > most) {
      throw zeros >= available ? early() : damaged("a code that is too long");
    }
    drop(zeros + 1);
    if (zeros < most) {
      return order == 0 ? zeros : (zeros << order) + bits(order);
    }
    return bits(errorBits) + 1;
  }

  /** So many bits, 1 to 32. */
  private int bits(int count) throws DicomException {
    if (available < count) {
      fill();
    }
    int value = (int) (window >>> 64 - count);
    drop(count);
    return value;
  }

  private void drop(int count) throws DicomException {
    if (count > available) {
      throw early();
    }
    window <<= count;
    available -= count;
  }

  /** Takes bytes up to the next marker; after FF a byte has seven bits (section A.1). */
  private void fill() {
    while (available <= 56 && at < end) {
      int octet = array[at] & 0xFF;
      if (afterFf) {
        window |= (long) octet << 57 - available;
        available += 7;
        afterFf = false;
      } else {
        if (octet == 0xFF && (at + 1 >= end || array[at + 1] < 0)) {
          return;
        }
        window |= (long) octet << 56 - available;
        available += 8;
        afterFf = octet == 0xFF;
      }
      at++;
    }
  }

  /** Less than a byte may be left, and one that had to follow FF; then the end of the image. */
  private void requireEnd() throws DicomException {
    fill();
    boolean padded = available < 8 || available < 15 && at >= 2 && array[at - 2] == (byte) 0xFF;
    if (!padded) {
      throw damaged("more data than samples");
    }
    while (at + 1 < end && array[at] == (byte) 0xFF && array[at + 1] == (byte) 0xFF) {
      at++;
    }
    if (at + 1 >= end || array[at] != (byte) 0xFF || (array[at + 1] & 0xFF) != JpegMarker.EOI) {
      throw JpegLsCodec.fault("no end marker (FFD9) after the last sample; damaged or truncated");
    }
  }

  private static DicomException early() {
    return damaged("the coded data ends too early");
  }

  private static DicomException damaged(String what) {
    return JpegLsCodec.fault("damaged image: " + what);
  }
}
