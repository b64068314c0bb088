// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.Vec3;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * Writes phantoms: the series as CT Image Storage instances (PS3.3 A.3), the true label maps, and
 * {@code truth.json}. Identifiers follow from the options, so that equal options give equal files.
 */
public final class PhantomWriter {

  /** Folder of the series inside the folder of {@link #write}. */
  public static final String SERIES_FOLDER = "dicom";

  /** Raised when the pixels of equal options change, so that no UID stands for two contents. */
  private static final String GENERATOR_VERSION = "1";

  private static final String STUDY_DATE = "20200101";
  private static final String STUDY_TIME = "120000";

  private PhantomWriter() {}

  /**
   * Writes the series into {@code dir/dicom}, and {@code truth.json}, {@code lungs.nii.gz} and
   * {@code lesions.nii.gz} beside it.
   *
   * @throws FileAlreadyExistsException if {@code dir/dicom} is there and not empty
   */
  public static void write(Phantom phantom, Path dir) throws IOException {
    writeSeries(phantom, dir.resolve(SERIES_FOLDER));
    writeTruth(phantom, dir);
  }

  /**
   * Writes the instances alone.
   *
   * @return the files, in the order of Instance Number
   * @throws FileAlreadyExistsException if the folder is there and not empty: two series in one
   *     folder would be taken for one
   */
  public static List<Path> writeSeries(Phantom phantom, Path dir) throws IOException {
    Files.createDirectories(dir);
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(dir)) {
      if (entries.iterator().hasNext()) {
        throw new FileAlreadyExistsException(
            dir.toString(), null, "the folder is not empty: choose another or empty it");
      }
    }
    List<SeriesPlan.Instance> plan = SeriesPlan.of(phantom);
    Path[] files = new Path[plan.size()];
    try {
      Workers.run(
          plan.size(),
          () ->
              i -> {
                SeriesPlan.Instance instance = plan.get(i);
                Path file =
                    dir.resolve(String.format(Locale.ROOT, "IM%04d.dcm", instance.number()));
                try {
                  DicomFiles.write(
                      file,
                      DicomFile.of(phantom.options().transferSyntax(), dataSet(phantom, instance)));
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
                files[i] = file;
              });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return List.of(files);
  }

  /** Writes {@code truth.json}, {@code lungs.nii.gz} and {@code lesions.nii.gz}. */
  public static void writeTruth(Phantom phantom, Path dir) throws IOException {
    Files.createDirectories(dir);
    Files.write(dir.resolve("truth.json"), Truth.of(phantom).json());
    NiftiWriter.write(phantom.lungs(), dir.resolve("lungs.nii.gz"));
    NiftiWriter.write(phantom.lesions(), dir.resolve("lesions.nii.gz"));
  }

  /** UID of the series that {@link #writeSeries} writes for these options. */
  public static String seriesInstanceUid(PhantomOptions options) {
    return uid(options, "series");
  }

  static String uid(PhantomOptions options, String what) {
    return Uid.derive("hounsfield phantom", GENERATOR_VERSION, options.identity(), what);
  }

  private static DataSet dataSet(Phantom phantom, SeriesPlan.Instance i) {
    PhantomOptions options = phantom.options();
    boolean mr = options.fault() == Fault.NOT_CT;
    DataSet d = new DataSet();
    // SOP Common, Patient, Clinical Trial none, General Study
    d.put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 100");
    d.put(Tag.SOPClassUID, VR.UI, mr ? SopClass.MR_IMAGE_STORAGE : SopClass.CT_IMAGE_STORAGE);
    d.put(Tag.SOPInstanceUID, VR.UI, uid(options, "instance " + i.number()));
    d.put(Tag.PatientName, VR.PN, "PHANTOM^SEED" + options.seed());
    d.put(Tag.PatientID, VR.LO, "PHANTOM" + options.seed());
    d.put(Tag.PatientBirthDate, VR.DA);
    d.put(Tag.PatientSex, VR.CS, "O");
    d.put(Tag.QualityControlSubject, VR.CS, "YES");
    d.put(Tag.StudyInstanceUID, VR.UI, uid(options, "study"));
    d.put(Tag.StudyDate, VR.DA, STUDY_DATE);
    d.put(Tag.StudyTime, VR.TM, STUDY_TIME);
    d.put(Tag.ReferringPhysicianName, VR.PN);
    d.put(Tag.StudyID, VR.SH, "1");
    d.put(Tag.AccessionNumber, VR.SH);
    d.put(Tag.StudyDescription, VR.LO, "Hounsfield phantom, no patient");
    // General Series, Frame of Reference, General Equipment
    d.put(Tag.Modality, VR.CS, mr ? "MR" : "CT");
    d.put(Tag.SeriesInstanceUID, VR.UI, seriesInstanceUid(options));
    d.putInts(Tag.SeriesNumber, VR.IS, 1);
    d.put(Tag.SeriesDescription, VR.LO, "Hounsfield phantom");
    d.put(Tag.BodyPartExamined, VR.CS, "CHEST");
    d.put(Tag.PatientPosition, VR.CS, options.position().name());
    d.put(Tag.FrameOfReferenceUID, VR.UI, uid(options, "frame of reference"));
    d.put(Tag.PositionReferenceIndicator, VR.LO);
    d.put(Tag.Manufacturer, VR.LO, "Hounsfield");
    d.put(Tag.ManufacturerModelName, VR.LO, "Phantom generator");
    d.put(Tag.SoftwareVersions, VR.LO, GENERATOR_VERSION);
    // General Image
    d.putInts(Tag.InstanceNumber, VR.IS, i.number());
    d.put(Tag.ContentDate, VR.DA, STUDY_DATE);
    d.put(Tag.ContentTime, VR.TM, STUDY_TIME);
    d.put(Tag.BurnedInAnnotation, VR.CS, "NO");
    d.put(Tag.QualityControlImage, VR.CS, "YES");
    d.put(Tag.LossyImageCompression, VR.CS, "00");
    plane(d, options, i);
    if (options.contrastAgent()) {
      d.put(Tag.ContrastBolusAgent, VR.LO, "Simulated iodine");
    }
    if (mr) {
      mr(d, i);
    } else {
      ct(d, options, i);
    }
    return d;
  }

  /** Image Plane module (PS3.3 C.7.6.2). */
  private static void plane(DataSet d, PhantomOptions options, SeriesPlan.Instance i) {
    d.putDoubles(Tag.PixelSpacing, VR.DS, i.rowSpacingMm(), i.columnSpacingMm());
    d.putDoubles(Tag.SliceThickness, VR.DS, i.thicknessMm());
    Vec3 r = i.rowDirection();
    Vec3 c = i.columnDirection();
    d.putDoubles(Tag.ImageOrientationPatient, VR.DS, r.x(), r.y(), r.z(), c.x(), c.y(), c.z());
    Vec3 p = i.position();
    if (p != null) {
      d.putDoubles(Tag.ImagePositionPatient, VR.DS, tidy(p.x()), tidy(p.y()), tidy(p.z()));
      d.putDoubles(
          Tag.SliceLocation, VR.DS, tidy(options.fault() == Fault.NON_AXIAL ? p.y() : p.z()));
    }
    d.putInts(Tag.SamplesPerPixel, VR.US, 1);
    d.put(Tag.PhotometricInterpretation, VR.CS, "MONOCHROME2");
    d.putInts(Tag.Rows, VR.US, i.rows());
    d.putInts(Tag.Columns, VR.US, i.columns());
    d.putInts(Tag.BitsAllocated, VR.US, 16);
    d.putInts(Tag.BitsStored, VR.US, 12);
    d.putInts(Tag.HighBit, VR.US, 11);
    d.putInts(Tag.PixelRepresentation, VR.US, 0);
  }

  /** Without the last digits of floating point sums: to a nanometre. */
  private static double tidy(double mm) {
    return Math.rint(mm * 1e6) / 1e6 + 0.0;
  }

  /** CT Image module (PS3.3 C.8.2.1): stored values are HU + 1024. */
  private static void ct(DataSet d, PhantomOptions options, SeriesPlan.Instance i) {
    switch (options.fault()) {
      case LOCALIZER -> d.put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "LOCALIZER");
      case NON_AXIAL -> d.put(Tag.ImageType, VR.CS, "DERIVED", "SECONDARY", "REFORMATTED");
      default -> d.put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "AXIAL");
    }
    d.putInts(Tag.AcquisitionNumber, VR.IS, 1);
    d.putDoubles(Tag.KVP, VR.DS, 120);
    d.put(Tag.ConvolutionKernel, VR.SH, options.kernel().key().toUpperCase(Locale.ROOT));
    d.putDoubles(
        Tag.GantryDetectorTilt,
        VR.DS,
        options.fault() == Fault.GANTRY_TILT ? SeriesPlan.TILT_DEGREES : 0);
    d.putDoubles(Tag.RescaleIntercept, VR.DS, -1024);
    d.putDoubles(Tag.RescaleSlope, VR.DS, 1);
    d.put(Tag.RescaleType, VR.LO, "HU");
    d.putDoubles(Tag.WindowCenter, VR.DS, -600);
    d.putDoubles(Tag.WindowWidth, VR.DS, 1500);
    short[] stored = i.hu().get().clone();
    for (int k = 0; k < stored.length; k++) {
      stored[k] += 1024;
    }
    d.putShorts(Tag.PixelData, VR.OW, stored);
  }

  /** MR Image module (PS3.3 C.8.3.1), with signal made of the HU: not a CT. */
  private static void mr(DataSet d, SeriesPlan.Instance i) {
    d.put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "OTHER");
    d.put(Tag.ScanningSequence, VR.CS, "GR");
    d.put(Tag.SequenceVariant, VR.CS, "SP");
    d.put(Tag.ScanOptions, VR.CS);
    d.put(Tag.MRAcquisitionType, VR.CS, "3D");
    d.putDoubles(Tag.RepetitionTime, VR.DS, 3);
    d.putDoubles(Tag.EchoTime, VR.DS, 1.2);
    d.putInts(Tag.EchoTrainLength, VR.IS, 1);
    d.putDoubles(Tag.WindowCenter, VR.DS, 600);
    d.putDoubles(Tag.WindowWidth, VR.DS, 1200);
    short[] hu = i.hu().get();
    short[] signal = new short[hu.length];
    for (int k = 0; k < hu.length; k++) {
      signal[k] = (short) Math.max(0, Math.min(4095, hu[k] + 1000));
    }
    d.putShorts(Tag.PixelData, VR.OW, signal);
  }
}
