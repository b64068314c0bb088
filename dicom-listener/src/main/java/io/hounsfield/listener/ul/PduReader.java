// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Cuts a stream of bytes into PDUs. The values of P-DATA-TF are handed on piece by piece as they
 * arrive, as slices of the buffer given, so that a slice on its way to the disk is neither gathered
 * nor copied here; the other PDUs are small and are gathered whole.
 *
 * <p>Every length is checked before anything is stored: a P-DATA-TF against the maximum that this
 * side announced, an association PDU against {@link #MAX_ASSOCIATE_LENGTH}; memory grows with the
 * bytes that came, not with those announced. After the first error the reader is done and drops
 * what follows, since the borders of PDUs are lost.
 */
public final class PduReader {
  /**
   * Longest association PDU taken, bytes. 128 presentation contexts with 30 transfer syntaxes each
   * need about 150 KiB.
   */
  public static final int MAX_ASSOCIATE_LENGTH = 512 * 1024;

  /** Takes what the reader finds. A callback may throw {@link PduException} like a bad byte. */
  public interface Sink {
    /** A whole PDU other than P-DATA-TF. */
    void pdu(Pdu pdu) throws PduException;

    /** The header of a P-DATA-TF was read; its values follow by {@link #fragment}. */
    void dataPdu() throws PduException;

    /**
     * A piece of a presentation data value.
     *
     * @param last the value's control header says that it ends the command or data set
     * @param piece bytes, a slice of the buffer given to {@link PduReader#feed}; may be empty
     * @param end true for the value's last piece
     */
    void fragment(int contextId, boolean command, boolean last, ByteBuffer piece, boolean end)
        throws PduException;

    /** The stream is not DICOM, or beyond its bounds. Called once; nothing follows. */
    void invalid(PduException fault);
  }

  private enum Expect {
    PDU_HEADER,
    BODY,
    PDV_HEADER,
    PDV_DATA,
    NOTHING
  }

  private final long maxDataLength;
  private final Sink sink;
  private final byte[] header = new byte[Pdu.HEADER_LENGTH];
  private int headerLength;
  private Expect expect = Expect.PDU_HEADER;
  private int type;
  private byte[] body;
  private int bodyLength;
  private long pduLeft;
  private long pdvLeft;
  private int contextId;
  private boolean command;
  private boolean last;

  /**
   * @param maxDataLength longest P-DATA-TF variable field taken, bytes, as announced to the peer
   */
  public PduReader(long maxDataLength, Sink sink) {
    this.maxDataLength = maxDataLength;
    this.sink = sink;
  }

  /** True in the middle of a PDU: a connection that ends now was cut. */
  public boolean inPdu() {
    return expect != Expect.NOTHING && (expect != Expect.PDU_HEADER || headerLength > 0);
  }

  /**
   * Takes the next bytes of the stream, all of them. Their array must not be changed afterwards, as
   * slices of it went to the sink.
   */
  public void feed(ByteBuffer in) {
    try {
      while (in.hasRemaining() && expect != Expect.NOTHING) {
        switch (expect) {
          case PDU_HEADER -> readPduHeader(in);
          case BODY -> readBody(in);
          case PDV_HEADER -> readPdvHeader(in);
          case PDV_DATA -> readPdvData(in);
          case NOTHING -> throw new IllegalStateException("reader is done");
        }
      }
    } catch (PduException e) {
      expect = Expect.NOTHING;
      body = null;
      sink.invalid(e);
    }
    in.position(in.limit());
  }

  private boolean fillHeader(ByteBuffer in) {
    int take = Math.min(in.remaining(), header.length - headerLength);
    in.get(header, headerLength, take);
    headerLength += take;
    if (headerLength < header.length) {
      return false;
    }
    headerLength = 0;
    return true;
  }

  private void readPduHeader(ByteBuffer in) throws PduException {
    if (!fillHeader(in)) {
      return;
    }
    type = header[0] & 0xFF;
    long length = ByteBuffer.wrap(header).getInt(2) & 0xFFFFFFFFL;
    switch (type) {
      case PduCodec.P_DATA_TF -> {
        if (length < Pdu.PDV_HEADER_LENGTH || length > maxDataLength) {
          throw PduCodec.invalid(
              "P-DATA-TF announces %d bytes; %d to %d were agreed",
              length, Pdu.PDV_HEADER_LENGTH, maxDataLength);
        }
        pduLeft = length;
        expect = Expect.PDV_HEADER;
        sink.dataPdu();
      }
      case PduCodec.ASSOCIATE_RQ, PduCodec.ASSOCIATE_AC -> startBody(length, MAX_ASSOCIATE_LENGTH);
      case PduCodec.ASSOCIATE_RJ, PduCodec.RELEASE_RQ, PduCodec.RELEASE_RP, PduCodec.ABORT ->
          startBody(length, 4);
      default ->
          throw new PduException(
              Pdu.Abort.UNRECOGNIZED_PDU, String.format("PDU type %02XH is unknown", type));
    }
  }

  private void startBody(long length, int limit) throws PduException {
    if (length > limit || length < 4) {
      throw PduCodec.invalid(
          "PDU of type %02XH announces %d bytes; 4 to %d are possible", type, length, limit);
    }
    pduLeft = length;
    body = new byte[(int) Math.min(length, 4096)];
    bodyLength = 0;
    expect = Expect.BODY;
  }

  private void readBody(ByteBuffer in) throws PduException {
    int take = (int) Math.min(in.remaining(), pduLeft);
    if (bodyLength + take > body.length) {
      int enough = Math.max(bodyLength + take, 2 * body.length);
      body = Arrays.copyOf(body, (int) Math.min(enough, bodyLength + pduLeft));
    }
    in.get(body, bodyLength, take);
    bodyLength += take;
    pduLeft -= take;
    if (pduLeft == 0) {
      ByteBuffer whole = ByteBuffer.wrap(body, 0, bodyLength);
      body = null;
      expect = Expect.PDU_HEADER;
      sink.pdu(PduCodec.decode(type, whole));
    }
  }

  private void readPdvHeader(ByteBuffer in) throws PduException {
    if (pduLeft < Pdu.PDV_HEADER_LENGTH) {
      throw PduCodec.invalid("P-DATA-TF has %d bytes where an item should be", pduLeft);
    }
    if (!fillHeader(in)) {
      return;
    }
    long length = ByteBuffer.wrap(header).getInt(0) & 0xFFFFFFFFL;
    PduCodec.checkPdvLength(length, pduLeft - 4);
    pduLeft -= 4 + length;
    pdvLeft = length - 2;
    contextId = header[4] & 0xFF;
    command = (header[5] & 1) != 0;
    last = (header[5] & 2) != 0;
    expect = Expect.PDV_DATA;
    if (pdvLeft == 0) {
      endOfPdv();
      sink.fragment(contextId, command, last, ByteBuffer.allocate(0), true);
    }
  }

  private void readPdvData(ByteBuffer in) throws PduException {
    int take = (int) Math.min(in.remaining(), pdvLeft);
    ByteBuffer piece = in.slice(in.position(), take);
    in.position(in.position() + take);
    pdvLeft -= take;
    if (pdvLeft == 0) {
      endOfPdv();
    }
    sink.fragment(contextId, command, last, piece, pdvLeft == 0);
  }

  private void endOfPdv() {
    expect = pduLeft == 0 ? Expect.PDU_HEADER : Expect.PDV_HEADER;
  }
}
