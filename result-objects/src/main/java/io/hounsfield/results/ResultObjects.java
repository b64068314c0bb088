// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.domain.LabelMap;
import io.hounsfield.results.dicom.EncapsulatedPdfWriter;
import io.hounsfield.results.dicom.KeyImageWriter;
import io.hounsfield.results.dicom.LabelMapWriter;
import io.hounsfield.results.dicom.ResultUids;
import io.hounsfield.results.dicom.SegmentationWriter;
import io.hounsfield.results.dicom.StructuredReportWriter;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The DICOM objects of one analysis. */
public final class ResultObjects {

  private ResultObjects() {}

  /**
   * The objects of the wanted kinds, in the order of {@link ResultKind}; nothing is encoded before
   * {@link ResultObject#writeTo}.
   *
   * @param pdf the report for people, for {@link ResultKind#PDF}; may be {@code null} where that
   *     kind is not wanted
   * @throws IllegalArgumentException if a PDF is wanted and there is none
   */
  public static List<ResultObject> of(
      ResultCase result, byte[] pdf, Collection<ResultKind> wanted) {
    List<ResultObject> objects = new ArrayList<>();
    for (ResultKind kind : ResultKind.values()) {
      if (wanted.contains(kind)) {
        objects.addAll(ofKind(result, pdf, kind));
      }
    }
    return objects;
  }

  private static List<ResultObject> ofKind(ResultCase result, byte[] pdf, ResultKind kind) {
    return switch (kind) {
      case SEGMENTATION ->
          List.of(object(result, kind, 1, out -> SegmentationWriter.write(result, out)));
      case STRUCTURED_REPORT ->
          List.of(object(result, kind, 1, out -> StructuredReportWriter.write(result, out)));
      case LUNG_LABEL_MAP -> List.of(labelMap(result, kind, result.lungs()));
      case LESION_LABEL_MAP -> List.of(labelMap(result, kind, result.lesions()));
      case PDF -> {
        if (pdf == null) {
          throw new IllegalArgumentException("no PDF was given to be encapsulated");
        }
        yield List.of(
            object(result, kind, 1, out -> EncapsulatedPdfWriter.write(result, pdf, out)));
      }
      case KEY_IMAGES -> {
        List<ResultObject> pictures = new ArrayList<>();
        KeyImageWriter writer = new KeyImageWriter(result);
        for (int number = 1; number <= writer.count(); number++) {
          int picture = number;
          pictures.add(object(result, kind, number, out -> writer.write(picture, out)));
        }
        yield pictures;
      }
    };
  }

  private static ResultObject labelMap(ResultCase result, ResultKind kind, LabelMap labels) {
    return object(result, kind, 1, out -> LabelMapWriter.write(result, kind, labels, out));
  }

  private static ResultObject object(
      ResultCase result, ResultKind kind, int number, ResultObject.Encoding encoding) {
    return new ResultObject(
        kind,
        number,
        ResultUids.study(result),
        ResultUids.series(result.report().analysisId(), kind),
        ResultUids.instance(result.report().analysisId(), result.report().version(), kind, number),
        encoding);
  }
}
