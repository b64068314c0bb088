// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PduCodecTest {

  static List<Pdu> examples() {
    Pdu.UserInformation plain =
        new Pdu.UserInformation(
            16384, "1.2.276.0.7230010.3.0.3.6.7", "OFFIS_DCMTK_367", Optional.empty(), List.of());
    Pdu.UserInformation rich =
        new Pdu.UserInformation(
            0xFFFFFFFFL,
            "2.25.1",
            null,
            Optional.of(new Pdu.AsynchronousOperations(0, 65535)),
            List.of(
                new Pdu.SubItem(0x54, ByteBuffer.wrap(new byte[] {0, 1, '1', 1, 0})),
                new Pdu.SubItem(0x58, ByteBuffer.wrap(new byte[] {1, 0, 0, 1, 'u', 0, 0}))));
    return List.of(
        new Pdu.AssociateRq(
            1,
            "ANY-SCP",
            "STORESCU",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(
                new Pdu.ProposedContext(1, "1.2.840.10008.1.1", List.of("1.2.840.10008.1.2")),
                new Pdu.ProposedContext(
                    255,
                    "1.2.840.10008.5.1.4.1.1.2",
                    List.of("1.2.840.10008.1.2.1", "1.2.840.10008.1.2"))),
            plain),
        new Pdu.AssociateRq(0xFFFF, "", "A B", "1.2.3", List.of(), rich),
        new Pdu.AssociateAc(
            1,
            "ANY-SCP",
            "STORESCU",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(
                new Pdu.ContextResult(1, 0, "1.2.840.10008.1.2"),
                new Pdu.ContextResult(3, 4, "1.2.840.10008.1.2")),
            rich),
        new Pdu.AssociateRj(2, 3, 2),
        new Pdu.PDataTf(
            List.of(
                new Pdu.Pdv(1, true, false, ByteBuffer.wrap(new byte[] {1, 2, 3, 4})),
                new Pdu.Pdv(255, false, true, ByteBuffer.wrap(new byte[0])))),
        new Pdu.ReleaseRq(),
        new Pdu.ReleaseRp(),
        new Pdu.Abort(2, 6));
  }

  private static Pdu decode(byte[] whole) throws PduException {
    return PduCodec.decode(whole[0] & 0xFF, ByteBuffer.wrap(whole, 6, whole.length - 6).slice());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void decodedAndEncodedAgainItIsTheSame(Pdu pdu) throws PduException {
    byte[] bytes = PduCodec.encode(pdu);
    assertEquals(bytes.length - 6, ByteBuffer.wrap(bytes).getInt(2));
    assertEquals(pdu, decode(bytes));
    assertArrayEquals(bytes, PduCodec.encode(decode(bytes)));
  }

  @Test
  void bytesAreThoseOfTheStandard() {
    assertHex("0300 00000004 00010107", new Pdu.AssociateRj(1, 1, 7));
    assertHex("0500 00000004 00000000", new Pdu.ReleaseRq());
    assertHex("0600 00000004 00000000", new Pdu.ReleaseRp());
    assertHex("0700 00000004 00000206", new Pdu.Abort(2, 6));
    assertHex(
        "0400 0000000a 00000006 05 03 01020304",
        new Pdu.PDataTf(
            List.of(new Pdu.Pdv(5, true, true, ByteBuffer.wrap(new byte[] {1, 2, 3, 4})))));
    ByteBuffer header = ByteBuffer.allocate(12);
    PduCodec.putDataHeader(header, 7, false, true, 256);
    assertEquals("0400000001060000010207" + "02", HexFormat.of().formatHex(header.array()));
  }

  private static void assertHex(String hex, Pdu pdu) {
    assertEquals(hex.replace(" ", ""), HexFormat.of().formatHex(PduCodec.encode(pdu)));
  }

  /** An A-ASSOCIATE-RQ for Verification, annotated after PS3.8 tables 9-11 to 9-16. */
  @Test
  void anAnnotatedRequestIsUnderstood() throws PduException {
    String hex =
        "0001" // protocol version
            + "0000" // reserved
            + "414e592d534350202020202020202020" // called ANY-SCP
            + "4543484f534355202020202020202020" // calling ECHOSCU
            + "00".repeat(32)
            + "10000015"
            + hex("1.2.840.10008.3.1.1.1") // application context
            + "2000002e"
            + "01000000" // presentation context 1
            + "30000011"
            + hex("1.2.840.10008.1.1") // abstract syntax
            + "40000011"
            + hex("1.2.840.10008.1.2") // transfer syntax
            + "50000012" // user information
            + "5100000400004000" // maximum length 16384
            + "52000006"
            + hex("1.2.33"); // implementation class
    byte[] body = HexFormat.of().parseHex(hex);
    Pdu.AssociateRq rq = (Pdu.AssociateRq) PduCodec.decode(1, ByteBuffer.wrap(body));
    assertEquals("ANY-SCP", rq.calledAeTitle());
    assertEquals("ECHOSCU", rq.callingAeTitle());
    assertEquals(
        List.of(new Pdu.ProposedContext(1, "1.2.840.10008.1.1", List.of("1.2.840.10008.1.2"))),
        rq.contexts());
    assertEquals(16384, rq.userInformation().maximumLength());
    assertEquals("1.2.33", rq.userInformation().implementationClassUid());
  }

  private static String hex(String text) {
    return HexFormat.of().formatHex(text.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
  }

  @Test
  void aPresentationContextIdMustBeOddAndUnique() {
    for (int[] ids : new int[][] {{2}, {0}, {1, 1}}) {
      List<Pdu.ProposedContext> contexts =
          java.util.Arrays.stream(ids)
              .mapToObj(id -> new Pdu.ProposedContext(id, "1.2", List.of("1.3")))
              .toList();
      Pdu.UserInformation user =
          new Pdu.UserInformation(0, "1.2", null, Optional.empty(), List.of());
      byte[] bytes = PduCodec.encode(new Pdu.AssociateRq(1, "A", "B", "1.2.3", contexts, user));
      PduException e = assertThrows(PduException.class, () -> decode(bytes));
      assertEquals(new Pdu.Abort(2, 6), e.abort());
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0x01, 0x02})
  void everyTruncationOfAnAssociatePduIsRefused(int type) {
    byte[] whole = PduCodec.encode(examples().get(type == 1 ? 0 : 2));
    for (int length = 0; length < whole.length - 6; length++) {
      ByteBuffer cut = ByteBuffer.wrap(whole, 6, length).slice();
      int at = length;
      try {
        Pdu decoded = PduCodec.decode(type, cut);
        // Cut between two items it is a shorter PDU, but user information is last: it is missing.
        throw new AssertionError("cut to " + at + " bytes decoded as " + decoded);
      } catch (PduException e) {
        assertTrue(e.getMessage().length() > 10, e.getMessage());
      }
    }
  }

  @Test
  void anUnknownTypeIsNamed() {
    PduException e =
        assertThrows(PduException.class, () -> PduCodec.decode(0x47, ByteBuffer.allocate(4)));
    assertEquals("PDU type 47H is unknown", e.getMessage());
    assertEquals(new Pdu.Abort(2, 1), e.abort());
  }

  @Test
  void rejectionsAndAbortsSayWhatTheyMean() {
    assertEquals("rejected (transient): local limit exceeded", new Pdu.AssociateRj(2, 3, 2).text());
    assertEquals(
        "rejected (permanent): called AE title not recognized",
        new Pdu.AssociateRj(1, 1, 7).text());
    assertEquals(
        "aborted by the service provider: invalid PDU parameter value", new Pdu.Abort(2, 6).text());
    assertEquals("aborted by the service user", new Pdu.Abort(0, 0).text());
  }
}
