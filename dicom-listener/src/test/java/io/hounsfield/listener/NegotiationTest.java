// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Which presentation contexts are accepted, and in which transfer syntax: PS3.8 9.3.2 and 9.3.3.
 */
class NegotiationTest {
  private static final String DICOM = "1.2.840.10008.1.2";
  private static final String CT = SopClass.CT_IMAGE_STORAGE;

  private static Pdu.ContextResult answer(String abstractSyntax, List<String> syntaxes)
      throws PduException {
    Pdu.AssociateRq request =
        new Pdu.AssociateRq(
            1,
            "HOUNSFIELD",
            "PEER",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(new Pdu.ProposedContext(1, abstractSyntax, syntaxes)),
            new Pdu.UserInformation(16384, "1.2.3", null, Optional.empty(), List.of()));
    return Negotiation.accept(request, DicomNodeOptions.builder().build(), Optional.empty(), false)
        .accept()
        .contexts()
        .get(0);
  }

  private static void assertAccepted(String chosen, Pdu.ContextResult result) {
    assertEquals(Pdu.ContextResult.ACCEPTANCE, result.result());
    assertEquals(chosen, result.transferSyntax());
  }

  /** The table of the conformance statement. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "", ".1", ".1.99", ".2", ".5", ".4.50", ".4.51", ".4.57", ".4.70", ".4.80", ".4.81",
        ".4.90", ".4.91", ".4.201", ".4.202", ".4.203"
      })
  void whatCanBeDecodedIsAccepted(String end) throws PduException {
    TransferSyntax syntax = TransferSyntax.of(DICOM + end).orElseThrow();
    assumeTrue(PixelDecoders.supports(syntax), "no native decoders for this system");
    assertAccepted(syntax.uid(), answer(CT, List.of(syntax.uid())));
  }

  @Test
  void nothingElseIsAccepted() throws PduException {
    int count = 0;
    for (TransferSyntax syntax : TransferSyntax.values()) {
      boolean accepted = answer(CT, List.of(syntax.uid())).result() == Pdu.ContextResult.ACCEPTANCE;
      assertEquals(PixelDecoders.supports(syntax), accepted, syntax.uid());
      count += accepted ? 1 : 0;
    }
    assertTrue(count <= 16, count + " are accepted, the statement names 16");
  }

  /** JPEG 2000 part 2, JPIP, JPEG XL, Deflated Image Frame, MPEG-2, and what nobody knows. */
  @ParameterizedTest
  @ValueSource(strings = {".4.92", ".4.93", ".4.94", ".4.95", ".4.110", ".8.1", ".4.100", ".999"})
  void otherTransferSyntaxesAreNot(String end) throws PduException {
    assertEquals(
        Pdu.ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED,
        answer(CT, List.of(DICOM + end)).result());
  }

  /** UIDs without the root of DICOM's own. */
  @ParameterizedTest
  @CsvSource({
    "'.4.90,.4.80', .4.90",
    "'.4.80,.4.90', .4.80",
    "'.999,.4.70,.1', .4.70",
    "',.4.70', ''",
    "',.1', .1",
    "'.2,.1', .1",
    "'.1.99,,.1', .1",
    "'.1,.4.90', .1"
  })
  void theFirstIsTakenButExplicitLittleEndianInsteadOfAnotherUncompressedOne(
      String proposed, String chosen) throws PduException {
    List<String> syntaxes = new ArrayList<>();
    for (String end : proposed.split(",", -1)) {
      syntaxes.add(DICOM + end);
    }
    assertAccepted(DICOM + chosen, answer(CT, syntaxes));
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.840.10008.5.1.4.1.1.2, true",
    "1.2.840.10008.5.1.4.1.1.2.1, true",
    "1.2.840.10008.5.1.4.1.1.2.2, true",
    "1.2.840.10008.1.1, true",
    "1.2.840.10008.1.20.1, true",
    "1.2.840.10008.5.1.4.1.1.4, false",
    "1.2.840.10008.5.1.4.1.1.7, false",
    "1.2.840.10008.5.1.4.1.1.66.4, false",
    "1.2.840.10008.5.1.4.1.1.88.34, false",
    "1.2.840.10008.5.1.4.1.1.104.1, false",
    "1.2.840.10008.5.1.4.1.2.2.1, false",
    "1.2.840.10008.5.1.4.31, false",
    "1.2.3, false"
  })
  void theClassesAreThoseOfTheStatement(String abstractSyntax, boolean accepted)
      throws PduException {
    assertEquals(
        accepted ? Pdu.ContextResult.ACCEPTANCE : Pdu.ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED,
        answer(abstractSyntax, List.of(DICOM)).result());
  }

  /** PS3.7 D.3.3.5 and D.3.3.6: who does not support it does not answer. */
  @Test
  void extendedNegotiationIsNotAnswered() throws PduException {
    ByteBuffer uid = ByteBuffer.allocate(2 + CT.length() + 6);
    uid.putShort((short) CT.length()).put(CT.getBytes(StandardCharsets.US_ASCII));
    Pdu.AssociateRq request =
        new Pdu.AssociateRq(
            1,
            "HOUNSFIELD",
            "PEER",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(new Pdu.ProposedContext(1, CT, List.of(DICOM))),
            new Pdu.UserInformation(
                16384,
                "1.2.3",
                null,
                Optional.empty(),
                List.of(new Pdu.SubItem(0x56, uid.rewind()))));
    Pdu.AssociateAc accept =
        Negotiation.accept(request, DicomNodeOptions.builder().build(), Optional.empty(), false)
            .accept();
    assertEquals(List.of(), accept.userInformation().others());
  }

  @Test
  void verificationAndStorageCommitmentTakeTheTwoPlainSyntaxesOnly() throws PduException {
    for (String plain : List.of(SopClass.VERIFICATION, SopClass.STORAGE_COMMITMENT_PUSH_MODEL)) {
      assertAccepted(DICOM, answer(plain, List.of(DICOM)));
      assertAccepted(DICOM + ".1", answer(plain, List.of(DICOM + ".1")));
      for (String end : List.of(".2", ".1.99", ".4.70")) {
        assertEquals(
            Pdu.ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED,
            answer(plain, List.of(DICOM + end)).result());
      }
    }
  }
}
