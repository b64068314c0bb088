// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The report for people as Encapsulated PDF, PS3.3 annex A.45.1. */
public final class EncapsulatedPdfWriter {

  private static final byte[] SIGNATURE = "%PDF-".getBytes(StandardCharsets.US_ASCII);

  private EncapsulatedPdfWriter() {}

  /**
   * Writes the DICOM file.
   *
   * @param pdf the document; it shows the patient's name
   * @throws IllegalArgumentException if it is no PDF
   */
  public static void write(ResultCase result, byte[] pdf, OutputStream out) throws IOException {
    if (pdf.length < SIGNATURE.length
        || !Arrays.equals(pdf, 0, SIGNATURE.length, SIGNATURE, 0, SIGNATURE.length)) {
      throw new IllegalArgumentException("not a PDF: it does not start with %PDF-");
    }
    DataSet object = ObjectHeader.of(result, ResultKind.PDF, 1);
    object
        .put(Tag.ConversionType, VR.CS, "WSD")
        .put(Tag.BurnedInAnnotation, VR.CS, "YES")
        .put(Tag.AcquisitionDateTime, VR.DT)
        .putItems(Tag.SourceInstanceSequence, SourceReferences.instanceItems(result))
        .put(Tag.DocumentTitle, VR.ST, "Lung CT quantification - " + ObjectHeader.NOTICE)
        .putItems(Tag.ConceptNameCodeSequence, Codes.item(Codes.CT_REPORT))
        .put(Tag.VerificationFlag, VR.CS, "UNVERIFIED")
        .put(Tag.MIMETypeOfEncapsulatedDocument, VR.LO, "application/pdf")
        .putInts(Tag.EncapsulatedDocumentLength, VR.UL, pdf.length)
        .putBytes(Tag.EncapsulatedDocument, VR.OB, pdf);
    ObjectFile.write(object, out);
  }
}
