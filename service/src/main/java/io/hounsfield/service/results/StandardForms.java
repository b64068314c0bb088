// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import io.hounsfield.results.ResultObject;
import io.hounsfield.results.ResultObjects;
import io.hounsfield.results.document.PdfReport;
import io.hounsfield.results.export.ExportRow;
import io.hounsfield.results.export.ResearchExport;
import io.hounsfield.results.fhir.FhirBundle;
import io.hounsfield.results.hl7.OruMessage;
import io.hounsfield.results.text.Findings;
import io.hounsfield.results.text.Language;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** The forms that the results module knows. */
public final class StandardForms {
  private StandardForms() {}

  /**
   * All forms.
   *
   * @param language of the words for people
   */
  public static List<ResultForm> all(Language language) {
    return List.of(
        dicom(ObjectKind.SEG, Set.of(ResultKind.SEGMENTATION)),
        dicom(ObjectKind.SR, Set.of(ResultKind.STRUCTURED_REPORT)),
        dicom(ObjectKind.KEY_IMAGES, Set.of(ResultKind.KEY_IMAGES)),
        dicom(
            ObjectKind.SEG_LABEL_MAP,
            Set.of(ResultKind.LUNG_LABEL_MAP, ResultKind.LESION_LABEL_MAP)),
        new Document(language),
        new FindingsText(),
        ResultForm.file(
            ObjectKind.FHIR,
            "report.fhir.json",
            c -> FhirBundle.encode(c.report(), language, FhirBundle.Kind.TRANSACTION, null)),
        ResultForm.file(
            ObjectKind.HL7, "report.hl7", c -> OruMessage.encode(c.report(), language, null)),
        ResultForm.file(ObjectKind.CSV, "report.csv", c -> row(c.report())));
  }

  /**
   * The forms that are made after each report: all, but of label maps in DICOM, which are the
   * largest by far and which few archives take, only if a destination takes them.
   */
  public static List<ResultForm> of(Language language, Collection<Destination> destinations) {
    boolean labelMaps =
        destinations.stream().anyMatch(d -> d.kinds().contains(ObjectKind.SEG_LABEL_MAP));
    return all(language).stream()
        .filter(form -> labelMaps || !form.kinds().contains(ObjectKind.SEG_LABEL_MAP))
        .toList();
  }

  /** For researchers: without the patient's name and identifiers. */
  static byte[] row(QuantificationReport report) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ResearchExport.csv(
        List.of(new ExportRow.Measured(report)), ResearchExport.Identity.WITHOUT_PATIENT, out);
    return out.toByteArray();
  }

  private static ResultForm dicom(ObjectKind kind, Set<ResultKind> wanted) {
    return new ResultForm() {
      @Override
      public Set<ObjectKind> kinds() {
        return Set.of(kind);
      }

      @Override
      public void encode(ResultCase results, Sink sink) throws IOException {
        for (ResultObject object : ResultObjects.of(results, null, wanted)) {
          sink.accept(kind, object.fileName(), object::writeTo);
        }
      }
    };
  }

  /** Findings in every language: the page lets its reader choose. */
  private record FindingsText() implements ResultForm {
    @Override
    public Set<ObjectKind> kinds() {
      return Set.of(ObjectKind.FINDINGS);
    }

    @Override
    public void encode(ResultCase results, Sink sink) throws IOException {
      for (Language language : Language.values()) {
        sink.accept(
            ObjectKind.FINDINGS,
            "findings." + language.tag().toLowerCase(Locale.ROOT) + ".txt",
            Findings.text(results.report(), language).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  /** The report for people, plain and encapsulated. */
  private record Document(Language language) implements ResultForm {
    @Override
    public Set<ObjectKind> kinds() {
      return Set.of(ObjectKind.DOCUMENT, ObjectKind.PDF);
    }

    @Override
    public void encode(ResultCase results, Sink sink) throws IOException {
      byte[] pdf = PdfReport.encode(results, language);
      sink.accept(ObjectKind.DOCUMENT, "report.pdf", pdf);
      for (ResultObject object : ResultObjects.of(results, pdf, Set.of(ResultKind.PDF))) {
        sink.accept(ObjectKind.PDF, object.fileName(), object::writeTo);
      }
    }
  }
}
