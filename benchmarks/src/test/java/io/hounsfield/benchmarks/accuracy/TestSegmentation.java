// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Writes binary DICOM Segmentations; only slices with a voxel get a frame, as others do. */
final class TestSegmentation {

  /**
   * @param code scheme, value and meaning
   */
  record Segment(String label, String[] code, Mask mask) {}

  private final VolumeGeometry geometry;

  /** SOP Instance UID of the CT slice k, or {@code null} to give positions instead. */
  List<String> sources;

  boolean positions = true;

  Consumer<DataSet> edit = root -> {};

  TestSegmentation(VolumeGeometry geometry) {
    this.geometry = geometry;
  }

  void write(Path file, List<Segment> segments) throws IOException {
    DicomFiles.write(
        file, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, dataSet(segments)));
  }

  DataSet dataSet(List<Segment> segments) {
    List<DataSet> described = new ArrayList<>();
    List<DataSet> frames = new ArrayList<>();
    List<boolean[]> bits = new ArrayList<>();
    int length = geometry.sliceLength();
    for (int s = 0; s < segments.size(); s++) {
      Segment segment = segments.get(s);
      described.add(
          new DataSet()
              .putInts(Tag.SegmentNumber, VR.US, s + 1)
              .put(Tag.SegmentLabel, VR.LO, segment.label())
              .putItems(
                  Tag.SegmentedPropertyTypeCodeSequence,
                  new DataSet()
                      .put(Tag.CodeValue, VR.SH, segment.code()[1])
                      .put(Tag.CodingSchemeDesignator, VR.SH, segment.code()[0])
                      .put(Tag.CodeMeaning, VR.LO, segment.code()[2])));
      for (int k = 0; k < geometry.slices(); k++) {
        if (segment.mask().planes()[k].isEmpty()) {
          continue;
        }
        boolean[] frame = new boolean[length];
        for (int i = 0; i < length; i++) {
          frame[i] = segment.mask().planes()[k].get(i);
        }
        bits.add(frame);
        frames.add(frame(k, s + 1));
      }
    }
    byte[] pixels = new byte[(bits.size() * length + 7) / 8 + 1 & ~1];
    for (int f = 0; f < bits.size(); f++) {
      for (int i = 0; i < length; i++) {
        if (bits.get(f)[i]) {
          int bit = f * length + i;
          pixels[bit / 8] |= (byte) (1 << bit % 8);
        }
      }
    }
    Vec3 r = geometry.rowDirection();
    Vec3 c = geometry.columnDirection();
    DataSet root = new DataSet();
    root.put(Tag.SOPClassUID, VR.UI, SopClass.SEGMENTATION_STORAGE);
    root.put(Tag.SOPInstanceUID, VR.UI, Uid.generate());
    root.put(Tag.SeriesInstanceUID, VR.UI, Uid.generate());
    root.put(Tag.Modality, VR.CS, "SEG");
    root.put(Tag.SegmentationType, VR.CS, "BINARY");
    root.putInts(Tag.Rows, VR.US, geometry.rows());
    root.putInts(Tag.Columns, VR.US, geometry.columns());
    root.putInts(Tag.BitsAllocated, VR.US, 1);
    root.putInts(Tag.NumberOfFrames, VR.IS, frames.size());
    root.putItems(Tag.SegmentSequence, described);
    DataSet shared = new DataSet();
    if (positions) {
      shared.putItems(
          Tag.PlaneOrientationSequence,
          new DataSet()
              .putDoubles(
                  Tag.ImageOrientationPatient, VR.DS, r.x(), r.y(), r.z(), c.x(), c.y(), c.z()));
    }
    root.putItems(Tag.SharedFunctionalGroupsSequence, shared);
    root.putItems(Tag.PerFrameFunctionalGroupsSequence, frames);
    root.putBytes(Tag.PixelData, VR.OB, pixels);
    edit.accept(root);
    return root;
  }

  private DataSet frame(int slice, int segment) {
    DataSet frame = new DataSet();
    frame.putItems(
        Tag.SegmentIdentificationSequence,
        new DataSet().putInts(Tag.ReferencedSegmentNumber, VR.US, segment));
    if (positions) {
      Vec3 at = geometry.position(slice, 0, 0);
      frame.putItems(
          Tag.PlanePositionSequence,
          new DataSet().putDoubles(Tag.ImagePositionPatient, VR.DS, at.x(), at.y(), at.z()));
    }
    if (sources != null) {
      frame.putItems(
          Tag.DerivationImageSequence,
          new DataSet()
              .putItems(
                  Tag.SourceImageSequence,
                  new DataSet().put(Tag.ReferencedSOPInstanceUID, VR.UI, sources.get(slice))));
    }
    return frame;
  }
}
