// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Where in a file the bytes of each frame are, PS3.5 section 8 and annex A.4.
 *
 * @param attributes what stands before the pixel data
 * @param value offset of the pixel data's value, behind so many bytes of attributes
 * @param decodedBytes of one frame
 * @param fragments for each frame its fragments; empty where pixel data is uncompressed
 */
record PixelDataMap(
    DataSet attributes, long value, long decodedBytes, List<List<Range>> fragments) {

  /** Bytes of the file. */
  record Range(long offset, int length) {}

  private static final int FIRST_CHUNK = 64 << 10;

  /** Longer headers are not searched. */
  private static final int MAX_HEADER = 16 << 20;

  /** Places that look like the beginning of pixel data, such as in values, that are tried. */
  private static final int MAX_CANDIDATES = 16;

  /** More fragments are not listed. */
  private static final int MAX_ITEMS = 1 << 16;

  private static final int ITEM = 0xE000FFFE;
  private static final int SEQUENCE_DELIMITATION = 0xE0DDFFFE;
  private static final int ITEM_HEADER = 8;

  /**
   * Empty where the frames cannot be told without reading the file whole: another byte order, a
   * deflated data set, fragments without an offset table, or pixel data that is not as announced.
   *
   * @param header of that file, up to group 7FE0
   */
  static Optional<PixelDataMap> of(Path file, DicomFile header) throws IOException {
    TransferSyntax syntax = header.transferSyntax();
    if (syntax.deflated() || syntax.bigEndian()) {
      return Optional.empty();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return find(channel, header);
    }
  }

  private static Optional<PixelDataMap> find(FileChannel channel, DicomFile header)
      throws IOException {
    int candidates = 0;
    int searched = 0;
    for (int size = FIRST_CHUNK; size <= MAX_HEADER; size *= 4) {
      int length = (int) Math.min(size, channel.size());
      byte[] start = FrameFile.read(channel, 0, length);
      // The tag, and behind it VR and length, or the length.
      for (int at = searched; at + 12 <= length; at++) {
        boolean tag =
            start[at] == (byte) 0xE0
                && start[at + 1] == 0x7F
                && start[at + 2] == 0x10
                && start[at + 3] == 0x00;
        if (!tag) {
          continue;
        }
        if (++candidates > MAX_CANDIDATES) {
          return Optional.empty();
        }
        Optional<DataSet> before = before(start, at);
        if (before.isPresent()) {
          return map(channel, header.transferSyntax(), before.get(), start, at);
        }
      }
      if (length == channel.size()) {
        return Optional.empty();
      }
      searched = length - 11;
    }
    return Optional.empty();
  }

  /** The data set before an offset; empty when no element of it ends there. */
  private static Optional<DataSet> before(byte[] start, int at) {
    try {
      DataSet before = DicomFiles.read(ByteBuffer.wrap(start, 0, at)).dataSet();
      return before.contains(Tag.PixelData) ? Optional.empty() : Optional.of(before);
    } catch (DicomException e) {
      return Optional.empty(); // in the middle of a value
    }
  }

  private static Optional<PixelDataMap> map(
      FileChannel channel, TransferSyntax syntax, DataSet attributes, byte[] start, int at)
      throws IOException {
    int frames = PixelDecoders.frameCount(attributes); // checks the layout
    long decoded =
        (long) attributes.integer(Tag.Rows).orElse(0)
            * attributes.integer(Tag.Columns).orElse(0)
            * attributes.integer(Tag.SamplesPerPixel).orElse(1)
            * (attributes.integer(Tag.BitsAllocated).orElse(0) / 8);
    boolean explicit = syntax.explicitVr();
    if (explicit && start[at + 4] != 'O') {
      return Optional.empty();
    }
    ByteBuffer little = ByteBuffer.wrap(start).order(ByteOrder.LITTLE_ENDIAN);
    long length = little.getInt(at + (explicit ? 8 : 4)) & 0xFFFFFFFFL;
    long value = at + (explicit ? 12 : 8);
    if (syntax.encapsulated()) {
      return fragments(channel, value, attributes, frames)
          .map(all -> new PixelDataMap(attributes, value, decoded, all));
    }
    return decoded * frames > Math.min(length, channel.size() - value)
        ? Optional.empty()
        : Optional.of(new PixelDataMap(attributes, value, decoded, List.of()));
  }

  private static Optional<List<List<Range>>> fragments(
      FileChannel channel, long value, DataSet attributes, int frames) throws IOException {
    List<Range> items = new ArrayList<>();
    long at = value;
    while (true) {
      if (at + ITEM_HEADER > channel.size() || items.size() > MAX_ITEMS) {
        return Optional.empty();
      }
      ByteBuffer item =
          ByteBuffer.wrap(FrameFile.read(channel, at, ITEM_HEADER)).order(ByteOrder.LITTLE_ENDIAN);
      int tag = item.getInt();
      long length = item.getInt() & 0xFFFFFFFFL;
      if (tag == SEQUENCE_DELIMITATION) {
        break;
      }
      if (tag != ITEM || length > channel.size() - at - ITEM_HEADER) {
        return Optional.empty();
      }
      items.add(new Range(at + ITEM_HEADER, (int) length));
      at += ITEM_HEADER + length;
    }
    if (items.size() < 1 + frames) {
      return Optional.empty();
    }
    List<Range> fragments = items.subList(1, items.size());
    if (fragments.size() == frames) {
      return Optional.of(fragments.stream().map(List::of).toList());
    }
    return starts(channel, items.get(0), attributes, frames)
        .flatMap(starts -> byStarts(fragments, starts));
  }

  /** Offsets of the frames from the first fragment's item, by the one table or the other. */
  private static Optional<long[]> starts(
      FileChannel channel, Range basic, DataSet attributes, int frames) throws IOException {
    long[] starts = new long[frames];
    Optional<byte[]> extended = attributes.bytes(Tag.ExtendedOffsetTable);
    if (extended.isPresent() && extended.get().length >= 8L * frames) {
      ByteBuffer table = ByteBuffer.wrap(extended.get()).order(ByteOrder.LITTLE_ENDIAN);
      table.asLongBuffer().get(starts);
      return Optional.of(starts);
    }
    if (basic.length() < 4L * frames) {
      return Optional.empty();
    }
    ByteBuffer table =
        ByteBuffer.wrap(FrameFile.read(channel, basic.offset(), 4 * frames))
            .order(ByteOrder.LITTLE_ENDIAN);
    for (int frame = 0; frame < frames; frame++) {
      starts[frame] = table.getInt() & 0xFFFFFFFFL;
    }
    return Optional.of(starts);
  }

  /** The fragments from each start to the next; empty when a start is no fragment's. */
  private static Optional<List<List<Range>>> byStarts(List<Range> fragments, long[] starts) {
    long origin = fragments.get(0).offset();
    List<List<Range>> all = new ArrayList<>();
    int at = 0;
    for (int frame = 0; frame < starts.length; frame++) {
      if (at >= fragments.size() || fragments.get(at).offset() - origin != starts[frame]) {
        return Optional.empty();
      }
      int first = at++;
      boolean last = frame + 1 == starts.length;
      while (at < fragments.size()
          && (last || fragments.get(at).offset() - origin < starts[frame + 1])) {
        at++;
      }
      all.add(fragments.subList(first, at));
    }
    return Optional.of(all);
  }

  /**
   * Where a frame is: in one piece where it is uncompressed, in its fragments otherwise.
   *
   * @param index from 0, of those that {@link #attributes} announce
   */
  List<Range> frame(int index) {
    return fragments.isEmpty()
        ? List.of(new Range(value + index * decodedBytes, (int) decodedBytes))
        : fragments.get(index);
  }

  /** Bytes of the longest frame in the file. */
  long longestFrame() {
    return fragments.stream()
        .mapToLong(ranges -> ranges.stream().mapToLong(Range::length).sum())
        .max()
        .orElse(decodedBytes);
  }
}
