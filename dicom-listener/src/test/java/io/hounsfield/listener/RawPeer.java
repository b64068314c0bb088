// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A scripted peer on a plain socket, for behaviour no well-meaning library would show. */
final class RawPeer implements AutoCloseable {
  static final int ECHO_CONTEXT = 1;
  static final int CT_CONTEXT = 3;

  final Socket socket;
  private final DataInputStream in;

  RawPeer(int port) throws IOException {
    socket = new Socket("127.0.0.1", port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(30_000);
    in = new DataInputStream(socket.getInputStream());
  }

  /** A peer with an association for Verification and CT in Explicit VR Little Endian. */
  static RawPeer associated(int port) throws IOException {
    RawPeer peer = new RawPeer(port);
    peer.send(request());
    Pdu answer = peer.receive();
    if (!(answer instanceof Pdu.AssociateAc)) {
      throw new AssertionError("no association: " + answer);
    }
    return peer;
  }

  static Pdu.AssociateRq request() {
    return request(1, Pdu.DICOM_APPLICATION_CONTEXT, 16384);
  }

  static Pdu.AssociateRq request(int version, String applicationContext, long maximumLength) {
    return new Pdu.AssociateRq(
        version,
        "HOUNSFIELD",
        "RAW",
        applicationContext,
        List.of(
            new Pdu.ProposedContext(
                ECHO_CONTEXT, SopClass.VERIFICATION, List.of("1.2.840.10008.1.2")),
            new Pdu.ProposedContext(
                CT_CONTEXT, SopClass.CT_IMAGE_STORAGE, List.of("1.2.840.10008.1.2.1"))),
        new Pdu.UserInformation(maximumLength, "1.2.3", null, Optional.empty(), List.of()));
  }

  void send(Pdu pdu) throws IOException {
    send(PduCodec.encode(pdu));
  }

  void send(byte[] bytes) throws IOException {
    socket.getOutputStream().write(bytes);
  }

  static Pdu command(int contextId, byte[] command) {
    return new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, true, true, ByteBuffer.wrap(command))));
  }

  static Pdu data(int contextId, boolean last, byte[] bytes, int from, int length) {
    return new Pdu.PDataTf(
        List.of(new Pdu.Pdv(contextId, false, last, ByteBuffer.wrap(bytes, from, length))));
  }

  /** A C-STORE-RQ and its data set in fragments of this length. */
  static List<Pdu> store(int messageId, String sopInstanceUid, byte[] dataSet, int fragment) {
    List<Pdu> pdus = new ArrayList<>();
    pdus.add(
        command(
            CT_CONTEXT,
            DimseCommand.cStoreRq(messageId, SopClass.CT_IMAGE_STORAGE, sopInstanceUid).encode()));
    for (int from = 0; from < dataSet.length; from += fragment) {
      int length = Math.min(fragment, dataSet.length - from);
      pdus.add(data(CT_CONTEXT, from + length == dataSet.length, dataSet, from, length));
    }
    return pdus;
  }

  void sendAll(List<Pdu> pdus) throws IOException {
    for (Pdu pdu : pdus) {
      send(pdu);
    }
  }

  void echo(int messageId) throws IOException {
    send(command(ECHO_CONTEXT, DimseCommand.cEchoRq(messageId, SopClass.VERIFICATION).encode()));
  }

  /** The next PDU; null when the node closed the connection. */
  Pdu receive() throws IOException {
    byte[] header = new byte[6];
    try {
      in.readFully(header);
      byte[] body = new byte[ByteBuffer.wrap(header).getInt(2)];
      in.readFully(body);
      return PduCodec.decode(header[0] & 0xFF, ByteBuffer.wrap(body));
    } catch (EOFException | SocketException e) {
      return null; // closed, or reset because we had sent what nobody will read
    }
  }

  /** The next DIMSE response, put together from its fragments. */
  DimseCommand response() throws IOException {
    ByteBuffer all = ByteBuffer.allocate(4096);
    while (true) {
      Pdu pdu = receive();
      if (!(pdu instanceof Pdu.PDataTf data)) {
        throw new AssertionError("no response but " + pdu);
      }
      for (Pdu.Pdv value : data.values()) {
        all.put(value.data());
        if (value.last()) {
          return DimseCommand.decode(all.flip());
        }
      }
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
