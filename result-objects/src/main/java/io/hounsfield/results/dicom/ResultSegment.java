// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Segment;
import io.hounsfield.results.ResultCase;
import java.util.List;

/** The segments of the binary segmentation, and how segments are described. */
enum ResultSegment {
  RIGHT_LUNG(1, "right-lung", Segment.RIGHT_LUNG, 0x009E73),
  LEFT_LUNG(2, "left-lung", Segment.LEFT_LUNG, 0xF0E442),
  GROUND_GLASS(3, "ground-glass", Segment.GROUND_GLASS, 0x56B4E9),
  CONSOLIDATION(4, "consolidation", Segment.CONSOLIDATION, 0xD55E00);

  private static final List<ResultSegment> ALL = List.of(values());

  private final int number;
  private final String key;
  private final Segment segment;
  private final int rgb;

  /**
   * @param rgb colours of Okabe and Ito, which colour-blind readers can tell apart; ground glass
   *     and consolidation as in the overview picture
   */
  ResultSegment(int number, String key, Segment segment, int rgb) {
    this.number = number;
    this.key = key;
    this.segment = segment;
    this.rgb = rgb;
  }

  static List<ResultSegment> all() {
    return ALL;
  }

  /** Segment Number (0062,0004) in the binary segmentation; the same in each. */
  int number() {
    return number;
  }

  /** Value in its label map. */
  int labelValue() {
    return segment.value();
  }

  String label() {
    return segment.label();
  }

  CodedConcept type() {
    return segment.type();
  }

  /** sRGB, {@code 0xRRGGBB}. */
  int rgb() {
    return rgb;
  }

  boolean isLung() {
    return this == RIGHT_LUNG || this == LEFT_LUNG;
  }

  /** The label map that holds it. */
  LabelMap labels(ResultCase result) {
    return isLung() ? result.lungs() : result.lesions();
  }

  /** Tracking UID (0062,0021): the same in segmentation and report, in all versions. */
  String trackingUid(QuantificationReport report) {
    return ResultUids.tracking(report.analysisId(), key);
  }

  /** Item of Segment Sequence, PS3.3 tables C.8.20-2 and C.8.20-4. */
  DataSet describe(QuantificationReport report, int segmentNumber) {
    DataSet type = Codes.item(segment.type());
    if (segment.laterality() != null) {
      type.putItems(
          Tag.SegmentedPropertyTypeModifierCodeSequence, Codes.item(segment.laterality()));
    }
    DataSet item =
        describe(
            report,
            segmentNumber,
            segment.label(),
            isLung() ? Codes.ANATOMICAL_STRUCTURE : Codes.MORPHOLOGICALLY_ABNORMAL_STRUCTURE,
            type);
    if (!isLung()) {
      item.putItems(Tag.AnatomicRegionSequence, Codes.item(Codes.LUNG));
    }
    return item.put(Tag.TrackingID, VR.UT, segment.label())
        .put(Tag.TrackingUID, VR.UI, trackingUid(report))
        .putInts(Tag.RecommendedDisplayCIELabValue, VR.US, CieLab.ofRgb(rgb));
  }

  /** What no segment of a label map holds: value 0, which must be described like the others. */
  static DataSet describeBackground(QuantificationReport report) {
    return describe(report, 0, "Background", Codes.SPATIAL_CONCEPT, Codes.item(Codes.BACKGROUND));
  }

  private static DataSet describe(
      QuantificationReport report,
      int segmentNumber,
      String label,
      CodedConcept category,
      DataSet type) {
    ModelIdentity model = report.model();
    return new DataSet()
        .putInts(Tag.SegmentNumber, VR.US, segmentNumber)
        .put(Tag.SegmentLabel, VR.LO, label)
        .put(Tag.SegmentAlgorithmType, VR.CS, "AUTOMATIC")
        .put(Tag.SegmentAlgorithmName, VR.LO, Ascii.cut(model.name(), 64))
        .putItems(
            Tag.SegmentationAlgorithmIdentificationSequence,
            new DataSet()
                .putItems(
                    Tag.AlgorithmFamilyCodeSequence, Codes.item(Codes.ARTIFICIAL_INTELLIGENCE))
                .put(Tag.AlgorithmName, VR.LO, Ascii.cut(model.name(), 64))
                .put(Tag.AlgorithmVersion, VR.LO, Ascii.cut(model.version(), 64))
                .put(Tag.AlgorithmSource, VR.LO, ObjectHeader.MANUFACTURER)
                .put(Tag.AlgorithmParameters, VR.LT, parameters(model)))
        .putItems(Tag.SegmentedPropertyCategoryCodeSequence, Codes.item(category))
        .putItems(Tag.SegmentedPropertyTypeCodeSequence, type);
  }

  /** Which weights made the segments, in words. */
  static String parameters(ModelIdentity model) {
    return Ascii.of("weights " + model.variant() + ", SHA-256 " + model.sha256());
  }
}
