// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;

/**
 * DICOM Segmentation of type BINARY, PS3.3 annex A.51: right lung, left lung, ground glass and
 * consolidation, each slice that holds something of a segment as one frame of one bit a pixel.
 *
 * <p>All four segments are described, with the same numbers in each object, also those without a
 * voxel: Segment Sequence may describe segments that no frame holds (PS3.3 section C.8.20.2.3), and
 * it says that they were looked for. Number of Frames must not be zero, so where nothing was found
 * at all there is one frame of the right lung without a voxel.
 */
public final class SegmentationWriter {

  private static final ResultKind KIND = ResultKind.SEGMENTATION;

  private record Frame(ResultSegment segment, int slice) {}

  private SegmentationWriter() {}

  /**
   * Writes the DICOM file. Pixels are packed as they are written: apart from the label maps there
   * is one frame in memory, and what is said of each frame.
   */
  public static void write(ResultCase result, OutputStream out) throws IOException {
    List<Frame> frames = frames(result);
    DataSet object = SegmentationFrames.header(result, KIND, "LUNGS_LESIONS");
    object
        .putInts(Tag.BitsAllocated, VR.US, 1)
        .putInts(Tag.BitsStored, VR.US, 1)
        .putInts(Tag.HighBit, VR.US, 0)
        .put(Tag.SegmentationType, VR.CS, "BINARY")
        // Ground glass and consolidation lie in the lungs.
        .put(Tag.SegmentsOverlap, VR.CS, "YES")
        .putItems(
            Tag.SegmentSequence,
            ResultSegment.all().stream()
                .map(segment -> segment.describe(result.report(), segment.number()))
                .toList());
    putFrames(object, result, frames);
    long bits = (long) frames.size() * result.ct().geometry().sliceLength();
    ObjectFile.write(
        object,
        (bits + 7) / 8,
        pixels -> {
          BitPacker packer = new BitPacker(pixels);
          for (Frame frame : frames) {
            LabelMap labels = frame.segment.labels(result);
            packer.append(labels.slice(frame.slice), frame.segment.labelValue());
          }
          packer.finish();
        },
        out);
  }

  /** By segment, then by slice in the order of the volume. */
  private static List<Frame> frames(ResultCase result) {
    List<List<Frame>> bySegment = new ArrayList<>();
    ResultSegment.all().forEach(segment -> bySegment.add(new ArrayList<>()));
    for (int k = 0; k < result.ct().geometry().slices(); k++) {
      int[] lungs = LabelScan.counts(result.lungs().slice(k));
      int[] lesions = LabelScan.counts(result.lesions().slice(k));
      for (ResultSegment segment : ResultSegment.all()) {
        if ((segment.isLung() ? lungs : lesions)[segment.labelValue()] > 0) {
          bySegment.get(segment.ordinal()).add(new Frame(segment, k));
        }
      }
    }
    List<Frame> frames = new ArrayList<>();
    bySegment.forEach(frames::addAll);
    if (frames.isEmpty()) {
      frames.add(new Frame(ResultSegment.RIGHT_LUNG, 0));
    }
    return frames;
  }

  private static void putFrames(DataSet object, ResultCase result, List<Frame> frames) {
    boolean[] slices = new boolean[result.ct().geometry().slices()];
    boolean[] segments = new boolean[ResultSegment.all().size()];
    for (Frame frame : frames) {
      slices[frame.slice] = true;
      segments[frame.segment.ordinal()] = true;
    }
    int[] sliceRanks = SegmentationFrames.ranks(slices);
    int[] segmentRanks = SegmentationFrames.ranks(segments);
    List<DataSet> groups = new ArrayList<>(frames.size());
    for (Frame frame : frames) {
      groups.add(
          SegmentationFrames.frameGroups(
                  result,
                  frame.slice,
                  segmentRanks[frame.segment.ordinal()],
                  sliceRanks[frame.slice])
              .putItems(
                  Tag.SegmentIdentificationSequence,
                  new DataSet()
                      .putInts(Tag.ReferencedSegmentNumber, VR.US, frame.segment.number())));
    }
    SegmentationFrames.putDimensions(
        object,
        result,
        KIND,
        SegmentationFrames.segmentIndex(),
        SegmentationFrames.positionIndex());
    object
        .putInts(Tag.NumberOfFrames, VR.IS, frames.size())
        .putItems(Tag.PerFrameFunctionalGroupsSequence, groups);
  }
}
