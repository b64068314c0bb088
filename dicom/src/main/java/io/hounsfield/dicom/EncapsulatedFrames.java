// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import java.util.List;

/** Which fragments make a frame, PS3.5 annex A.4 and PS3.3 section C.7.6.3.1.8. */
final class EncapsulatedFrames {
  private static final int ITEM_HEADER_BYTES = 8;

  private EncapsulatedFrames() {}

  /**
   * The encoded bytes of a frame; copied only when it is made of several fragments.
   *
   * @param all the Basic Offset Table, then the fragments
   */
  static Bytes frame(DataSet dataSet, List<Bytes> all, int frames, int frame)
      throws DicomException {
    List<Bytes> fragments = all.subList(1, all.size());
    if (frames == 1) {
      return join(fragments, 0, fragments.size());
    }
    if (fragments.size() < frames) {
      throw DicomException.in(
          Tag.PixelData, fragments.size() + " fragments cannot hold " + frames + " frames");
    }
    if (fragments.size() == frames) {
      return fragments.get(frame);
    }
    Element extended = dataSet.element(Tag.ExtendedOffsetTable);
    if (extended != null
        && extended.value() instanceof Bytes table
        && table.length() >= 8L * frames) {
      long start = table.longAt(8 * frame);
      long end = frame + 1 < frames ? table.longAt(8 * frame + 8) : Long.MAX_VALUE;
      return between(fragments, start, end, frame);
    }
    Bytes basic = all.get(0);
    if (basic.length() >= 4L * frames) {
      long start = basic.intAt(4 * frame) & 0xFFFFFFFFL;
      long end = frame + 1 < frames ? basic.intAt(4 * frame + 4) & 0xFFFFFFFFL : Long.MAX_VALUE;
      return between(fragments, start, end, frame);
    }
    return byImageStart(fragments, frames, frame);
  }

  /** Fragments whose items start at these offsets from the first fragment's item. */
  private static Bytes between(List<Bytes> fragments, long start, long end, int frame)
      throws DicomException {
    int first = -1;
    int last = fragments.size();
    long offset = 0;
    for (int i = 0; i < fragments.size(); i++) {
      if (offset == start) {
        first = i;
      } else if (offset >= end) {
        last = i;
        break;
      }
      offset += ITEM_HEADER_BYTES + fragments.get(i).length();
    }
    if (first < 0 || first >= last) {
      throw DicomException.in(
          Tag.PixelData, "the offset table points to no fragment for frame " + (frame + 1));
    }
    return join(fragments, first, last);
  }

  /** Without offset tables each frame starts with the marker that starts an image, FFD8 or FF4F. */
  private static Bytes byImageStart(List<Bytes> fragments, int frames, int frame)
      throws DicomException {
    int seen = -1;
    int first = -1;
    int last = fragments.size();
    for (int i = 0; i < fragments.size(); i++) {
      Bytes fragment = fragments.get(i);
      boolean starts =
          fragment.length() >= 3
              && fragment.array()[fragment.offset()] == (byte) 0xFF
              && (fragment.array()[fragment.offset() + 1] == (byte) 0xD8
                  || fragment.array()[fragment.offset() + 1] == 0x4F)
              && fragment.array()[fragment.offset() + 2] == (byte) 0xFF;
      if (starts) {
        seen++;
        if (seen == frame) {
          first = i;
        } else if (seen == frame + 1) {
          last = i;
        }
      }
    }
    if (seen + 1 != frames || first < 0) {
      throw DicomException.in(
          Tag.PixelData,
          fragments.size()
              + " fragments without an offset table cannot be told apart into "
              + frames
              + " frames");
    }
    return join(fragments, first, last);
  }

  private static Bytes join(List<Bytes> fragments, int first, int last) throws DicomException {
    if (last - first == 1) {
      return fragments.get(first);
    }
    int total = 0;
    for (Bytes fragment : fragments.subList(first, last)) {
      total += fragment.length();
    }
    if (total == 0) {
      throw DicomException.in(Tag.PixelData, "the frame has no bytes");
    }
    byte[] joined = new byte[total];
    int at = 0;
    for (Bytes fragment : fragments.subList(first, last)) {
      System.arraycopy(fragment.array(), fragment.offset(), joined, at, fragment.length());
      at += fragment.length();
    }
    return Bytes.of(joined);
  }
}
