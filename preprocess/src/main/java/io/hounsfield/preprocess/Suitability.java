// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.domain.Vec3;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What can be said of one instance before its pixels are read: whether it is an axial CT slice in
 * Hounsfield units with a place in the patient.
 */
public final class Suitability {

  /**
   * The normal of an axial slice may differ from the patient's long axis by this angle, degrees.
   * Patients lie crooked and oblique reformats follow them; coronal and sagittal slices are at 90.
   */
  public static final double AXIAL_TOLERANCE_DEGREES = 20;

  /** Gantry tilts up to this are rounding of the scanner's own angle encoder, degrees. */
  public static final double GANTRY_TILT_TOLERANCE_DEGREES = 0.5;

  private static final Set<String> CT_STORAGE =
      Set.of(
          SopClass.CT_IMAGE_STORAGE,
          SopClass.ENHANCED_CT_IMAGE_STORAGE,
          SopClass.LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE);
  private static final Set<String> PROJECTIONS =
      Set.of(
          "MIP",
          "MINIP",
          "MAX_IP",
          "MIN_IP",
          "PROJECTION IMAGE",
          "PROJECTION_IMAGE",
          "VOLREN",
          "VOLUME_RENDER",
          "VOLUME_RENDERED",
          "VRT",
          "SSD",
          "CPR",
          "CURVED",
          "CURVED_MPR",
          "SURFACE_RENDER",
          "DISTORTED",
          "SCREEN SAVE");
  private static final Set<String> REFORMATS = Set.of("REFORMATTED", "MPR");

  private static final String LOCALIZER = "LOCALIZER";

  private Suitability() {}

  static boolean isLocalizer(List<String> imageType) {
    return imageType.stream().anyMatch(type -> type.strip().equalsIgnoreCase(LOCALIZER));
  }

  /**
   * Checks a file before its pixels are decoded.
   *
   * @throws SeriesRefusedException as {@link #check(DataSet)}, and if its transfer syntax cannot be
   *     decoded
   */
  public static void check(DicomFile file) throws SeriesRefusedException {
    checked(file);
  }

  static FrameReader.Frames checked(DicomFile file) throws SeriesRefusedException {
    FrameReader.Frames frames = checked(file.dataSet());
    if (!PixelDecoders.supports(file.transferSyntax())) {
      throw new SeriesRefusedException(
          RefusalReason.UNSUPPORTED_TRANSFER_SYNTAX,
          "The pixels are compressed as %s (%s), which cannot be decoded."
              .formatted(file.transferSyntax().title(), file.transferSyntax().uid()));
    }
    return frames;
  }

  /**
   * Checks the attributes of an instance; its pixels need not be there.
   *
   * @throws SeriesRefusedException if it is not a CT image in Hounsfield units, has no valid
   *     geometry, or one of its frames fails {@link #check(SliceHeader)}
   */
  public static void check(DataSet dataSet) throws SeriesRefusedException {
    checked(dataSet);
  }

  /** The frames that show slices; each of them passed. Localizer frames are only counted. */
  static FrameReader.Frames checked(DataSet dataSet) throws SeriesRefusedException {
    requireCt(dataSet);
    FrameReader.Frames frames = FrameReader.frames(dataSet);
    for (FrameReader.Frame frame : frames.slices()) {
      check(frame.header());
    }
    return frames;
  }

  /** Manufacturer's Model Name in everything that the results module makes. */
  private static final String OWN_RESULTS = "Hounsfield lung CT quantification";

  private static void requireCt(DataSet dataSet) throws SeriesRefusedException {
    String sopClass = dataSet.string(Tag.SOPClassUID).orElse("");
    Optional<String> modality = dataSet.string(Tag.Modality);
    if (modality.isPresent() && !modality.get().equals("CT")) {
      throw new SeriesRefusedException(
          RefusalReason.NOT_CT, "The modality is " + printable(modality.get()) + ", not CT.");
    }
    if (!CT_STORAGE.contains(sopClass)) {
      throw new SeriesRefusedException(
          RefusalReason.NOT_CT,
          sopClass.isEmpty()
              ? "The instance does not say what it is (no SOP Class UID)."
              : "The instance is not a CT image (SOP class "
                  + (Uid.isValid(sopClass) ? sopClass : "is no valid UID")
                  + ").");
    }
    // Whatever became of it on the way: what this product made is not measured again.
    if (dataSet.string(Tag.ManufacturerModelName).orElse("").strip().equals(OWN_RESULTS)) {
      throw new SeriesRefusedException(
          RefusalReason.NOT_CT, "The images are results of this product, not those of a scanner.");
    }
    // A localizer's plane is not axial either: say first what it is. The frames of an Enhanced CT
    // instance have types of their own.
    if (FrameReader.isEnhanced(dataSet)) {
      return;
    }
    requireImageType(
        dataSet.strings(Tag.ImageType),
        dataSet
            .string(Tag.InstanceNumber)
            .map(n -> "instance " + printable(n))
            .orElse("an instance"));
  }

  /** A code string from a data set as it may stand in a text: short, plain characters only. */
  static String printable(String value) {
    return value.length() <= 16 && value.matches("[A-Za-z0-9 _-]+") ? value : "unreadable";
  }

  /**
   * Checks one slice by itself.
   *
   * @throws SeriesRefusedException if it is a localizer, a projection, not axial, or was taken with
   *     a tilted gantry
   */
  public static void check(SliceHeader header) throws SeriesRefusedException {
    requireImageType(header.imageType(), header.name());
    double degrees = degreesFromAxial(header);
    if (degrees > AXIAL_TOLERANCE_DEGREES) {
      throw new SeriesRefusedException(
          RefusalReason.NOT_AXIAL,
          String.format(
              Locale.ROOT,
              "%s is not axial: its plane is turned by %.1f degrees (tolerance %.0f degrees)%s.",
              capital(header.name()),
              degrees,
              AXIAL_TOLERANCE_DEGREES,
              isReformatted(header) ? "; it is a reformat made from other slices" : ""));
    }
    Double tilt = header.gantryTiltDegrees();
    if (tilt != null && Math.abs(tilt) > GANTRY_TILT_TOLERANCE_DEGREES) {
      throw new SeriesRefusedException(
          RefusalReason.GANTRY_TILT,
          String.format(
              Locale.ROOT,
              "%s was taken with the gantry tilted by %.1f degrees (tolerance %.1f degrees).",
              capital(header.name()),
              tilt,
              GANTRY_TILT_TOLERANCE_DEGREES));
    }
  }

  static void requireImageType(List<String> imageType, String name) throws SeriesRefusedException {
    for (String value : imageType) {
      String type = value.strip().toUpperCase(Locale.ROOT);
      if (type.equals(LOCALIZER)) {
        throw new SeriesRefusedException(
            RefusalReason.LOCALIZER, capital(name) + " is a localizer (Image Type LOCALIZER).");
      }
      if (PROJECTIONS.contains(type)) {
        throw new SeriesRefusedException(
            RefusalReason.PROJECTION,
            capital(name)
                + " is a projection or rendering (Image Type "
                + type
                + "): its values are not the HU of a voxel.");
      }
    }
  }

  static boolean isReformatted(SliceHeader header) {
    return header.imageType().stream()
        .anyMatch(value -> REFORMATS.contains(value.strip().toUpperCase(Locale.ROOT)));
  }

  /** Angle between the slice's normal and the patient's long axis, either way round, 0 to 90. */
  private static double degreesFromAxial(SliceHeader header) {
    Vec3 normal = header.normal();
    return Math.toDegrees(Math.atan2(Math.hypot(normal.x(), normal.y()), Math.abs(normal.z())));
  }

  /** Angle between two unit vectors; exact for small angles too, where an arc cosine is not. */
  static double degreesBetween(Vec3 a, Vec3 b) {
    return Math.toDegrees(Math.atan2(a.cross(b).length(), a.dot(b)));
  }

  private static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }
}
