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
 * Label Map Segmentation (DICOM 2024d), PS3.3 annex A.101: one label map as it is, 8 bits a voxel,
 * the value of a pixel being the Segment Number. Lungs and lesions overlap, which a label map
 * cannot say, so each is an object of its own.
 *
 * <p>A slice without a label is left out; where no slice has one there is the first slice, empty.
 */
public final class LabelMapWriter {

  private LabelMapWriter() {}

  /**
   * Writes the DICOM file.
   *
   * @param kind {@link ResultKind#LUNG_LABEL_MAP} or {@link ResultKind#LESION_LABEL_MAP}
   * @param labels the label map of that kind
   */
  public static void write(ResultCase result, ResultKind kind, LabelMap labels, OutputStream out)
      throws IOException {
    boolean lungs = kind == ResultKind.LUNG_LABEL_MAP;
    List<Integer> slices = slices(labels);
    DataSet object =
        SegmentationFrames.header(result, kind, lungs ? "LUNGS" : "LESIONS")
            .putInts(Tag.BitsAllocated, VR.US, 8)
            .putInts(Tag.BitsStored, VR.US, 8)
            .putInts(Tag.HighBit, VR.US, 7)
            .put(Tag.SegmentationType, VR.CS, "LABELMAP")
            .put(Tag.SegmentsOverlap, VR.CS, "NO")
            .putInts(Tag.PixelPaddingValue, VR.US, 0);
    List<DataSet> segments = new ArrayList<>();
    segments.add(ResultSegment.describeBackground(result.report()));
    for (ResultSegment segment : ResultSegment.all()) {
      if (segment.isLung() == lungs) {
        segments.add(segment.describe(result.report(), segment.labelValue()));
      }
    }
    object.putItems(Tag.SegmentSequence, segments);
    List<DataSet> groups = new ArrayList<>(slices.size());
    for (int i = 0; i < slices.size(); i++) {
      groups.add(SegmentationFrames.frameGroups(result, slices.get(i), i + 1));
    }
    SegmentationFrames.putDimensions(object, result, kind, SegmentationFrames.positionIndex());
    object
        .putInts(Tag.NumberOfFrames, VR.IS, slices.size())
        .putItems(Tag.PerFrameFunctionalGroupsSequence, groups);
    ObjectFile.write(
        object,
        (long) slices.size() * labels.geometry().sliceLength(),
        pixels -> {
          for (int slice : slices) {
            pixels.write(labels.slice(slice));
          }
        },
        out);
  }

  private static List<Integer> slices(LabelMap labels) {
    List<Integer> slices = new ArrayList<>();
    for (int k = 0; k < labels.geometry().slices(); k++) {
      if (LabelScan.labelled(labels.slice(k)) > 0) {
        slices.add(k);
      }
    }
    if (slices.isEmpty()) {
      slices.add(0);
    }
    return slices;
  }
}
