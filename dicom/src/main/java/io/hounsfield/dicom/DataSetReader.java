// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.dicom.Element.Fragments;
import io.hounsfield.dicom.Element.Items;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Parses an encoded data set, PS3.5 section 7. Values are ranges of the given array, nothing is
 * copied (but for big endian). Each length is checked against what remains before it is used;
 * nesting and the number of elements are bounded.
 *
 * <p>Tolerated, because it occurs: odd lengths, wrong or missing group lengths, unordered tags (of
 * tags that occur twice the first counts), stray delimiters in items of defined length, zeros after
 * the last element, and anything after the pixel data.
 */
final class DataSetReader {
  static final int MAX_DEPTH = 64;
  static final int MAX_ELEMENTS = 1_000_000;

  private static final VarHandle SHORT_LE = shorts(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle SHORT_BE = shorts(ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT_LE = ints(ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT_BE = ints(ByteOrder.BIG_ENDIAN);
  private static final int UNDEFINED = 0xFFFFFFFF;
  private static final int ANY_GROUP = -1;

  private final byte[] bytes;
  private final int base;
  private final int limit;
  private final boolean bigEndian;
  private boolean explicit;
  private int at;
  private int elementCount;
  private int stopTag = 0;
  private int onlyGroup = ANY_GROUP;

  /** The bytes ended in the middle of an element. */
  static final class Truncated extends DicomException {
    private static final long serialVersionUID = 1L;

    Truncated(String message) {
      super(message);
    }
  }

  DataSetReader(byte[] bytes, int offset, int length, boolean explicit, boolean bigEndian) {
    this.bytes = bytes;
    this.base = offset;
    this.at = offset;
    this.limit = offset + length;
    this.explicit = explicit;
    this.bigEndian = bigEndian;
  }

  private static VarHandle shorts(ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(short[].class, order);
  }

  private static VarHandle ints(ByteOrder order) {
    return MethodHandles.byteArrayViewVarHandle(int[].class, order);
  }

  /** Stops before the first top-level tag that is not lower; 0 reads everything. */
  DataSetReader stopBefore(int tag) {
    stopTag = tag;
    return this;
  }

  /** Stops before the first top-level tag of another group. */
  DataSetReader only(int group) {
    onlyGroup = group;
    return stopBefore((group + 1) << 16);
  }

  /** Offset in the array of the first byte that has not been read. */
  int position() {
    return at;
  }

  /** Reads all elements at the top level. */
  DataSet read() throws DicomException {
    return read(new DataSet());
  }

  /** Reads into a data set that keeps what was read when this ends with an exception. */
  DataSet read(DataSet target) throws DicomException {
    boolean pixelDataSeen = false;
    while (at < limit && !restIsZero()) {
      int start = at;
      if (limit - at >= 4 && stopTag != 0 && isBeyond(tag())) {
        return target;
      }
      try {
        readElement(target, limit, 0);
      } catch (DicomException e) {
        if (pixelDataSeen) {
          at = start;
          return target;
        }
        throw e;
      }
      pixelDataSeen |= target.contains(Tag.PixelData);
    }
    return target;
  }

  private boolean isBeyond(int tag) {
    return Integer.compareUnsigned(tag, stopTag) >= 0
        || (onlyGroup != ANY_GROUP && tag >>> 16 != onlyGroup);
  }

  /** A tag 0000,0000 with length 0 exists only as padding after the end. */
  private boolean restIsZero() {
    if (bytes[at] != 0 || limit - at < 8 && stopTag != 0) {
      return false;
    }
    if (limit - at >= 8
        && ((int) INT_LE.get(bytes, at) != 0 || (int) INT_LE.get(bytes, at + 4) != 0)) {
      return false;
    }
    for (int i = at; i < limit; i++) {
      if (bytes[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void readElement(DataSet target, int end, int depth) throws DicomException {
    int start = at;
    require(start, 0, 8, end);
    int tag = tag();
    at += 4;
    count(start, tag);
    if (tag == Tag.ITEM_DELIMITATION || tag == Tag.SEQUENCE_DELIMITATION) {
      if (depth == 0) {
        throw DicomException.at(start - base, tag, "a delimiter outside any sequence");
      }
      at += 4;
      return;
    }
    if (tag == Tag.ITEM) {
      throw DicomException.at(start - base, tag, "an item outside any sequence");
    }
    VR vr;
    int length;
    if (explicit) {
      int first = bytes[at];
      int second = bytes[at + 1];
      vr = VR.of(first, second);
      if (vr == null && !(isCapital(first) && isCapital(second))) {
        throw DicomException.at(
            start - base,
            tag,
            String.format(
                "no value representation but bytes %02X %02X", first & 0xFF, second & 0xFF));
      }
      if (vr == null || vr.hasLongLength()) {
        // VRs to come have 32-bit lengths too, PS3.5 section 6.2.
        require(start, tag, 12, end);
        length = intAt(at + 4);
        at += 8;
      } else {
        length = (short) shortAt(at + 2) & 0xFFFF;
        at += 4;
      }
      vr = vr == null ? VR.UN : vr;
    } else {
      vr = Tag.vr(tag, target.signedPixels());
      length = intAt(at);
      at += 4;
    }
    Element element =
        length == UNDEFINED
            ? readUndefinedLength(target, start, tag, vr, end, depth)
            : readDefinedLength(target, start, tag, vr, length, end, depth);
    if (!target.contains(tag)) {
      target.put(element);
    }
  }

  private Element readDefinedLength(
      DataSet target, int start, int tag, VR vr, int length, int end, int depth)
      throws DicomException {
    if (length < 0 || length > end - at) {
      throw truncated(
          start,
          tag,
          "announces "
              + (length & 0xFFFFFFFFL)
              + " bytes, but only "
              + (end - at)
              + " remain; the data is truncated or damaged");
    }
    VR actual = vr;
    if (vr == VR.UN && explicit && !bigEndian) {
      // A relay that did not know the attribute wrote UN: the dictionary knows better, PS3.5 6.2.2.
      actual = Tag.vr(tag, target.signedPixels());
      if (actual == VR.SQ) {
        return readUnknownSequence(target, start, tag, length, depth);
      }
    }
    if (actual == VR.SQ) {
      return new Element(tag, VR.SQ, readItems(target, start, tag, at + length, false, depth));
    }
    int offset = at;
    at += length;
    if (bigEndian && actual.unitBytes() > 1) {
      return new Element(tag, actual, swapped(offset, length, actual.unitBytes()));
    }
    return new Element(tag, actual, new Bytes(bytes, offset, length));
  }

  /**
   * UN of defined length whose tag is a sequence: Implicit VR by the standard, if it can be read.
   */
  private Element readUnknownSequence(DataSet target, int start, int tag, int length, int depth)
      throws DicomException {
    int offset = at;
    explicit = false;
    try {
      return new Element(tag, VR.SQ, readItems(target, start, tag, at + length, false, depth));
    } catch (DicomException e) {
      // Not what the standard says should be there: keep the bytes as they are.
      at = offset + length;
      return new Element(tag, VR.UN, new Bytes(bytes, offset, length));
    } finally {
      explicit = true;
    }
  }

  private Element readUndefinedLength(DataSet target, int start, int tag, VR vr, int end, int depth)
      throws DicomException {
    if (tag == Tag.PixelData && vr != VR.SQ) {
      return new Element(tag, VR.OB, readFragments(start, tag, end));
    }
    if (vr == VR.SQ) {
      return new Element(tag, VR.SQ, readItems(target, start, tag, end, true, depth));
    }
    if (vr != VR.UN || bigEndian) {
      throw DicomException.at(start - base, tag, "undefined length is not allowed for VR " + vr);
    }
    // UN of undefined length is a sequence in Implicit VR Little Endian, PS3.5 section 6.2.2.
    boolean outer = explicit;
    explicit = false;
    try {
      return new Element(tag, VR.SQ, readItems(target, start, tag, end, true, depth));
    } finally {
      explicit = outer;
    }
  }

  private Items readItems(DataSet parent, int start, int tag, int end, boolean delimited, int depth)
      throws DicomException {
    if (depth + 1 > MAX_DEPTH) {
      throw DicomException.at(
          start - base, tag, "sequences are nested deeper than " + MAX_DEPTH + " levels");
    }
    List<DataSet> items = new ArrayList<>(1);
    while (delimited || at < end) {
      require(start, tag, 8, end);
      int itemStart = at;
      int itemTag = tag();
      int length = intAt(at + 4);
      at += 8;
      if (itemTag == Tag.SEQUENCE_DELIMITATION) {
        if (delimited) {
          return new Items(List.copyOf(items));
        }
        continue;
      }
      if (itemTag != Tag.ITEM) {
        throw DicomException.at(
            itemStart - base, itemTag, "expected an item of " + Tag.describe(tag));
      }
      count(itemStart, tag);
      DataSet item = new DataSet(parent);
      items.add(item);
      if (length == UNDEFINED) {
        readDelimitedItem(item, tag, end, depth + 1);
      } else {
        if (length < 0 || length > end - at) {
          throw truncated(
              itemStart,
              tag,
              "an item announces "
                  + (length & 0xFFFFFFFFL)
                  + " bytes, but only "
                  + (end - at)
                  + " remain; the data is truncated or damaged");
        }
        int itemEnd = at + length;
        while (at < itemEnd) {
          readElement(item, itemEnd, depth + 1);
        }
      }
    }
    return new Items(List.copyOf(items));
  }

  private void readDelimitedItem(DataSet item, int sequence, int end, int depth)
      throws DicomException {
    while (true) {
      require(at, sequence, 8, end);
      if (tag() == Tag.ITEM_DELIMITATION) {
        at += 8;
        return;
      }
      readElement(item, end, depth);
    }
  }

  private Fragments readFragments(int start, int tag, int end) throws DicomException {
    List<Bytes> fragments = new ArrayList<>(2);
    while (true) {
      require(start, tag, 8, end);
      int itemStart = at;
      int itemTag = tag();
      int length = intAt(at + 4);
      at += 8;
      if (itemTag == Tag.SEQUENCE_DELIMITATION) {
        if (fragments.isEmpty()) {
          throw DicomException.at(start - base, tag, "encapsulated without a Basic Offset Table");
        }
        return new Fragments(List.copyOf(fragments));
      }
      if (itemTag != Tag.ITEM) {
        throw DicomException.at(itemStart - base, itemTag, "expected a fragment of pixel data");
      }
      if (length < 0 || length > end - at) {
        throw truncated(
            itemStart,
            tag,
            "a fragment announces "
                + (length & 0xFFFFFFFFL)
                + " bytes, but only "
                + (end - at)
                + " remain; the data is truncated or damaged");
      }
      count(itemStart, tag);
      fragments.add(new Bytes(bytes, at, length));
      at += length;
    }
  }

  private void count(int start, int tag) throws DicomException {
    if (++elementCount > MAX_ELEMENTS) {
      throw DicomException.at(
          start - base, tag, "more than " + MAX_ELEMENTS + " elements; refused to bound memory");
    }
  }

  private void require(int start, int tag, int count, int end) throws DicomException {
    if (end - at < count && (count == 8 || end - start < count)) {
      throw truncated(
          start, tag, "the data ends in the middle of an element; it is truncated or damaged");
    }
  }

  private Truncated truncated(int start, int tag, String what) {
    String where = tag == 0 ? "Data set" : Tag.describe(tag);
    return new Truncated(where + " at byte " + (start - base) + ": " + what);
  }

  private static boolean isCapital(int letter) {
    return letter >= 'A' && letter <= 'Z';
  }

  private int tag() {
    return shortAt(at) << 16 | shortAt(at + 2) & 0xFFFF;
  }

  private int shortAt(int index) {
    return (short) (bigEndian ? SHORT_BE : SHORT_LE).get(bytes, index);
  }

  private int intAt(int index) {
    return (int) (bigEndian ? INT_BE : INT_LE).get(bytes, index);
  }

  private Bytes swapped(int offset, int length, int unit) {
    byte[] copy = Arrays.copyOfRange(bytes, offset, offset + length);
    for (int start = 0; start + unit <= length; start += unit) {
      for (int low = start, high = start + unit - 1; low < high; low++, high--) {
        byte swap = copy[low];
        copy[low] = copy[high];
        copy[high] = swap;
      }
    }
    return Bytes.of(copy);
  }
}
