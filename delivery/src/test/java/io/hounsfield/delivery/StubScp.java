// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduCodec;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** An archive that answers as it is told: statuses, dropped lines, silence. */
final class StubScp implements AutoCloseable {
  /** In the place of a status: cut the line in the middle of the data set. */
  static final int DROP = -1;

  /** In the place of a status: take all of the data set, then cut the line without an answer. */
  static final int DROP_AFTER = -2;

  private static final int COMMAND_FIELD = 0x0100;
  private static final int MESSAGE_ID = 0x0110;
  private static final int C_STORE_RQ = 0x0001;
  private static final int N_ACTION_RQ = 0x0130;

  private final ServerSocket server;
  private final Thread thread;
  private final Deque<Integer> answers = new ArrayDeque<>();

  /** Data sets that were received whole, by SOP Instance UID, each as often as it came. */
  final Map<String, List<byte[]>> received = new HashMap<>();

  /** SOP Instance UIDs answered with success, in order. */
  final List<String> stored = new ArrayList<>();

  /** What it answers to objects of these SOP Instance UIDs, each time. */
  final Map<String, Integer> always = new ConcurrentHashMap<>();

  /** SOP Instance UIDs of the objects that were begun to be sent, in order. */
  final List<String> tried = Collections.synchronizedList(new ArrayList<>());

  /** Whether it takes storage commitment requests. */
  volatile boolean commits = true;

  int commitmentRequests;

  StubScp() throws IOException {
    this(new ServerSocket(0, 50, java.net.InetAddress.getLoopbackAddress()));
  }

  StubScp(ServerSocket server) {
    this.server = server;
    thread = new Thread(this::serve, "stub-scp");
    thread.start();
  }

  int port() {
    return server.getLocalPort();
  }

  /** What it answers next, in order; then success again. */
  synchronized void answer(Integer... statuses) {
    answers.addAll(List.of(statuses));
  }

  private synchronized int nextAnswer() {
    return answers.isEmpty() ? 0 : answers.poll();
  }

  private int answerTo(Map<Integer, byte[]> command) {
    String uid = uid(command);
    tried.add(uid);
    Integer fixed = always.get(uid);
    return fixed != null ? fixed : nextAnswer();
  }

  private static String uid(Map<Integer, byte[]> command) {
    String uid = new String(command.get(0x1000), java.nio.charset.StandardCharsets.US_ASCII);
    return uid.replace("\0", "").strip();
  }

  private void serve() {
    while (!server.isClosed()) {
      try (Socket socket = server.accept()) {
        associate(socket);
      } catch (IOException e) {
        // the line was cut, by this side or the other
      }
    }
  }

  private static Pdu receive(DataInputStream in) throws IOException {
    byte[] header = new byte[6];
    in.readFully(header);
    byte[] body = new byte[ByteBuffer.wrap(header).getInt(2)];
    in.readFully(body);
    return PduCodec.decode(header[0] & 0xFF, ByteBuffer.wrap(body));
  }

  private void associate(Socket socket) throws IOException {
    socket.setSoTimeout(30_000);
    DataInputStream in = new DataInputStream(socket.getInputStream());
    Pdu.AssociateRq request = (Pdu.AssociateRq) receive(in);
    List<Pdu.ContextResult> results = new ArrayList<>();
    for (Pdu.ProposedContext context : request.contexts()) {
      boolean commitment = context.abstractSyntax().equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL);
      results.add(
          new Pdu.ContextResult(
              context.id(), commitment && !commits ? 3 : 0, context.transferSyntaxes().get(0)));
    }
    send(
        socket,
        new Pdu.AssociateAc(
            1,
            request.calledAeTitle(),
            request.callingAeTitle(),
            Pdu.DICOM_APPLICATION_CONTEXT,
            results,
            new Pdu.UserInformation(16384, "1.2.3", null, Optional.empty(), List.of())));
    Map<Integer, byte[]> command = null;
    ByteArrayOutputStream data = new ByteArrayOutputStream();
    int answer = 0;
    while (true) {
      Pdu pdu = receive(in);
      if (pdu instanceof Pdu.ReleaseRq) {
        send(socket, new Pdu.ReleaseRp());
        return;
      }
      if (!(pdu instanceof Pdu.PDataTf values)) {
        return;
      }
      for (Pdu.Pdv value : values.values()) {
        byte[] bytes = new byte[value.data().remaining()];
        value.data().get(bytes);
        if (value.command()) {
          command = elements(bytes);
          answer = number(command, COMMAND_FIELD) == C_STORE_RQ ? answerTo(command) : 0;
          continue;
        }
        data.writeBytes(bytes);
        if (answer == DROP) {
          return;
        }
        if (value.last()) {
          if (answer == DROP_AFTER) {
            keep(command, data.toByteArray(), false);
            return;
          }
          respond(socket, value.contextId(), command, answer, data.toByteArray());
          data.reset();
        }
      }
    }
  }

  private void respond(
      Socket socket, int contextId, Map<Integer, byte[]> command, int status, byte[] data)
      throws IOException {
    boolean store = number(command, COMMAND_FIELD) == C_STORE_RQ;
    synchronized (this) {
      if (number(command, COMMAND_FIELD) == N_ACTION_RQ) {
        commitmentRequests++;
      }
    }
    if (store) {
      keep(command, data, status == 0 || (status & 0xF000) == 0xB000);
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    element(body, 0x0002, command.get(store ? 0x0002 : 0x0003));
    element(body, COMMAND_FIELD, us(number(command, COMMAND_FIELD) | 0x8000));
    element(body, 0x0120, us(number(command, MESSAGE_ID)));
    element(body, 0x0800, us(0x0101));
    element(body, 0x0900, us(status));
    element(body, 0x1000, command.get(store ? 0x1000 : 0x1001));
    if (!store) {
      element(body, 0x1008, us(1));
    }
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    element(
        all,
        0x0000,
        ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(body.size()).array());
    all.writeBytes(body.toByteArray());
    send(
        socket,
        new Pdu.PDataTf(
            List.of(new Pdu.Pdv(contextId, true, true, ByteBuffer.wrap(all.toByteArray())))));
  }

  private synchronized void keep(Map<Integer, byte[]> command, byte[] data, boolean success) {
    String uid = uid(command);
    received.computeIfAbsent(uid, u -> new ArrayList<>()).add(data);
    if (success) {
      stored.add(uid);
    }
  }

  // Command sets: Implicit VR Little Endian, PS3.7 section 6.3.1.

  private static Map<Integer, byte[]> elements(byte[] command) {
    Map<Integer, byte[]> found = new HashMap<>();
    ByteBuffer in = ByteBuffer.wrap(command).order(ByteOrder.LITTLE_ENDIAN);
    while (in.hasRemaining()) {
      in.getShort();
      int element = in.getShort() & 0xFFFF;
      byte[] value = new byte[in.getInt()];
      in.get(value);
      found.put(element, value);
    }
    return found;
  }

  private static int number(Map<Integer, byte[]> command, int element) {
    return ByteBuffer.wrap(command.get(element)).order(ByteOrder.LITTLE_ENDIAN).getShort() & 0xFFFF;
  }

  private static byte[] us(int value) {
    return ByteBuffer.allocate(2).order(ByteOrder.LITTLE_ENDIAN).putShort((short) value).array();
  }

  private static void element(ByteArrayOutputStream out, int element, byte[] value) {
    out.writeBytes(
        ByteBuffer.allocate(8)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putShort((short) 0)
            .putShort((short) element)
            .putInt(value.length)
            .array());
    out.writeBytes(value);
  }

  private static void send(Socket socket, Pdu pdu) throws IOException {
    socket.getOutputStream().write(PduCodec.encode(pdu));
  }

  @Override
  public void close() throws IOException {
    server.close();
    try {
      thread.join(40_000);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
