// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.OptionalInt;

/**
 * Finds the attributes of each frame: in the data set itself for CT Image Storage, in the per-frame
 * and shared functional groups (PS3.3 C.7.6.16) for Enhanced CT. Optional attributes that are
 * malformed read as absent; geometry and rescale are required.
 */
final class FrameReader {

  /** More frames than any volume has that is measured. */
  static final int MAX_FRAMES = 1 << 13;

  /** A frame's place, and how its stored values become HU. */
  record Frame(SliceHeader header, double rescaleSlope, double rescaleIntercept) {}

  /**
   * The frames of an instance that show slices.
   *
   * @param localizers how many frames are localizers, which have no place among the slices
   */
  record Frames(List<Frame> slices, int localizers) {}

  private final DataSet root;
  private final boolean multiFrame;
  private final DataSet shared;
  private final List<DataSet> perFrame;
  private final Integer instanceNumber;

  private FrameReader(DataSet root) {
    this.root = root;
    this.multiFrame = isEnhanced(root);
    List<DataSet> sharedItems = root.items(Tag.SharedFunctionalGroupsSequence);
    this.shared = sharedItems.isEmpty() ? new DataSet() : sharedItems.get(0);
    this.perFrame = root.items(Tag.PerFrameFunctionalGroupsSequence);
    this.instanceNumber = integerOrNull(root, Tag.InstanceNumber);
  }

  static boolean isEnhanced(DataSet dataSet) {
    String sopClass = dataSet.string(Tag.SOPClassUID).orElse("");
    return sopClass.equals(SopClass.ENHANCED_CT_IMAGE_STORAGE)
        || sopClass.equals(SopClass.LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE);
  }

  /** The places of all frames. */
  static List<SliceHeader> headers(DataSet dataSet) throws SeriesRefusedException {
    FrameReader reader = new FrameReader(dataSet);
    List<SliceHeader> headers = new ArrayList<>();
    for (int frame = 0; frame < reader.frameCount(); frame++) {
      headers.add(reader.header(frame));
    }
    return headers;
  }

  /** The places of all frames but localizers, and how their values become HU. */
  static Frames frames(DataSet dataSet) throws SeriesRefusedException {
    FrameReader reader = new FrameReader(dataSet);
    int count = reader.frameCount();
    List<Frame> frames = new ArrayList<>();
    int localizers = 0;
    for (int frame = 0; frame < count; frame++) {
      if (reader.multiFrame && Suitability.isLocalizer(reader.imageType(frame))) {
        localizers++;
      } else {
        frames.add(reader.frame(frame));
      }
    }
    if (frames.isEmpty()) {
      throw refused(
          RefusalReason.LOCALIZER,
          "All %d frames of %s are localizers.",
          localizers,
          reader.instanceName());
    }
    return new Frames(List.copyOf(frames), localizers);
  }

  private int frameCount() throws SeriesRefusedException {
    Integer frames = integerOrNull(root, Tag.NumberOfFrames);
    if (multiFrame) {
      if (perFrame.isEmpty() || (frames != null && frames != perFrame.size())) {
        throw refused(
            RefusalReason.NO_GEOMETRY,
            "%s says it has %s frames but describes %d of them.",
            capital(name(0)),
            frames == null ? "no number of" : frames.toString(),
            perFrame.size());
      }
      if (perFrame.size() > MAX_FRAMES) {
        throw refused(
            RefusalReason.TOO_LARGE,
            "%s has %d frames; at most %d are read.",
            capital(instanceName()),
            perFrame.size(),
            MAX_FRAMES);
      }
      return perFrame.size();
    }
    if (frames != null && frames > 1) {
      throw refused(
          RefusalReason.NO_GEOMETRY,
          "%s has %d frames, but its SOP class has no place to say where each of them is.",
          capital(name(0)),
          frames);
    }
    return 1;
  }

  private SliceHeader header(int frame) throws SeriesRefusedException {
    String name = name(frame);
    int rows = required(Tag.Rows, "Rows", name);
    int columns = required(Tag.Columns, "Columns", name);
    double[] position =
        numbers(
            frame,
            Tag.PlanePositionSequence,
            Tag.ImagePositionPatient,
            "Image Position (Patient)",
            3,
            name);
    double[] orientation =
        numbers(
            frame,
            Tag.PlaneOrientationSequence,
            Tag.ImageOrientationPatient,
            "Image Orientation (Patient)",
            6,
            name);
    double[] spacing =
        numbers(frame, Tag.PixelMeasuresSequence, Tag.PixelSpacing, "Pixel Spacing", 2, name);
    if (!(spacing[0] > 0 && spacing[1] > 0)) {
      throw refused(
          RefusalReason.NO_GEOMETRY,
          "%s has a pixel spacing of %s x %s mm.",
          capital(name),
          spacing[0],
          spacing[1]);
    }
    Vec3 row = new Vec3(orientation[0], orientation[1], orientation[2]);
    Vec3 column = new Vec3(orientation[3], orientation[4], orientation[5]);
    requireDirections(row, column, name);
    Vec3 unitRow = unit(row);
    Vec3 unitColumn = unit(column.minus(unitRow.times(column.dot(unitRow))));
    DataSet content = multiFrame ? frameContent(frame) : root;
    return new SliceHeader(
        root.string(Tag.SOPInstanceUID).orElse(""),
        frame,
        instanceNumber,
        integerOrNull(content, multiFrame ? Tag.FrameAcquisitionNumber : Tag.AcquisitionNumber),
        content.string(Tag.StackID).orElse(null),
        integerOrNull(
            content, multiFrame ? Tag.TemporalPositionIndex : Tag.TemporalPositionIdentifier),
        rows,
        columns,
        new Vec3(position[0], position[1], position[2]),
        unitRow,
        unitColumn,
        spacing[0],
        spacing[1],
        decimalOrNull(
            group(frame, Tag.PixelMeasuresSequence, Tag.SliceThickness), Tag.SliceThickness),
        gantryTilt(frame),
        imageType(frame),
        root.string(Tag.FrameOfReferenceUID).orElse(null));
  }

  /** Frame Content is always of the frame itself, PS3.3 C.7.6.16.2.2. */
  private DataSet frameContent(int frame) {
    List<DataSet> items = perFrame.get(frame).items(Tag.FrameContentSequence);
    return items.isEmpty() ? new DataSet() : items.get(0);
  }

  /** Legacy Converted images keep what has no functional group of its own, PS3.3 C.7.6.16.2.26. */
  private Double gantryTilt(int frame) {
    int tag = Tag.GantryDetectorTilt;
    Double tilt = decimalOrNull(group(frame, Tag.CTAcquisitionDetailsSequence, tag), tag);
    if (tilt == null && multiFrame) {
      tilt =
          decimalOrNull(group(frame, Tag.UnassignedPerFrameConvertedAttributesSequence, tag), tag);
    }
    return tilt == null && multiFrame
        ? decimalOrNull(group(frame, Tag.UnassignedSharedConvertedAttributesSequence, tag), tag)
        : tilt;
  }

  private Frame frame(int frame) throws SeriesRefusedException {
    SliceHeader header = header(frame);
    DataSet rescale = group(frame, Tag.PixelValueTransformationSequence, Tag.RescaleIntercept);
    String name = name(frame);
    if (root.contains(Tag.ModalityLUTSequence)) {
      throw refused(
          RefusalReason.NOT_HOUNSFIELD,
          "%s converts its values by a Modality LUT, which CT images must not have.",
          capital(name));
    }
    String type = rescale.string(Tag.RescaleType).orElse("");
    boolean original =
        !header.imageType().isEmpty() && header.imageType().get(0).equalsIgnoreCase("ORIGINAL");
    if (!isHounsfield(type) && !(isUnspecified(type) && original)) {
      throw refused(
          RefusalReason.NOT_HOUNSFIELD,
          "%s holds values of the Rescale Type '%s', not Hounsfield units%s.",
          capital(name),
          Suitability.printable(type),
          original ? "" : ", and is not an original image");
    }
    double slope = rescaleNumber(rescale, Tag.RescaleSlope, "Rescale Slope", name);
    double intercept = rescaleNumber(rescale, Tag.RescaleIntercept, "Rescale Intercept", name);
    if (!(slope > 0)) {
      throw refused(
          RefusalReason.NOT_HOUNSFIELD,
          "%s has a Rescale Slope of %s; it must be positive.",
          capital(name),
          slope);
    }
    return new Frame(header, slope, intercept);
  }

  /** HU, in the spellings that scanners write; absent means HU for CT (PS3.3 C.8.2.1.1.2). */
  private static boolean isHounsfield(String rescaleType) {
    String type = rescaleType.toUpperCase(Locale.ROOT);
    return type.isEmpty()
        || type.equals("HU")
        || type.startsWith("HOUNSFIELD")
        || type.startsWith("HOUNDSFIELD");
  }

  /** "US" is what older scanners write for original images, whose values are HU by definition. */
  private static boolean isUnspecified(String rescaleType) {
    return rescaleType.equalsIgnoreCase("US");
  }

  private List<String> imageType(int frame) {
    if (!multiFrame) {
      return root.strings(Tag.ImageType);
    }
    List<String> type =
        group(frame, Tag.CTImageFrameTypeSequence, Tag.FrameType).strings(Tag.FrameType);
    List<String> values = new ArrayList<>(type.isEmpty() ? root.strings(Tag.ImageType) : type);
    int technique = Tag.VolumeBasedCalculationTechnique;
    values.addAll(typeOrRoot(frame, technique).stream().filter(v -> !v.equals("NONE")).toList());
    // Pixels of a geometrically distorted frame are not where its plane says, PS3.3 C.8.16.2.1.2.
    int properties = Tag.VolumetricProperties;
    values.addAll(
        typeOrRoot(frame, properties).stream().filter(v -> v.equals("DISTORTED")).toList());
    return values;
  }

  private List<String> typeOrRoot(int frame, int tag) {
    List<String> own = group(frame, Tag.CTImageFrameTypeSequence, tag).strings(tag);
    return own.isEmpty() ? root.strings(tag) : own;
  }

  /** The item that holds an attribute: of the frame, else shared; the data set if not enhanced. */
  private DataSet group(int frame, int sequence, int tag) {
    if (!multiFrame) {
      return root;
    }
    for (DataSet groups : List.of(perFrame.get(frame), shared)) {
      for (DataSet item : groups.items(sequence)) {
        if (item.contains(tag)) {
          return item;
        }
      }
    }
    return new DataSet();
  }

  private double[] numbers(int frame, int sequence, int tag, String keyword, int count, String name)
      throws SeriesRefusedException {
    double[] values;
    try {
      values = group(frame, sequence, tag).decimals(tag);
    } catch (DicomException e) {
      throw new SeriesRefusedException(
          RefusalReason.NO_GEOMETRY, capital(name) + ": " + e.getMessage(), e);
    }
    if (values.length != count || !Arrays.stream(values).allMatch(Double::isFinite)) {
      throw refused(
          RefusalReason.NO_GEOMETRY,
          values.length == 0
              ? "%s has no %s."
              : "%s has no valid %s: it needs %d finite numbers, found %d.",
          capital(name),
          keyword + " " + Tag.toString(tag),
          count,
          values.length);
    }
    return values;
  }

  private int required(int tag, String keyword, String name) throws SeriesRefusedException {
    Integer value = integerOrNull(root, tag);
    if (value == null || value <= 0) {
      throw refused(
          RefusalReason.NO_GEOMETRY, "%s has no valid number of %s.", capital(name), keyword);
    }
    return value;
  }

  private static void requireDirections(Vec3 row, Vec3 column, String name)
      throws SeriesRefusedException {
    double tolerance = VolumeGeometry.DIRECTION_TOLERANCE;
    if (Math.abs(row.length() - 1) > tolerance
        || Math.abs(column.length() - 1) > tolerance
        || Math.abs(row.dot(column)) > tolerance) {
      throw refused(
          RefusalReason.NO_GEOMETRY,
          "%s has an invalid Image Orientation (Patient): its directions have the lengths %.4f and"
              + " %.4f and the cosine %.4f, where 1, 1 and 0 are due (tolerance %.3f).",
          capital(name),
          row.length(),
          column.length(),
          row.dot(column),
          tolerance);
    }
  }

  private static double rescaleNumber(DataSet rescale, int tag, String keyword, String name)
      throws SeriesRefusedException {
    try {
      OptionalDouble value = rescale.decimal(tag);
      if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
        return value.getAsDouble();
      }
    } catch (DicomException e) {
      throw new SeriesRefusedException(
          RefusalReason.NOT_HOUNSFIELD, capital(name) + ": " + e.getMessage(), e);
    }
    throw refused(
        RefusalReason.NOT_HOUNSFIELD,
        "%s has no %s %s: its values cannot be converted to HU.",
        capital(name),
        keyword,
        Tag.toString(tag));
  }

  private static Integer integerOrNull(DataSet dataSet, int tag) {
    try {
      OptionalInt value = dataSet.integer(tag);
      return value.isPresent() ? value.getAsInt() : null;
    } catch (DicomException e) {
      return null; // an optional attribute that is malformed says nothing
    }
  }

  private static Double decimalOrNull(DataSet dataSet, int tag) {
    try {
      OptionalDouble value = dataSet.decimal(tag);
      return value.isPresent() && Double.isFinite(value.getAsDouble()) ? value.getAsDouble() : null;
    } catch (DicomException e) {
      return null; // an optional attribute that is malformed says nothing
    }
  }

  private String name(int frame) {
    String instance = instanceName();
    return multiFrame ? "frame " + (frame + 1) + " of " + instance : instance;
  }

  private String instanceName() {
    return instanceNumber == null ? "an instance without number" : "instance " + instanceNumber;
  }

  private static Vec3 unit(Vec3 v) {
    return v.times(1 / v.length());
  }

  static String capital(String text) {
    return text.substring(0, 1).toUpperCase(Locale.ROOT) + text.substring(1);
  }

  private static SeriesRefusedException refused(
      RefusalReason reason, String pattern, Object... values) {
    return new SeriesRefusedException(reason, String.format(Locale.ROOT, pattern, values));
  }
}
