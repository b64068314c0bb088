// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static io.hounsfield.results.dicom.ContentItem.Relation.CONTAINS;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_ACQ_CONTEXT;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_CONCEPT_MOD;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_OBS_CONTEXT;
import static io.hounsfield.results.dicom.ContentItem.Relation.HAS_PROPERTIES;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Warning;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultCodes;
import io.hounsfield.results.ResultKind;
import java.io.IOException;
import java.io.OutputStream;
import java.util.Locale;

/**
 * Comprehensive 3D SR, PS3.3 annex A.35.13: TID 1500, Measurement Report, with the numbers of the
 * report to the last digit. What was not measured is a measurement without a value, with the
 * reason.
 *
 * <p>A later version of an analysis is a new document in the same series that names the one it
 * replaces (Predecessor Documents Sequence, PS3.3 section C.17.2).
 */
public final class StructuredReportWriter {

  private static final ResultKind KIND = ResultKind.STRUCTURED_REPORT;

  private StructuredReportWriter() {}

  /** Writes the DICOM file. */
  public static void write(ResultCase result, OutputStream out) throws IOException {
    DataSet object = ObjectHeader.of(result, KIND, 1);
    object
        .putItems(Tag.ReferencedPerformedProcedureStepSequence)
        .putItems(Tag.CodingSchemeIdentificationSequence, Codes.schemeIdentification())
        .put(Tag.CompletionFlag, VR.CS, "COMPLETE")
        .put(Tag.VerificationFlag, VR.CS, "UNVERIFIED")
        .put(Tag.PreliminaryFlag, VR.CS, "PRELIMINARY")
        .putItems(Tag.PerformedProcedureCodeSequence)
        .putItems(Tag.CurrentRequestedProcedureEvidenceSequence, evidence(result));
    putPredecessor(object, result);
    DataSet root = measurementReport(result).encode();
    object.copy(root, root.tags().stream().mapToInt(Integer::intValue).toArray());
    ObjectFile.write(object, out);
  }

  /** Everything that the document refers to, in its own study. */
  private static DataSet evidence(ResultCase result) {
    QuantificationReport report = result.report();
    ResultKind segmentation = ResultKind.SEGMENTATION;
    return new DataSet()
        .put(Tag.StudyInstanceUID, VR.UI, ResultUids.study(result))
        .putItems(
            Tag.ReferencedSeriesSequence,
            new DataSet()
                .put(Tag.SeriesInstanceUID, VR.UI, ResultUids.sourceSeries(result))
                .putItems(Tag.ReferencedSOPSequence, SourceReferences.instanceItems(result)),
            new DataSet()
                .put(
                    Tag.SeriesInstanceUID,
                    VR.UI,
                    ResultUids.series(report.analysisId(), segmentation))
                .putItems(
                    Tag.ReferencedSOPSequence,
                    SourceReferences.instance(
                        segmentation.sopClassUid(),
                        ResultUids.instance(
                            report.analysisId(), report.version(), segmentation, 1))));
  }

  private static void putPredecessor(DataSet object, ResultCase result) {
    if (result.predecessorVersion() == 0) {
      return;
    }
    String analysisId = result.report().analysisId();
    object.putItems(
        Tag.PredecessorDocumentsSequence,
        new DataSet()
            .put(Tag.StudyInstanceUID, VR.UI, ResultUids.study(result))
            .putItems(
                Tag.ReferencedSeriesSequence,
                new DataSet()
                    .put(Tag.SeriesInstanceUID, VR.UI, ResultUids.series(analysisId, KIND))
                    .putItems(
                        Tag.ReferencedSOPSequence,
                        SourceReferences.instance(
                            KIND.sopClassUid(),
                            ResultUids.instance(
                                analysisId, result.predecessorVersion(), KIND, 1)))));
  }

  /** TID 1500, Measurement Report. */
  private static ContentItem measurementReport(ResultCase result) {
    QuantificationReport report = result.report();
    String serialNumber = ObjectHeader.serialNumber(report);
    ContentItem measurements = ContentItem.container(Codes.IMAGING_MEASUREMENTS);
    MeasurementGroup.all(result).forEach(group -> measurements.with(CONTAINS, group));
    return ContentItem.container(Codes.IMAGING_MEASUREMENT_REPORT, "1500")
        // TID 1204, Language of Content Item and Descendants
        .with(HAS_CONCEPT_MOD, ContentItem.code(Codes.LANGUAGE, Codes.ENGLISH))
        // TID 1001 and 1004, Observation Context: a device
        .with(HAS_OBS_CONTEXT, ContentItem.code(Codes.OBSERVER_TYPE, Codes.DEVICE))
        .with(HAS_OBS_CONTEXT, ContentItem.uid(Codes.DEVICE_UID, ResultUids.device(serialNumber)))
        .with(HAS_OBS_CONTEXT, ContentItem.text(Codes.DEVICE_NAME, ObjectHeader.MANUFACTURER))
        .with(
            HAS_OBS_CONTEXT, ContentItem.text(Codes.DEVICE_MANUFACTURER, ObjectHeader.MANUFACTURER))
        .with(HAS_OBS_CONTEXT, ContentItem.text(Codes.DEVICE_MODEL, ObjectHeader.MODEL_NAME))
        .with(HAS_OBS_CONTEXT, ContentItem.text(Codes.DEVICE_SERIAL, serialNumber))
        .with(HAS_CONCEPT_MOD, ContentItem.code(Codes.PROCEDURE_REPORTED, Codes.CT_CHEST))
        .with(CONTAINS, imageLibrary(result))
        .with(CONTAINS, measurements)
        .with(CONTAINS, evaluations(report));
  }

  /** TID 1600, Image Library: the source images with what they have in common. */
  private static ContentItem imageLibrary(ResultCase result) {
    ContentItem group =
        ContentItem.container(Codes.IMAGE_LIBRARY_GROUP)
            .with(HAS_ACQ_CONTEXT, ContentItem.code(Codes.MODALITY, Codes.CT))
            .with(HAS_ACQ_CONTEXT, ContentItem.code(Codes.TARGET_REGION, Codes.CHEST));
    result
        .source()
        .attributes()
        .string(Tag.FrameOfReferenceUID)
        .ifPresent(
            uid -> group.with(HAS_ACQ_CONTEXT, ContentItem.uid(Codes.FRAME_OF_REFERENCE, uid)));
    SourceReferences.instances(result)
        .forEach(
            (instance, sopClass) ->
                group.with(CONTAINS, ContentItem.image(null, sopClass, instance)));
    return ContentItem.container(Codes.IMAGE_LIBRARY, "1600").with(CONTAINS, group);
  }

  /** What qualifies the numbers: intended use, confidence, warnings. */
  private static ContentItem evaluations(QuantificationReport report) {
    ContentItem evaluations =
        ContentItem.container(Codes.QUALITATIVE_EVALUATIONS)
            .with(CONTAINS, ContentItem.text(Codes.INTENDED_USE, ObjectHeader.NOTICE));
    if (report.confidence() instanceof Confidence.Stated stated) {
      String level = stated.level().key();
      evaluations.with(
          CONTAINS,
          ContentItem.code(
                  ResultCodes.confidence(),
                  ResultCodes.own(
                      "CONF_" + level.toUpperCase(Locale.ROOT),
                      level.substring(0, 1).toUpperCase(Locale.ROOT)
                          + level.substring(1)
                          + " confidence"))
              .with(HAS_PROPERTIES, ContentItem.text(Codes.CONFIDENCE_BASIS, stated.basis())));
    } else if (report.confidence() instanceof Confidence.NotStated absent) {
      evaluations.with(CONTAINS, ContentItem.text(ResultCodes.confidence(), absent.reason()));
    }
    for (Warning warning : report.warnings()) {
      evaluations.with(
          CONTAINS,
          ContentItem.code(Codes.QUALITY_FINDING, Codes.warning(warning.code()))
              .with(HAS_PROPERTIES, ContentItem.text(Codes.COMMENT, warning.text())));
    }
    return evaluations;
  }
}
