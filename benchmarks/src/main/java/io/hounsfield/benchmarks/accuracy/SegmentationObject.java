// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.Vec3;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * A binary DICOM Segmentation (PS3.3 A.51 and C.8.20): its frames of lung and lesion, and where
 * they belong.
 *
 * @param rows of every frame
 * @param columns of every frame
 * @param frames those of lung and lesion
 * @param bits pixel data: one bit a pixel, least significant first, frames without a gap between
 *     them (PS3.5 8.1.1)
 * @param series series that it refers to
 * @param described what its segments are, with or without frames
 * @param leftOut labels of the segments that are neither lung nor lesion
 */
record SegmentationObject(
    int rows,
    int columns,
    List<Frame> frames,
    byte[] bits,
    Set<String> series,
    Set<SegmentMeaning> described,
    List<String> leftOut) {

  private static final int MAX_SIDE = 32767;

  /**
   * One frame.
   *
   * @param number index of the frame in the pixel data, from 0
   * @param source the image that it was drawn on, or {@code null}
   * @param position centre of its first pixel, mm, LPS, or {@code null}
   * @param rowDirection direction of a row, or {@code null}
   * @param columnDirection direction of a column, or {@code null}
   */
  record Frame(
      int number,
      SegmentMeaning meaning,
      Source source,
      Vec3 position,
      Vec3 rowDirection,
      Vec3 columnDirection) {}

  /**
   * A frame of an image.
   *
   * @param frame from 0
   */
  record Source(String sopInstanceUid, int frame) {}

  /**
   * Reads an object.
   *
   * @throws CaseException if it is not binary, is damaged, or does not say where its frames belong
   */
  static SegmentationObject read(DicomFile file, String name) throws CaseException {
    try {
      return new Reader(file, name).read();
    } catch (DicomException e) {
      throw CaseException.unreadable("%s: %s", name, e.getMessage());
    }
  }

  boolean get(int frame, int index) {
    long bit = (long) frame * rows * columns + index;
    return (bits[(int) (bit >> 3)] >> (bit & 7) & 1) != 0;
  }

  private static final class Reader {
    private final DicomFile file;
    private final DataSet root;
    private final String name;
    private final List<DataSet> perFrame;
    private final DataSet shared;

    Reader(DicomFile file, String name) {
      this.file = file;
      this.root = file.dataSet();
      this.name = name;
      this.perFrame = root.items(Tag.PerFrameFunctionalGroupsSequence);
      List<DataSet> common = root.items(Tag.SharedFunctionalGroupsSequence);
      this.shared = common.isEmpty() ? new DataSet() : common.get(0);
    }

    SegmentationObject read() throws CaseException, DicomException {
      requireBinary();
      int rows = side(Tag.Rows);
      int columns = side(Tag.Columns);
      int frames = root.integer(Tag.NumberOfFrames).orElse(0);
      if (frames < 1 || frames != perFrame.size()) {
        throw CaseException.unreadable(
            "%s: it says it has %d frames but describes %d.", name, frames, perFrame.size());
      }
      long bits = (long) rows * columns * frames;
      byte[] pixels = root.bytes(Tag.PixelData).orElse(new byte[0]);
      if (pixels.length < (bits + 7) / 8) {
        throw CaseException.unreadable(
            "%s: %d frames of %d x %d pixels take %d bytes, there are %d.",
            name, frames, columns, rows, (bits + 7) / 8, pixels.length);
      }
      List<String> leftOut = new ArrayList<>();
      Map<Integer, SegmentMeaning> segments = segments(leftOut);
      List<Frame> found = new ArrayList<>();
      for (int f = 0; f < frames; f++) {
        Frame frame = frame(f, segments);
        if (frame.meaning() != SegmentMeaning.OTHER) {
          found.add(frame);
        }
      }
      Set<String> series = new HashSet<>();
      for (DataSet item : root.items(Tag.ReferencedSeriesSequence)) {
        item.string(Tag.SeriesInstanceUID).ifPresent(series::add);
      }
      return new SegmentationObject(
          rows, columns, found, pixels, series, Set.copyOf(segments.values()), leftOut);
    }

    private void requireBinary() throws CaseException, DicomException {
      String type = root.string(Tag.SegmentationType).orElse("");
      if (!type.equals("BINARY")) {
        throw new CaseException(
            "not-binary",
            type.equals("FRACTIONAL")
                ? name
                    + ": it is a FRACTIONAL segmentation (shares or probabilities). Where its"
                    + " border lies is not for the reader to say: store it as BINARY."
                : name + ": its Segmentation Type is not BINARY. Store it as BINARY.");
      }
      if (root.integer(Tag.BitsAllocated).orElse(0) != 1) {
        throw CaseException.unreadable(
            "%s: a BINARY segmentation has 1 bit a pixel, not %d.",
            name, root.integer(Tag.BitsAllocated).orElse(0));
      }
      if (file.transferSyntax().encapsulated()) {
        throw CaseException.unreadable(
            "%s: its pixels are compressed as %s. Store it as Explicit VR Little Endian.",
            name, file.transferSyntax().title());
      }
    }

    private int side(int tag) throws CaseException, DicomException {
      int side = root.integer(tag).orElse(0);
      if (side < 1 || side > MAX_SIDE) {
        throw CaseException.unreadable("%s: %s is %d.", name, Tag.toString(tag), side);
      }
      return side;
    }

    private Map<Integer, SegmentMeaning> segments(List<String> leftOut)
        throws CaseException, DicomException {
      Map<Integer, SegmentMeaning> segments = new HashMap<>();
      List<String> all = new ArrayList<>();
      for (DataSet segment : root.items(Tag.SegmentSequence)) {
        SegmentMeaning meaning = SegmentMeaning.of(segment);
        String label = plain(segment.string(Tag.SegmentLabel).orElse("without label"));
        all.add(label);
        if (meaning == SegmentMeaning.OTHER) {
          leftOut.add(label);
        }
        segments.put(segment.integer(Tag.SegmentNumber).orElse(0), meaning);
      }
      if (leftOut.size() == all.size()) {
        throw new CaseException(
            "no-reference",
            "%s: none of its segments is known as lung or lesion: %s. Code or label them so."
                .formatted(name, String.join(", ", all)));
      }
      return segments;
    }

    private Frame frame(int f, Map<Integer, SegmentMeaning> segments)
        throws CaseException, DicomException {
      int segment =
          group(f, Tag.SegmentIdentificationSequence)
              .integer(Tag.ReferencedSegmentNumber)
              .orElse(0);
      SegmentMeaning meaning = segments.get(segment);
      if (meaning == null) {
        throw CaseException.unreadable(
            "%s: frame %d is of segment %d, which is not described.", name, f + 1, segment);
      }
      double[] at = group(f, Tag.PlanePositionSequence).decimals(Tag.ImagePositionPatient);
      double[] to = group(f, Tag.PlaneOrientationSequence).decimals(Tag.ImageOrientationPatient);
      boolean placed = at.length == 3 && to.length == 6;
      List<Source> sources = new ArrayList<>();
      for (DataSet derivation : groups(f, Tag.DerivationImageSequence)) {
        for (DataSet image : derivation.items(Tag.SourceImageSequence)) {
          String uid = image.string(Tag.ReferencedSOPInstanceUID).orElse("");
          sources.add(new Source(uid, image.integer(Tag.ReferencedFrameNumber).orElse(1) - 1));
        }
      }
      Source source = sources.size() == 1 ? sources.get(0) : null;
      if (!placed && source == null && meaning != SegmentMeaning.OTHER) {
        throw CaseException.unreadable(
            "%s: frame %d says neither its position and orientation nor its one source image.",
            name, f + 1);
      }
      return placed
          ? new Frame(
              f,
              meaning,
              source,
              new Vec3(at[0], at[1], at[2]),
              new Vec3(to[0], to[1], to[2]),
              new Vec3(to[3], to[4], to[5]))
          : new Frame(f, meaning, source, null, null, null);
    }

    /** The items of a functional group: of the frame, else shared. */
    private List<DataSet> groups(int frame, int sequence) {
      List<DataSet> own = perFrame.get(frame).items(sequence);
      return own.isEmpty() ? shared.items(sequence) : own;
    }

    private DataSet group(int frame, int sequence) {
      List<DataSet> items = groups(frame, sequence);
      return items.isEmpty() ? new DataSet() : items.get(0);
    }

    /** A label as it may stand in a text. */
    private static String plain(String label) {
      String text = label.replaceAll("[^A-Za-z0-9 ,.()/_-]", "?");
      return text.length() <= 64 ? text : text.substring(0, 64);
    }
  }
}
