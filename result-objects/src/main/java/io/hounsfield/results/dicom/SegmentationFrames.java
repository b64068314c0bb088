// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import io.hounsfield.results.SourceImages;

/**
 * What binary and label map segmentations share: the modules Segmentation Image, Multi-frame
 * Functional Groups and Multi-frame Dimension of PS3.3 annexes A.51 and A.101, on the grid of the
 * source images.
 */
final class SegmentationFrames {

  private SegmentationFrames() {}

  /** Everything but segments and frames. */
  static DataSet header(ResultCase result, ResultKind kind, String contentLabel) {
    VolumeGeometry geometry = result.ct().geometry();
    DataSet object = ObjectHeader.of(result, kind, 1);
    ObjectHeader.putFrameOfReference(object, result);
    ObjectHeader.putLossyCompression(object, result);
    ObjectHeader.putBodyPart(object, result);
    SourceReferences.putReferencedSeries(object, result);
    return object
        .put(Tag.ImageType, VR.CS, "DERIVED", "PRIMARY")
        .put(Tag.ContentLabel, VR.CS, contentLabel)
        .put(Tag.ContentDescription, VR.LO, ObjectHeader.NOTICE)
        .put(Tag.ContentCreatorName, VR.PN)
        .put(Tag.BurnedInAnnotation, VR.CS, "NO")
        .putItems(Tag.CodingSchemeIdentificationSequence, Codes.schemeIdentification())
        .putInts(Tag.SamplesPerPixel, VR.US, 1)
        .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
        .putInts(Tag.Rows, VR.US, geometry.rows())
        .putInts(Tag.Columns, VR.US, geometry.columns())
        .putInts(Tag.PixelRepresentation, VR.US, 0)
        .putItems(Tag.SharedFunctionalGroupsSequence, sharedGroups(result));
  }

  private static DataSet sharedGroups(ResultCase result) {
    VolumeGeometry geometry = result.ct().geometry();
    Vec3 row = geometry.rowDirection();
    Vec3 column = geometry.columnDirection();
    Double thickness = result.report().series().sliceThicknessMm();
    return new DataSet()
        .putItems(
            Tag.PlaneOrientationSequence,
            new DataSet()
                .putDoubles(
                    Tag.ImageOrientationPatient,
                    VR.DS,
                    row.x(),
                    row.y(),
                    row.z(),
                    column.x(),
                    column.y(),
                    column.z()))
        .putItems(
            Tag.PixelMeasuresSequence,
            new DataSet()
                .putDoubles(
                    Tag.SliceThickness,
                    VR.DS,
                    thickness != null && thickness > 0 ? thickness : geometry.sliceSpacingMm())
                .putDoubles(Tag.SpacingBetweenSlices, VR.DS, geometry.sliceSpacingMm())
                .putDoubles(
                    Tag.PixelSpacing, VR.DS, geometry.rowSpacingMm(), geometry.columnSpacingMm()));
  }

  /** Dimension organization of an object; one index for each pointer. */
  static void putDimensions(
      DataSet object, ResultCase result, ResultKind kind, DataSet... indices) {
    String uid =
        ResultUids.dimensions(result.report().analysisId(), result.report().version(), kind);
    for (DataSet index : indices) {
      index.put(Tag.DimensionOrganizationUID, VR.UI, uid);
    }
    object
        .putItems(
            Tag.DimensionOrganizationSequence,
            new DataSet().put(Tag.DimensionOrganizationUID, VR.UI, uid))
        .putItems(Tag.DimensionIndexSequence, indices);
  }

  /** Dimension: where the slice lies. */
  static DataSet positionIndex() {
    return new DataSet()
        .putInts(Tag.DimensionIndexPointer, VR.AT, Tag.ImagePositionPatient)
        .putInts(Tag.FunctionalGroupPointer, VR.AT, Tag.PlanePositionSequence)
        .put(Tag.DimensionDescriptionLabel, VR.LO, "Image Position Patient");
  }

  /** Dimension: which segment. */
  static DataSet segmentIndex() {
    return new DataSet()
        .putInts(Tag.DimensionIndexPointer, VR.AT, Tag.ReferencedSegmentNumber)
        .putInts(Tag.FunctionalGroupPointer, VR.AT, Tag.SegmentIdentificationSequence)
        .put(Tag.DimensionDescriptionLabel, VR.LO, "Segment Number");
  }

  /** Functional groups of one frame: its source image, its place among the frames, its position. */
  static DataSet frameGroups(ResultCase result, int slice, int... dimensionIndexValues) {
    SourceImages.Frame source = result.source().frames().get(slice);
    Vec3 position =
        source.position() != null
            ? source.position()
            : result.ct().geometry().position(slice, 0, 0);
    return new DataSet()
        .putItems(
            Tag.DerivationImageSequence,
            new DataSet()
                .putItems(Tag.DerivationCodeSequence, Codes.item(Codes.SEGMENTATION))
                .putItems(
                    Tag.SourceImageSequence,
                    SourceReferences.frame(source, Codes.SOURCE_IMAGE)
                        .put(Tag.SpatialLocationsPreserved, VR.CS, "YES")))
        .putItems(
            Tag.FrameContentSequence,
            new DataSet().putInts(Tag.DimensionIndexValues, VR.UL, dimensionIndexValues))
        .putItems(
            Tag.PlanePositionSequence,
            new DataSet()
                .putDoubles(
                    Tag.ImagePositionPatient, VR.DS, position.x(), position.y(), position.z()));
  }

  /**
   * Place of each slice among those that are used, from 1; 0 for the others.
   *
   * @param used by slice
   */
  static int[] ranks(boolean[] used) {
    int[] ranks = new int[used.length];
    int rank = 0;
    for (int k = 0; k < used.length; k++) {
      ranks[k] = used[k] ? ++rank : 0;
    }
    return ranks;
  }
}
