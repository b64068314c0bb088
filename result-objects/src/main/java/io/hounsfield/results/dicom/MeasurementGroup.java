// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static io.hounsfield.results.dicom.ContentItem.Relation.CONTAINS;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_CONCEPT_MOD;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_OBS_CONTEXT;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_PROPERTIES;

import io.hounsfield.domain.CodedConcept;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultCodes;
import io.hounsfield.results.ResultKind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * TID 1411, Volumetric ROI Measurements and Qualitative Evaluations: one group for each lung region
 * and each kind of opacity, on segments of the segmentation.
 */
final class MeasurementGroup {

  private static final String TEMPLATE = "1411";

  private final QuantificationReport report;
  private final ContentItem group;

  private MeasurementGroup(
      ResultCase result,
      String trackingIdentifier,
      String trackingUid,
      CodedConcept finding,
      CodedConcept laterality,
      ResultSegment... segments) {
    this.report = result.report();
    ContentItem site = ContentItem.code(Codes.FINDING_SITE, Codes.LUNG);
    site.with(HAS_CONCEPT_MOD, ContentItem.code(Codes.LATERALITY, laterality));
    this.group =
        ContentItem.container(Codes.MEASUREMENT_GROUP, TEMPLATE)
            .with(HAS_OBS_CONTEXT, ContentItem.text(Codes.TRACKING_IDENTIFIER, trackingIdentifier))
            .with(HAS_OBS_CONTEXT, ContentItem.uid(Codes.TRACKING_UID, trackingUid))
            .with(CONTAINS, ContentItem.code(Codes.FINDING, finding))
            .with(
                CONTAINS,
                ContentItem.image(
                    Codes.REFERENCED_SEGMENT,
                    ResultKind.SEGMENTATION.sopClassUid(),
                    ResultUids.instance(
                        report.analysisId(), report.version(), ResultKind.SEGMENTATION, 1),
                    Arrays.stream(segments).mapToInt(ResultSegment::number).toArray()))
            .with(
                CONTAINS,
                ContentItem.uid(
                    Codes.SOURCE_SERIES_FOR_SEGMENTATION, ResultUids.sourceSeries(result)))
            .with(HAS_CONCEPT_MOD, site);
  }

  /** The groups of a report: three regions, three findings. */
  static List<ContentItem> all(ResultCase result) {
    List<ContentItem> groups = new ArrayList<>();
    for (Region region : Region.values()) {
      groups.add(ofRegion(result, region));
    }
    groups.add(ofOpacity(result));
    groups.add(ofGroundGlass(result));
    groups.add(ofConsolidation(result));
    return groups;
  }

  private static ContentItem ofRegion(ResultCase result, Region region) {
    MeasurementGroup group =
        switch (region) {
          case BOTH_LUNGS ->
              new MeasurementGroup(
                  result,
                  region.title(),
                  ResultUids.tracking(result.report().analysisId(), "both-lungs"),
                  Codes.LUNG,
                  Codes.BILATERAL,
                  ResultSegment.RIGHT_LUNG,
                  ResultSegment.LEFT_LUNG);
          case RIGHT_LUNG -> ofLung(result, ResultSegment.RIGHT_LUNG, Codes.RIGHT);
          case LEFT_LUNG -> ofLung(result, ResultSegment.LEFT_LUNG, Codes.LEFT);
        };
    for (Quantity quantity : Quantity.values()) {
      group.group.with(
          CONTAINS,
          group.number(
              ResultCodes.standard(quantity).orElseGet(() -> ResultCodes.own(quantity)),
              unit(quantity),
              group.report.regions().get(region).get(quantity)));
      if (region == Region.BOTH_LUNGS
          && quantity == Quantity.OPACITY_PERCENT
          && group.report.confidence() instanceof Confidence.Stated stated) {
        group.group.with(
            CONTAINS,
            group.number(
                ResultCodes.errorBound(),
                Codes.PERCENT,
                Measurement.of(stated.opacityPercentErrorBound())));
      }
    }
    return group.group;
  }

  private static MeasurementGroup ofLung(
      ResultCase result, ResultSegment segment, CodedConcept laterality) {
    return new MeasurementGroup(
        result,
        segment.label(),
        segment.trackingUid(result.report()),
        Codes.LUNG,
        laterality,
        segment);
  }

  private static ContentItem ofOpacity(ResultCase result) {
    MeasurementGroup group =
        new MeasurementGroup(
            result,
            "Opacity",
            ResultUids.tracking(result.report().analysisId(), "opacity"),
            Codes.OPACITY,
            Codes.BILATERAL,
            ResultSegment.GROUND_GLASS,
            ResultSegment.CONSOLIDATION);
    RegionMeasurements both = group.bothLungs();
    group.add(Codes.VOLUME, Quantity.OPACITY_VOLUME, both.get(Quantity.OPACITY_VOLUME));
    group.add(
        ResultCodes.own(Quantity.OPACITY_PERCENT),
        Quantity.OPACITY_PERCENT,
        both.get(Quantity.OPACITY_PERCENT));
    group.add(Codes.MEAN_ATTENUATION, Quantity.MEAN_HU_OPACITY, both.get(Quantity.MEAN_HU_OPACITY));
    group.add(Codes.SD_ATTENUATION, Quantity.SD_HU_OPACITY, both.get(Quantity.SD_HU_OPACITY));
    return group.group;
  }

  private static ContentItem ofGroundGlass(ResultCase result) {
    MeasurementGroup group = ofLesion(result, ResultSegment.GROUND_GLASS);
    RegionMeasurements both = group.bothLungs();
    // Opacity is ground glass and high opacity, without a rest.
    group.add(
        Codes.VOLUME,
        Quantity.OPACITY_VOLUME,
        difference(both.get(Quantity.OPACITY_VOLUME), both.get(Quantity.HIGH_OPACITY_VOLUME)));
    group.add(
        Codes.GROUND_GLASS_PERCENT,
        Quantity.OPACITY_PERCENT,
        difference(both.get(Quantity.OPACITY_PERCENT), both.get(Quantity.HIGH_OPACITY_PERCENT)));
    return group.group;
  }

  private static ContentItem ofConsolidation(ResultCase result) {
    MeasurementGroup group = ofLesion(result, ResultSegment.CONSOLIDATION);
    RegionMeasurements both = group.bothLungs();
    group.add(Codes.VOLUME, Quantity.HIGH_OPACITY_VOLUME, both.get(Quantity.HIGH_OPACITY_VOLUME));
    group.add(
        ResultCodes.own(Quantity.HIGH_OPACITY_PERCENT),
        Quantity.HIGH_OPACITY_PERCENT,
        both.get(Quantity.HIGH_OPACITY_PERCENT));
    return group.group;
  }

  private static MeasurementGroup ofLesion(ResultCase result, ResultSegment segment) {
    return new MeasurementGroup(
        result,
        segment.label(),
        segment.trackingUid(result.report()),
        segment.type(),
        Codes.BILATERAL,
        segment);
  }

  private RegionMeasurements bothLungs() {
    return report.regions().get(Region.BOTH_LUNGS);
  }

  private void add(CodedConcept name, Quantity like, Measurement measurement) {
    group.with(CONTAINS, number(name, unit(like), measurement));
  }

  private ContentItem number(CodedConcept name, CodedConcept unit, Measurement measurement) {
    if (measurement instanceof Measurement.Value value) {
      return identified(ContentItem.number(name, value.value(), unit));
    }
    return identified(ContentItem.noNumber(name, Codes.VALUE_INDETERMINATE))
        .with(
            HAS_PROPERTIES,
            ContentItem.text(
                Codes.NOT_MEASURED_REASON, ((Measurement.NotMeasured) measurement).reason()));
  }

  /** TID 4019, Algorithm Identification, where TID 1419 has it: below each measurement. */
  private ContentItem identified(ContentItem number) {
    ModelIdentity model = report.model();
    return number
        .with(HAS_CONCEPT_MOD, ContentItem.text(Codes.ALGORITHM_NAME, model.name()))
        .with(HAS_CONCEPT_MOD, ContentItem.text(Codes.ALGORITHM_VERSION, model.version()))
        .with(
            HAS_CONCEPT_MOD,
            ContentItem.text(
                Codes.ALGORITHM_PARAMETERS,
                ResultSegment.parameters(model) + "; software " + report.softwareVersion()));
  }

  private static Measurement difference(Measurement all, Measurement part) {
    if (all instanceof Measurement.Value a && part instanceof Measurement.Value p) {
      return Measurement.of(Math.max(0, a.value() - p.value()));
    }
    return all instanceof Measurement.NotMeasured ? all : part;
  }

  /** 1 mL is 1 cm3, the unit of CID 7462. */
  private static CodedConcept unit(Quantity quantity) {
    return switch (quantity.unit()) {
      case "mL" -> Codes.CUBIC_CENTIMETER;
      case "%" -> Codes.PERCENT;
      case "HU" -> Codes.HOUNSFIELD_UNIT;
      default -> throw new IllegalStateException("no UCUM unit for " + quantity);
    };
  }
}
