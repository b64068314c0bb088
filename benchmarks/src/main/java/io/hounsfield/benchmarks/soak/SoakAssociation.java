// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import io.hounsfield.listener.ul.PduException;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * An association on a plain socket that can be left in any state: a sender as no well-meaning
 * library writes one.
 */
final class SoakAssociation implements Closeable {
  private static final int CONTEXT = 1;
  private static final int FRAGMENT = 16_000;
  private static final int TIMEOUT_MS = 120_000;
  private static final int MAX_PDU = 1 << 20;
  private static final String IMPLEMENTATION = "2.25.191360416297410963062394872618431573621";

  /** One kB a second, in steps. */
  private static final int SLOW_STEP_BYTES = 100;

  private static final int SLOW_STEP_MS = 100;

  private static final int STATUS_SUCCESS = 0;

  private final Socket socket;
  private final OutputStream out;
  private final DataInputStream in;
  private int messageId;

  private SoakAssociation(Socket socket) throws IOException {
    this.socket = socket;
    this.out = socket.getOutputStream();
    this.in = new DataInputStream(socket.getInputStream());
  }

  /** A connection over which nothing was said yet. */
  static SoakAssociation connect(int port) throws IOException {
    Socket socket = new Socket();
    try {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), TIMEOUT_MS);
      socket.setTcpNoDelay(true);
      socket.setSoTimeout(TIMEOUT_MS);
      return new SoakAssociation(socket);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /**
   * An association for instances like this one.
   *
   * @throws IOException also when it is rejected
   */
  static SoakAssociation open(int port, SoakInstance like) throws IOException {
    SoakAssociation association = connect(port);
    try {
      association.write(
          new Pdu.AssociateRq(
              1,
              "HOUNSFIELD",
              "SOAK",
              Pdu.DICOM_APPLICATION_CONTEXT,
              List.of(
                  new Pdu.ProposedContext(
                      CONTEXT, like.sopClassUid(), List.of(like.transferSyntaxUid()))),
              new Pdu.UserInformation(16_384, IMPLEMENTATION, null, Optional.empty(), List.of())));
      Pdu answer = association.read();
      if (answer instanceof Pdu.AssociateAc) {
        return association;
      }
      throw new IOException("no association: " + answer);
    } catch (IOException e) {
      association.close();
      throw e;
    }
  }

  /**
   * Sends an instance and waits for its answer.
   *
   * @param slowBytes so many bytes of the data set go at 1 kB a second, the rest as fast as it goes
   * @return whether the answer was success
   */
  boolean store(SoakInstance instance, int slowBytes) throws IOException, InterruptedException {
    byte[] dataSet = instance.dataSet();
    command(instance);
    int at = 0;
    while (at < Math.min(slowBytes, dataSet.length - 1)) {
      int length = Math.min(SLOW_STEP_BYTES, dataSet.length - 1 - at);
      data(dataSet, at, length, false);
      at += length;
      TimeUnit.MILLISECONDS.sleep(SLOW_STEP_MS);
    }
    while (at < dataSet.length) {
      int length = Math.min(FRAGMENT, dataSet.length - at);
      data(dataSet, at, length, at + length == dataSet.length);
      at += length;
    }
    return status() == STATUS_SUCCESS;
  }

  /** Sends half of an instance and no more. */
  void storeHalf(SoakInstance instance) throws IOException {
    byte[] dataSet = instance.dataSet();
    command(instance);
    data(dataSet, 0, Math.min(FRAGMENT, dataSet.length / 2), false);
  }

  void release() throws IOException {
    write(new Pdu.ReleaseRq());
    Pdu answer = read();
    if (!(answer instanceof Pdu.ReleaseRp)) {
      throw new IOException("no release: " + answer);
    }
  }

  void abort() throws IOException {
    write(new Pdu.Abort(Pdu.Abort.SERVICE_USER, 0));
  }

  /** Makes {@link #close} reset the connection instead of ending it in order. */
  void resetOnClose() throws IOException {
    socket.setSoLinger(true, 0);
  }

  private void command(SoakInstance instance) throws IOException {
    messageId = messageId % 65_535 + 1;
    ByteBuffer body = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
    uid(body, 0x0002, instance.sopClassUid());
    us(body, 0x0100, 0x0001); // C-STORE-RQ
    us(body, 0x0110, messageId);
    us(body, 0x0700, 0); // medium priority
    us(body, 0x0800, 1); // with a data set
    uid(body, 0x1000, instance.sopInstanceUid());
    ByteBuffer whole = ByteBuffer.allocate(12 + body.position()).order(ByteOrder.LITTLE_ENDIAN);
    whole.putInt(0).putInt(4).putInt(body.position()).put(body.flip());
    write(
        new Pdu.PDataTf(List.of(new Pdu.Pdv(CONTEXT, true, true, ByteBuffer.wrap(whole.array())))));
  }

  /** An element of the command group in Implicit VR Little Endian, PS3.7 section 6.3.1. */
  private static void us(ByteBuffer to, int element, int value) {
    to.putShort((short) 0).putShort((short) element).putInt(2).putShort((short) value);
  }

  private static void uid(ByteBuffer to, int element, String uid) {
    byte[] text = uid.getBytes(StandardCharsets.US_ASCII);
    int padded = text.length + text.length % 2;
    to.putShort((short) 0).putShort((short) element).putInt(padded).put(text);
    if (padded > text.length) {
      to.put((byte) 0);
    }
  }

  private void data(byte[] dataSet, int from, int length, boolean last) throws IOException {
    write(
        new Pdu.PDataTf(
            List.of(new Pdu.Pdv(CONTEXT, false, last, ByteBuffer.wrap(dataSet, from, length)))));
  }

  /** Status (0000,0900) of the next response. */
  private int status() throws IOException {
    Pdu answer = read();
    if (!(answer instanceof Pdu.PDataTf data)) {
      throw new IOException("no response: " + answer);
    }
    ByteBuffer body = data.values().get(0).data().slice().order(ByteOrder.LITTLE_ENDIAN);
    while (body.remaining() >= 8) {
      int tag = body.getShort() << 16 | Short.toUnsignedInt(body.getShort());
      int length = body.getInt();
      if (tag == 0x0900) {
        return Short.toUnsignedInt(body.getShort());
      }
      body.position(body.position() + length);
    }
    throw new IOException("a response without status");
  }

  private void write(Pdu pdu) throws IOException {
    out.write(PduCodec.encode(pdu));
    out.flush();
  }

  private Pdu read() throws IOException {
    int type = in.readUnsignedByte();
    in.readUnsignedByte();
    int length = in.readInt();
    if (length < 0 || length > MAX_PDU) {
      throw new IOException("a PDU of " + length + " bytes");
    }
    byte[] body = new byte[length];
    in.readFully(body);
    try {
      return PduCodec.decode(type, ByteBuffer.wrap(body));
    } catch (PduException e) {
      throw new IOException("no PDU: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
