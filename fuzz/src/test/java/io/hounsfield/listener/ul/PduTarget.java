// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import io.hounsfield.dicom.Words;
import io.hounsfield.fuzz.Bounds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * A stream of PDUs: read whole and in pieces, which must find the same; each PDU that was decoded
 * is encoded and decodes to the same. Input: a byte for the length of the pieces, then the stream.
 */
public final class PduTarget {
  private static final long MAX_LENGTH = 16384;
  private static final long BYTES_A_BYTE = 256;
  private static final long NANOS_A_BYTE = 100_000;

  private PduTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    Bounds.hold(bytes.length * BYTES_A_BYTE, bytes.length * NANOS_A_BYTE, () -> take(bytes));
  }

  private static void take(byte[] bytes) throws PduException {
    if (bytes.length == 0) {
      return;
    }
    ByteBuffer stream = ByteBuffer.wrap(bytes, 1, bytes.length - 1);
    Record whole = new Record();
    PduReader reader = new PduReader(MAX_LENGTH, whole);
    reader.feed(stream.duplicate());

    Record pieces = new Record();
    PduReader second = new PduReader(MAX_LENGTH, pieces);
    int step = 1 + (bytes[0] & 0xFF);
    for (int at = 1; at < bytes.length; at += step) {
      second.feed(ByteBuffer.wrap(bytes, at, Math.min(step, bytes.length - at)));
    }
    if (!whole.events.equals(pieces.events)) {
      throw new AssertionError("in pieces: " + pieces.events + " whole: " + whole.events);
    }
    if (reader.inPdu() != second.inPdu()) {
      throw new AssertionError("in pieces the stream ends elsewhere");
    }
    for (Pdu pdu : whole.pdus) {
      byte[] encoded = PduCodec.encode(pdu);
      ByteBuffer body =
          ByteBuffer.wrap(encoded, Pdu.HEADER_LENGTH, encoded.length - Pdu.HEADER_LENGTH);
      Pdu again = PduCodec.decode(encoded[0], body.slice());
      if (!again.equals(pdu)) {
        throw new AssertionError(pdu + " came back as " + again);
      }
    }
    // The decoder alone, with P-DATA-TF, which the reader hands on in pieces.
    int type = bytes[0] & 0xFF;
    try {
      Pdu pdu = PduCodec.decode(type, stream.slice());
      byte[] encoded = PduCodec.encode(pdu);
      Pdu again =
          PduCodec.decode(
              type,
              ByteBuffer.wrap(encoded, Pdu.HEADER_LENGTH, encoded.length - Pdu.HEADER_LENGTH)
                  .slice());
      if (!again.equals(pdu)) {
        throw new AssertionError(pdu + " came back as " + again);
      }
    } catch (PduException e) {
      // Refused, as it should be.
    }
  }

  /** What a reader found; the pieces of a value are joined, as they depend on the transport. */
  private static final class Record implements PduReader.Sink {
    final List<String> events = new ArrayList<>();
    final List<Pdu> pdus = new ArrayList<>();
    private int valueHash = 1;
    private long valueLength;

    @Override
    public void pdu(Pdu pdu) {
      events.add(pdu.toString());
      pdus.add(pdu);
    }

    @Override
    public void dataPdu() {
      events.add("data");
    }

    @Override
    public void fragment(
        int contextId, boolean command, boolean last, ByteBuffer piece, boolean end) {
      valueLength += piece.remaining();
      while (piece.hasRemaining()) {
        valueHash = 31 * valueHash + piece.get();
      }
      if (end) {
        events.add(contextId + " " + command + " " + last + " " + valueLength + " " + valueHash);
        valueHash = 1;
        valueLength = 0;
      }
    }

    @Override
    public void invalid(PduException fault) {
      events.add(fault.getMessage());
    }
  }

  public static List<byte[]> seeds() {
    Pdu.UserInformation user =
        new Pdu.UserInformation(
            16384,
            "1.2.3.4",
            "SEED",
            Optional.of(new Pdu.AsynchronousOperations(4, 1)),
            List.of(
                new Pdu.SubItem(0x54, ByteBuffer.wrap(new byte[] {0, 3, '1', '.', '2', 1, 1})),
                new Pdu.SubItem(
                    0x58, ByteBuffer.wrap(new byte[] {2, 1, 0, 2, 'm', 'e', 0, 2, 'p', 'w'}))));
    List<String> syntaxes = List.of("1.2.840.10008.1.2", "1.2.840.10008.1.2.1");
    Pdu request =
        new Pdu.AssociateRq(
            1,
            "HOUNSFIELD",
            "SEED",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(
                new Pdu.ProposedContext(1, "1.2.840.10008.1.1", syntaxes),
                new Pdu.ProposedContext(3, "1.2.840.10008.5.1.4.1.1.2", syntaxes)),
            user);
    Pdu accept =
        new Pdu.AssociateAc(
            1,
            "HOUNSFIELD",
            "SEED",
            Pdu.DICOM_APPLICATION_CONTEXT,
            List.of(
                new Pdu.ContextResult(1, 0, "1.2.840.10008.1.2"), new Pdu.ContextResult(3, 4, "")),
            user);
    Pdu data =
        new Pdu.PDataTf(
            List.of(
                new Pdu.Pdv(1, true, true, ByteBuffer.wrap(new byte[] {1, 2, 3, 4})),
                new Pdu.Pdv(3, false, false, ByteBuffer.wrap(new byte[] {5, 6}))));
    List<Pdu> all =
        List.of(
            request,
            accept,
            new Pdu.AssociateRj(1, 2, 2),
            data,
            new Pdu.ReleaseRq(),
            new Pdu.ReleaseRp(),
            new Pdu.Abort(2, 1));
    List<byte[]> seeds = new ArrayList<>();
    for (Pdu pdu : all) {
      byte[] encoded = PduCodec.encode(pdu);
      seeds.add(join(new byte[] {7}, encoded));
      // For the decoder without the reader.
      seeds.add(
          join(
              new byte[] {encoded[0]},
              Arrays.copyOfRange(encoded, Pdu.HEADER_LENGTH, encoded.length)));
    }
    seeds.add(
        join(new byte[] {63}, PduCodec.encode(request), PduCodec.encode(data), new byte[] {5}));
    return seeds;
  }

  private static byte[] join(byte[]... parts) {
    ByteBuffer all = ByteBuffer.allocate(Arrays.stream(parts).mapToInt(part -> part.length).sum());
    for (byte[] part : parts) {
      all.put(part);
    }
    return all.array();
  }

  /** Headers of items, UIDs. */
  public static List<byte[]> dictionary() {
    List<byte[]> words = new ArrayList<>(Words.dataSets());
    for (int type :
        new int[] {
          0x10, 0x20, 0x21, 0x30, 0x40, 0x50, 0x51, 0x52, 0x53, 0x54, 0x55, 0x56, 0x57, 0x58, 0x59
        }) {
      words.add(new byte[] {(byte) type, 0, 0});
    }
    for (int type = 1; type <= 7; type++) {
      words.add(new byte[] {(byte) type, 0, 0, 0});
    }
    words.add(Pdu.DICOM_APPLICATION_CONTEXT.getBytes(StandardCharsets.US_ASCII));
    words.add("1.2.840.10008.1.1".getBytes(StandardCharsets.US_ASCII));
    words.add("1.2.840.10008.5.1.4.1.1.2".getBytes(StandardCharsets.US_ASCII));
    words.add("1.2.840.10008.1.20.1".getBytes(StandardCharsets.US_ASCII));
    return words;
  }
}
