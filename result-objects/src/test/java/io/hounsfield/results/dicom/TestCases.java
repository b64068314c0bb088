// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.SourceImages;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Small cases with lungs as two ellipsoids and lesions in the right one, and numbers to match. */
final class TestCases {

  static final String ANALYSIS_ID = "3b9c2a44-5d0e-4c1e-9a63-7f7f5a2b6c10";
  static final byte[] PDF = "%PDF-1.7\n%%EOF".getBytes(StandardCharsets.US_ASCII);

  private VolumeGeometry geometry = headFirst();
  private String characterSet = "ISO_IR 100";
  private String patientName = "M\u00FCller^J\u00F6rg";
  private boolean lesions = true;
  private boolean lungs = true;
  private boolean anonymised;
  private String bodyPart = "CHEST";
  private boolean enhanced;
  private boolean exactPositions;
  private int version = 1;
  private int predecessor;

  /** Sizes whose frames do not end at a whole byte. */
  static VolumeGeometry headFirst() {
    return new VolumeGeometry(
        61, 47, 14, 5.1, 5.3, 12.5, new Vec3(-150.25, -120.5, -300.125), x(), new Vec3(0, 1, 0));
  }

  /** Feet first: rows run from left to right and the slices' order is from head to feet. */
  static VolumeGeometry feetFirst() {
    return new VolumeGeometry(
        61,
        47,
        14,
        5.1,
        5.3,
        12.5,
        new Vec3(150.25, -120.5, -137.625),
        new Vec3(-1, 0, 0),
        new Vec3(0, 1, 0));
  }

  /** Turned about two axes: no direction lies along an axis of the patient. */
  static VolumeGeometry oblique() {
    double a = Math.toRadians(9);
    double b = Math.toRadians(-13);
    Vec3 row = new Vec3(Math.cos(a), Math.sin(a), 0);
    Vec3 column = new Vec3(-Math.sin(a) * Math.cos(b), Math.cos(a) * Math.cos(b), Math.sin(b));
    return new VolumeGeometry(
        61, 47, 14, 5.1, 5.3, 12.5, new Vec3(-141.5, -117.25, -280.0625), row, column);
  }

  private static Vec3 x() {
    return new Vec3(1, 0, 0);
  }

  TestCases geometry(VolumeGeometry value) {
    geometry = value;
    return this;
  }

  TestCases patient(String name, String set) {
    patientName = name;
    characterSet = set;
    return this;
  }

  TestCases healthy() {
    lesions = false;
    return this;
  }

  TestCases nothing() {
    lesions = false;
    lungs = false;
    return this;
  }

  /** Body Part Examined of the images. */
  TestCases bodyPart(String value) {
    bodyPart = value;
    return this;
  }

  /** Images that say no more than UIDs, a name and an ID. */
  TestCases anonymised() {
    anonymised = true;
    return this;
  }

  TestCases enhanced() {
    enhanced = true;
    return this;
  }

  TestCases exactPositions() {
    exactPositions = true;
    return this;
  }

  TestCases version(int number, int replaces) {
    version = number;
    predecessor = replaces;
    return this;
  }

  static ResultCase simple() {
    return new TestCases().build();
  }

  ResultCase build() {
    byte[][] lungLabels = new byte[geometry.slices()][geometry.sliceLength()];
    byte[][] lesionLabels = new byte[geometry.slices()][geometry.sliceLength()];
    short[][] hu = new short[geometry.slices()][geometry.sliceLength()];
    for (int k = 0; k < geometry.slices(); k++) {
      for (int row = 0; row < geometry.rows(); row++) {
        for (int column = 0; column < geometry.columns(); column++) {
          int at = row * geometry.columns() + column;
          Vec3 p = geometry.position(k, row, column);
          boolean right = lungs && within(p, -75, 0, -215, 55, 80, 70);
          boolean left = lungs && within(p, 75, 0, -215, 50, 80, 66);
          boolean opacity = lesions && right && within(p, -80, 20, -225, 30, 32, 35);
          boolean high = opacity && within(p, -80, 25, -225, 12, 14, 14);
          lungLabels[k][at] = (byte) (right ? 1 : left ? 2 : 0);
          lesionLabels[k][at] = (byte) (high ? 2 : opacity ? 1 : 0);
          hu[k][at] = (short) (high ? 20 : opacity ? -520 : right || left ? -850 : 40);
        }
      }
    }
    LabelMap lungMap = new LabelMap(geometry, lungLabels, Segment.LUNGS);
    LabelMap lesionMap = new LabelMap(geometry, lesionLabels, Segment.LESIONS);
    return new ResultCase(
        report(lungMap, lesionMap),
        new SourceImages(attributes(), frames()),
        new CtVolume(geometry, hu),
        lungMap,
        lesionMap,
        overview(),
        predecessor);
  }

  private static boolean within(
      Vec3 p, double x, double y, double z, double rx, double ry, double rz) {
    double dx = (p.x() - x) / rx;
    double dy = (p.y() - y) / ry;
    double dz = (p.z() - z) / rz;
    return dx * dx + dy * dy + dz * dz <= 1;
  }

  private List<SourceImages.Frame> frames() {
    List<SourceImages.Frame> frames = new ArrayList<>();
    for (int k = 0; k < geometry.slices(); k++) {
      Vec3 exact = geometry.position(k, 0, 0).plus(geometry.normal().times(0.01 * (k % 2)));
      frames.add(
          new SourceImages.Frame(
              enhanced ? SopClass.ENHANCED_CT_IMAGE_STORAGE : SopClass.CT_IMAGE_STORAGE,
              Uid.derive("test", "image", enhanced ? "all" : Integer.toString(k)),
              enhanced ? geometry.slices() - k : 0,
              exactPositions ? exact : null));
    }
    return frames;
  }

  private DataSet attributes() {
    DataSet attributes =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, characterSet)
            .put(Tag.PatientName, VR.PN, patientName)
            .put(Tag.PatientID, VR.LO, "PH-1")
            .put(Tag.PatientBirthDate, VR.DA, "19610504")
            .put(Tag.PatientSex, VR.CS, "M")
            .put(Tag.PatientAge, VR.AS, "064Y")
            .put(Tag.StudyInstanceUID, VR.UI, Uid.derive("test", "study"))
            .put(Tag.StudyDate, VR.DA, "20260131")
            .put(Tag.StudyTime, VR.TM, "081500.25")
            .put(Tag.AccessionNumber, VR.SH, "A-7")
            .put(Tag.ReferringPhysicianName, VR.PN, "Doe^Jane")
            .put(Tag.StudyID, VR.SH, "12")
            .put(Tag.StudyDescription, VR.LO, "CT Thorax")
            .put(Tag.SeriesInstanceUID, VR.UI, Uid.derive("test", "series"))
            .put(Tag.FrameOfReferenceUID, VR.UI, Uid.derive("test", "frame of reference"))
            .put(Tag.PositionReferenceIndicator, VR.LO, "SN")
            // As bytes, since what scanners write is not always a CS.
            .putBytes(Tag.BodyPartExamined, VR.CS, bodyPart.getBytes(StandardCharsets.US_ASCII))
            .put(Tag.Manufacturer, VR.LO, "Scanner maker")
            .put(Tag.InstitutionName, VR.LO, "Hospital")
            .put(Tag.LossyImageCompression, VR.CS, "00");
    if (anonymised) {
      for (int tag :
          new int[] {
            Tag.PatientBirthDate,
            Tag.PatientSex,
            Tag.PatientAge,
            Tag.StudyTime,
            Tag.AccessionNumber,
            Tag.ReferringPhysicianName,
            Tag.StudyID,
            Tag.StudyDescription,
            Tag.PositionReferenceIndicator,
            Tag.BodyPartExamined,
            Tag.Manufacturer,
            Tag.InstitutionName,
            Tag.LossyImageCompression
          }) {
        attributes.remove(tag);
      }
    }
    try {
      // As they come from a file: encoded in the character set.
      TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
      return DataSets.decode(DataSets.encode(attributes, syntax), syntax);
    } catch (DicomException e) {
      throw new UncheckedIOException(e);
    }
  }

  private QuantificationReport report(LabelMap lungMap, LabelMap lesionMap) {
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    for (Region region : Region.values()) {
      regions.put(region, measure(region, lungMap, lesionMap));
    }
    return new QuantificationReport(
        ANALYSIS_ID,
        version,
        Instant.parse("2026-01-31T08:15:46.480Z"),
        new SeriesDescription(
            Uid.derive("test", "study"),
            Uid.derive("test", "series"),
            Uid.derive("test", "frame of reference"),
            patientName,
            "PH-1",
            "19610504",
            "M",
            "A-7",
            "20260131",
            "081500.25",
            "CT Thorax",
            "Lung",
            "2",
            "Scanner maker",
            "Scanner",
            null,
            null,
            1.25,
            120.0),
        geometry,
        regions,
        new Confidence.Stated(
            Confidence.Level.MEDIUM, 2.375, 0.9, 12.75, 1.25, "The error was not larger in 90 %."),
        List.of(
            new Warning("lungs-cut-off", "The first slice holds 84 cm\u00B2 of lung (\u2265 20)."),
            new Warning("a-warning-with-a-long-name", "Longer than a short code value.")),
        new ModelIdentity(
            "lung-lesion-unet",
            "2.0.0",
            "bf16",
            "cpu",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        "0.1.0",
        new Timings(Map.of()),
        null);
  }

  private static RegionMeasurements measure(Region region, LabelMap lungMap, LabelMap lesionMap) {
    long all = 0;
    long opacity = 0;
    long high = 0;
    for (int k = 0; k < lungMap.geometry().slices(); k++) {
      for (int i = 0; i < lungMap.slice(k).length; i++) {
        int lung = lungMap.slice(k)[i];
        boolean in = lung != 0 && (region == Region.BOTH_LUNGS || lung == region.ordinal());
        all += in ? 1 : 0;
        opacity += in && lesionMap.slice(k)[i] != 0 ? 1 : 0;
        high += in && lesionMap.slice(k)[i] == 2 ? 1 : 0;
      }
    }
    double voxel = lungMap.geometry().voxelVolumeMl();
    Map<Quantity, Measurement> values = new EnumMap<>(Quantity.class);
    values.put(Quantity.VOLUME, Measurement.of(all * voxel));
    values.put(Quantity.OPACITY_VOLUME, Measurement.of(opacity * voxel));
    values.put(Quantity.HIGH_OPACITY_VOLUME, Measurement.of(high * voxel));
    Measurement none = Measurement.notMeasured("there is no such voxel in the region");
    values.put(Quantity.OPACITY_PERCENT, all == 0 ? none : Measurement.of(100.0 * opacity / all));
    values.put(Quantity.HIGH_OPACITY_PERCENT, all == 0 ? none : Measurement.of(100.0 * high / all));
    values.put(Quantity.MEAN_HU, all == 0 ? none : Measurement.of(-840.0 - 1.0 / 3));
    values.put(Quantity.SD_HU, all == 0 ? none : Measurement.of(Math.sqrt(7100)));
    values.put(Quantity.MEAN_HU_OPACITY, opacity == 0 ? none : Measurement.of(-444.25));
    values.put(Quantity.SD_HU_OPACITY, opacity == 0 ? none : Measurement.of(190.5));
    return new RegionMeasurements(values);
  }

  private static byte[] overview() {
    BufferedImage image = new BufferedImage(320, 200, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 320 * 200; i++) {
      image.setRGB(i % 320, i / 320, i * 2654435);
    }
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", png);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return png.toByteArray();
  }
}
