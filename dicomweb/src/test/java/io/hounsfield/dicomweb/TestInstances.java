// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;

/** Small CT instances. */
final class TestInstances {
  static final int ROWS = 6;
  static final int COLUMNS = 5;

  private TestInstances() {}

  /** {@code 1.2.<study>}, {@code 1.2.<study>.<series>}, {@code 1.2.<study>.<series>.<number>}. */
  static DataSet ct(int study, int series, int number) {
    short[] pixels = new short[ROWS * COLUMNS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (short) (40 * i - 500 + number);
    }
    return new DataSet()
        .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 100")
        .put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "AXIAL")
        .put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE)
        .put(Tag.SOPInstanceUID, VR.UI, instanceUid(study, series, number))
        .put(Tag.StudyDate, VR.DA, "2026%02d15".formatted(study))
        .put(Tag.StudyTime, VR.TM, "%02d3000".formatted(study))
        .put(Tag.AccessionNumber, VR.SH, "ACC" + study)
        .put(Tag.Modality, VR.CS, series == 9 ? "PT" : "CT")
        .put(Tag.StudyDescription, VR.LO, "Thorax " + study)
        .put(Tag.SeriesDescription, VR.LO, "Lunge " + series)
        .put(Tag.PatientName, VR.PN, study == 1 ? "M\u00fcller^J\u00f6rg" : "Doe^Jane^" + study)
        .put(Tag.PatientID, VR.LO, "PID" + study)
        .put(Tag.PatientBirthDate, VR.DA, "19600101")
        .put(Tag.PatientSex, VR.CS, "O")
        .put(Tag.StudyInstanceUID, VR.UI, studyUid(study))
        .put(Tag.SeriesInstanceUID, VR.UI, seriesUid(study, series))
        .put(Tag.SeriesNumber, VR.IS, Integer.toString(series))
        .put(Tag.InstanceNumber, VR.IS, Integer.toString(number))
        .putDoubles(Tag.ImagePositionPatient, VR.DS, 0, 0, number)
        .putItems(
            Tag.RequestAttributesSequence,
            new DataSet().put(Tag.ScheduledProcedureStepID, VR.SH, "STEP" + series))
        .putInts(Tag.SamplesPerPixel, VR.US, 1)
        .put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2")
        .putInts(Tag.Rows, VR.US, ROWS)
        .putInts(Tag.Columns, VR.US, COLUMNS)
        .putInts(Tag.BitsAllocated, VR.US, 16)
        .putInts(Tag.BitsStored, VR.US, 16)
        .putInts(Tag.HighBit, VR.US, 15)
        .putInts(Tag.PixelRepresentation, VR.US, 1)
        .putDoubles(Tag.WindowCenter, VR.DS, -300)
        .putDoubles(Tag.WindowWidth, VR.DS, 1000)
        .putDoubles(Tag.RescaleIntercept, VR.DS, -100)
        .putDoubles(Tag.RescaleSlope, VR.DS, 2)
        .putShorts(Tag.PixelData, VR.OW, pixels);
  }

  static String studyUid(int study) {
    return "1.2." + study;
  }

  static String seriesUid(int study, int series) {
    return studyUid(study) + "." + series;
  }

  static String instanceUid(int study, int series, int number) {
    return seriesUid(study, series) + "." + number;
  }

  static byte[] file(DataSet dataSet) {
    return file(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
  }

  static byte[] file(DataSet dataSet, TransferSyntax syntax) {
    try {
      return DicomFiles.encode(DicomFile.of(syntax, dataSet));
    } catch (DicomException e) {
      throw new IllegalStateException(e);
    }
  }
}
