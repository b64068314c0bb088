// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;

/** Builds small CT instances; each test changes what its rule is about. */
final class CtInstances {

  static final int ROWS = 2;
  static final int COLUMNS = 4;

  private CtInstances() {}

  /** A 2 x 4 axial slice with signed 16-bit pixels, slope 1, intercept -1024. */
  static DataSet ct(short... stored) {
    return new DataSet()
        .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
        .put(Tag.SOPInstanceUID, VR.UI, "1.2.3.17")
        .put(Tag.StudyInstanceUID, VR.UI, "1.2.3")
        .put(Tag.SeriesInstanceUID, VR.UI, "1.2.3.1")
        .put(Tag.FrameOfReferenceUID, VR.UI, "1.2.3.9")
        .put(Tag.Modality, VR.CS, "CT")
        .put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "AXIAL")
        .put(Tag.InstanceNumber, VR.IS, "17")
        .put(Tag.AcquisitionNumber, VR.IS, "2")
        .put(Tag.SliceThickness, VR.DS, "1.25")
        .put(Tag.GantryDetectorTilt, VR.DS, "0")
        .put(Tag.ImagePositionPatient, VR.DS, "-180", "-170.5", "-33.75")
        .put(Tag.ImageOrientationPatient, VR.DS, "1", "0", "0", "0", "1", "0")
        .put(Tag.PixelSpacing, VR.DS, "0.7", "0.8")
        .put(Tag.RescaleIntercept, VR.DS, "-1024")
        .put(Tag.RescaleSlope, VR.DS, "1")
        .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
        .putInts(Tag.SamplesPerPixel, VR.US, 1)
        .putInts(Tag.Rows, VR.US, ROWS)
        .putInts(Tag.Columns, VR.US, COLUMNS)
        .putInts(Tag.BitsAllocated, VR.US, 16)
        .putInts(Tag.BitsStored, VR.US, 16)
        .putInts(Tag.HighBit, VR.US, 15)
        .putInts(Tag.PixelRepresentation, VR.US, 1)
        .putShorts(Tag.PixelData, VR.OW, stored);
  }

  /** Two frames of an Enhanced CT instance, 3 mm apart, with intercepts of their own. */
  static DataSet enhanced(short... stored) {
    DataSet dataSet = ct(stored);
    for (int tag :
        new int[] {
          Tag.ImagePositionPatient,
          Tag.ImageOrientationPatient,
          Tag.PixelSpacing,
          Tag.SliceThickness,
          Tag.RescaleIntercept,
          Tag.RescaleSlope,
          Tag.GantryDetectorTilt
        }) {
      dataSet.remove(tag);
    }
    return dataSet
        .put(Tag.SOPClassUID, VR.UI, SopClass.ENHANCED_CT_IMAGE_STORAGE)
        .put(Tag.NumberOfFrames, VR.IS, "2")
        .putItems(
            Tag.SharedFunctionalGroupsSequence,
            new DataSet()
                .putItems(
                    Tag.PlaneOrientationSequence,
                    new DataSet()
                        .put(Tag.ImageOrientationPatient, VR.DS, "1", "0", "0", "0", "1", "0"))
                .putItems(
                    Tag.PixelMeasuresSequence,
                    new DataSet()
                        .put(Tag.PixelSpacing, VR.DS, "0.7", "0.8")
                        .put(Tag.SliceThickness, VR.DS, "3"))
                .putItems(
                    Tag.CTImageFrameTypeSequence,
                    new DataSet().put(Tag.FrameType, VR.CS, "ORIGINAL", "PRIMARY", "VOLUME"))
                .putItems(
                    Tag.CTAcquisitionDetailsSequence,
                    new DataSet().putDoubles(Tag.GantryDetectorTilt, VR.FD, 0)))
        .putItems(
            Tag.PerFrameFunctionalGroupsSequence, frameGroups(5, -1024), frameGroups(2, -1000));
  }

  private static DataSet frameGroups(int z, int intercept) {
    return new DataSet()
        .putItems(
            Tag.PlanePositionSequence,
            new DataSet().put(Tag.ImagePositionPatient, VR.DS, "-180", "-170", "" + z))
        .putItems(
            Tag.PixelValueTransformationSequence,
            new DataSet()
                .put(Tag.RescaleIntercept, VR.DS, "" + intercept)
                .put(Tag.RescaleSlope, VR.DS, "1")
                .put(Tag.RescaleType, VR.LO, "HU"));
  }

  static DicomFile file(DataSet dataSet) {
    return DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, dataSet);
  }
}
