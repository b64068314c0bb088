// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;

/**
 * Bytes of PDUs, PS3.8 section 9.3, as pure functions over buffers. All numbers are big endian. The
 * decoder throws nothing but {@link PduException}, whatever the bytes, and allocates no more than
 * it was given.
 */
public final class PduCodec {
  static final int ASSOCIATE_RQ = 0x01;
  static final int ASSOCIATE_AC = 0x02;
  static final int ASSOCIATE_RJ = 0x03;
  static final int P_DATA_TF = 0x04;
  static final int RELEASE_RQ = 0x05;
  static final int RELEASE_RP = 0x06;
  static final int ABORT = 0x07;

  private static final int APPLICATION_CONTEXT_ITEM = 0x10;
  private static final int PROPOSED_CONTEXT_ITEM = 0x20;
  private static final int CONTEXT_RESULT_ITEM = 0x21;
  private static final int ABSTRACT_SYNTAX_ITEM = 0x30;
  private static final int TRANSFER_SYNTAX_ITEM = 0x40;
  private static final int USER_INFORMATION_ITEM = 0x50;
  private static final int MAXIMUM_LENGTH_ITEM = 0x51;
  private static final int IMPLEMENTATION_CLASS_ITEM = 0x52;
  private static final int ASYNCHRONOUS_OPERATIONS_ITEM = 0x53;
  private static final int IMPLEMENTATION_VERSION_ITEM = 0x55;

  private static final int AE_TITLE_LENGTH = 16;
  private static final int FIXED_ASSOCIATE_LENGTH = 68;

  private PduCodec() {}

  /**
   * Decodes a whole PDU after its header.
   *
   * @param type the PDU type of the header
   * @param body exactly the bytes that the header's length announced
   */
  public static Pdu decode(int type, ByteBuffer body) throws PduException {
    return switch (type) {
      case ASSOCIATE_RQ -> associateRq(body);
      case ASSOCIATE_AC -> associateAc(body);
      case ASSOCIATE_RJ -> {
        fourBytes("A-ASSOCIATE-RJ", body);
        yield new Pdu.AssociateRj(u8(body, 1), u8(body, 2), u8(body, 3));
      }
      case P_DATA_TF -> pData(body);
      case RELEASE_RQ -> {
        fourBytes("A-RELEASE-RQ", body);
        yield new Pdu.ReleaseRq();
      }
      case RELEASE_RP -> {
        fourBytes("A-RELEASE-RP", body);
        yield new Pdu.ReleaseRp();
      }
      case ABORT -> {
        fourBytes("A-ABORT", body);
        yield new Pdu.Abort(u8(body, 2), u8(body, 3));
      }
      default ->
          throw new PduException(
              Pdu.Abort.UNRECOGNIZED_PDU, String.format("PDU type %02XH is unknown", type));
    };
  }

  /** Encodes a PDU with its header. */
  public static byte[] encode(Pdu pdu) {
    if (pdu instanceof Pdu.AssociateRq rq) {
      return pdu(ASSOCIATE_RQ, associate(rq));
    } else if (pdu instanceof Pdu.AssociateAc ac) {
      return pdu(ASSOCIATE_AC, associate(ac));
    } else if (pdu instanceof Pdu.AssociateRj rj) {
      return pdu(
          ASSOCIATE_RJ, new byte[] {0, (byte) rj.result(), (byte) rj.source(), (byte) rj.reason()});
    } else if (pdu instanceof Pdu.PDataTf data) {
      return pData(data);
    } else if (pdu instanceof Pdu.ReleaseRq) {
      return pdu(RELEASE_RQ, new byte[4]);
    } else if (pdu instanceof Pdu.ReleaseRp) {
      return pdu(RELEASE_RP, new byte[4]);
    } else if (pdu instanceof Pdu.Abort abort) {
      return pdu(ABORT, new byte[] {0, 0, (byte) abort.source(), (byte) abort.reason()});
    }
    throw new IllegalArgumentException("no encoding for " + pdu);
  }

  /**
   * Writes the header of a P-DATA-TF with one presentation data value, 12 bytes, to send before the
   * value's own bytes without copying these.
   */
  public static void putDataHeader(
      ByteBuffer out, int contextId, boolean command, boolean last, int length) {
    out.put((byte) P_DATA_TF).put((byte) 0).putInt(length + Pdu.PDV_HEADER_LENGTH);
    out.putInt(length + 2).put((byte) contextId).put(controlHeader(command, last));
  }

  static byte controlHeader(boolean command, boolean last) {
    return (byte) ((command ? 1 : 0) | (last ? 2 : 0));
  }

  // ---- decoding ----

  private static Pdu.AssociateRq associateRq(ByteBuffer body) throws PduException {
    Associate common = new Associate("A-ASSOCIATE-RQ", body);
    List<Pdu.ProposedContext> contexts = new ArrayList<>();
    BitSet ids = new BitSet(256);
    while (body.hasRemaining()) {
      Item item = item("A-ASSOCIATE-RQ", body);
      if (item.type == PROPOSED_CONTEXT_ITEM) {
        contexts.add(proposedContext(item.value, ids));
      } else {
        common.take(item);
      }
    }
    return new Pdu.AssociateRq(
        common.version,
        common.called,
        common.calling,
        common.applicationContext(),
        contexts,
        common.userInformation());
  }

  private static Pdu.AssociateAc associateAc(ByteBuffer body) throws PduException {
    Associate common = new Associate("A-ASSOCIATE-AC", body);
    List<Pdu.ContextResult> contexts = new ArrayList<>();
    BitSet ids = new BitSet(256);
    while (body.hasRemaining()) {
      Item item = item("A-ASSOCIATE-AC", body);
      if (item.type == CONTEXT_RESULT_ITEM) {
        contexts.add(contextResult(item.value, ids));
      } else {
        common.take(item);
      }
    }
    return new Pdu.AssociateAc(
        common.version,
        common.called,
        common.calling,
        common.applicationContext(),
        contexts,
        common.userInformation());
  }

  /** Fields that A-ASSOCIATE-RQ and A-ASSOCIATE-AC have in common. */
  private static final class Associate {
    final int version;
    final String called;
    final String calling;
    private final String name;
    private String applicationContext;
    private Pdu.UserInformation userInformation;

    Associate(String name, ByteBuffer body) throws PduException {
      this.name = name;
      if (body.remaining() < FIXED_ASSOCIATE_LENGTH) {
        throw invalid(
            "%s of %d bytes is too short: its fixed fields alone take %d",
            name, body.remaining(), FIXED_ASSOCIATE_LENGTH);
      }
      version = body.getShort() & 0xFFFF;
      skip(body, 2);
      called = text(body, AE_TITLE_LENGTH);
      calling = text(body, AE_TITLE_LENGTH);
      skip(body, 32);
    }

    void take(Item item) throws PduException {
      if (item.type == APPLICATION_CONTEXT_ITEM) {
        applicationContext = text(item.value, item.value.remaining());
      } else if (item.type == USER_INFORMATION_ITEM) {
        userInformation = PduCodec.userInformation(item.value);
      }
      // other items: "shall be ignored", PS3.8 9.3.1
    }

    String applicationContext() throws PduException {
      if (applicationContext == null) {
        throw invalid("%s has no application context item", name);
      }
      return applicationContext;
    }

    Pdu.UserInformation userInformation() throws PduException {
      if (userInformation == null) {
        throw invalid("%s has no user information item", name);
      }
      return userInformation;
    }
  }

  private record Item(int type, ByteBuffer value) {}

  private static Item item(String where, ByteBuffer in) throws PduException {
    if (in.remaining() < 4) {
      throw invalid("%s ends with %d stray bytes", where, in.remaining());
    }
    int type = in.get() & 0xFF;
    in.get();
    int length = in.getShort() & 0xFFFF;
    if (length > in.remaining()) {
      throw invalid(
          "item %02XH in %s announces %d bytes, %d are left", type, where, length, in.remaining());
    }
    ByteBuffer value = in.slice(in.position(), length);
    skip(in, length);
    return new Item(type, value);
  }

  private static int contextId(ByteBuffer in, BitSet seen) throws PduException {
    if (in.remaining() < 4) {
      throw invalid("presentation context item of %d bytes is too short", in.remaining());
    }
    int id = in.get() & 0xFF;
    if (id % 2 == 0) {
      throw invalid("presentation context ID %d is not odd", id);
    }
    if (seen.get(id)) {
      throw invalid("presentation context ID %d occurs twice", id);
    }
    seen.set(id);
    return id;
  }

  private static Pdu.ProposedContext proposedContext(ByteBuffer in, BitSet seen)
      throws PduException {
    int id = contextId(in, seen);
    skip(in, 3);
    String abstractSyntax = null;
    List<String> transferSyntaxes = new ArrayList<>();
    while (in.hasRemaining()) {
      Item item = item("presentation context " + id, in);
      if (item.type == ABSTRACT_SYNTAX_ITEM) {
        abstractSyntax = text(item.value, item.value.remaining());
      } else if (item.type == TRANSFER_SYNTAX_ITEM) {
        transferSyntaxes.add(text(item.value, item.value.remaining()));
      }
    }
    if (abstractSyntax == null || transferSyntaxes.isEmpty()) {
      throw invalid(
          "presentation context %d needs an abstract syntax and at least one transfer syntax", id);
    }
    return new Pdu.ProposedContext(id, abstractSyntax, transferSyntaxes);
  }

  private static Pdu.ContextResult contextResult(ByteBuffer in, BitSet seen) throws PduException {
    int id = contextId(in, seen);
    skip(in, 1);
    int result = in.get() & 0xFF;
    skip(in, 1);
    String transferSyntax = "";
    while (in.hasRemaining()) {
      Item item = item("presentation context " + id, in);
      if (item.type == TRANSFER_SYNTAX_ITEM) {
        transferSyntax = text(item.value, item.value.remaining());
      }
    }
    return new Pdu.ContextResult(id, result, transferSyntax);
  }

  private static Pdu.UserInformation userInformation(ByteBuffer in) throws PduException {
    long maximumLength = 0;
    String classUid = "";
    String versionName = null;
    Optional<Pdu.AsynchronousOperations> window = Optional.empty();
    List<Pdu.SubItem> others = new ArrayList<>();
    while (in.hasRemaining()) {
      Item item = item("user information", in);
      ByteBuffer value = item.value;
      switch (item.type) {
        case MAXIMUM_LENGTH_ITEM -> {
          length(item, 4);
          maximumLength = value.getInt() & 0xFFFFFFFFL;
        }
        case IMPLEMENTATION_CLASS_ITEM -> classUid = text(value, value.remaining());
        case IMPLEMENTATION_VERSION_ITEM -> versionName = text(value, value.remaining());
        case ASYNCHRONOUS_OPERATIONS_ITEM -> {
          length(item, 4);
          window =
              Optional.of(
                  new Pdu.AsynchronousOperations(
                      value.getShort() & 0xFFFF, value.getShort() & 0xFFFF));
        }
        default -> {
          byte[] copy = new byte[value.remaining()];
          value.get(copy);
          others.add(new Pdu.SubItem(item.type, ByteBuffer.wrap(copy).asReadOnlyBuffer()));
        }
      }
    }
    return new Pdu.UserInformation(maximumLength, classUid, versionName, window, others);
  }

  private static Pdu.PDataTf pData(ByteBuffer body) throws PduException {
    List<Pdu.Pdv> values = new ArrayList<>();
    do {
      if (body.remaining() < Pdu.PDV_HEADER_LENGTH) {
        throw invalid("P-DATA-TF has %d bytes where an item should be", body.remaining());
      }
      long length = body.getInt() & 0xFFFFFFFFL;
      checkPdvLength(length, body.remaining());
      int contextId = body.get() & 0xFF;
      int control = body.get();
      int size = (int) length - 2;
      ByteBuffer data = body.slice(body.position(), size);
      skip(body, size);
      values.add(new Pdu.Pdv(contextId, (control & 1) != 0, (control & 2) != 0, data));
    } while (body.hasRemaining());
    return new Pdu.PDataTf(values);
  }

  static void checkPdvLength(long length, long left) throws PduException {
    if (length < 2 || length > left) {
      throw invalid(
          "presentation data value announces %d bytes; its PDU has room for 2 to %d", length, left);
    }
  }

  private static void length(Item item, int expected) throws PduException {
    if (item.value.remaining() != expected) {
      throw invalid(
          "sub-item %02XH has %d bytes instead of %d", item.type, item.value.remaining(), expected);
    }
  }

  private static void fourBytes(String name, ByteBuffer body) throws PduException {
    if (body.remaining() != 4) {
      throw invalid("%s has %d bytes instead of 4", name, body.remaining());
    }
  }

  private static int u8(ByteBuffer body, int offset) {
    return body.get(body.position() + offset) & 0xFF;
  }

  private static void skip(ByteBuffer in, int count) {
    in.position(in.position() + count);
  }

  /** Text of ISO 646, padded with spaces or (in UIDs, by some) a NUL. */
  private static String text(ByteBuffer in, int length) {
    byte[] bytes = new byte[length];
    in.get(bytes);
    int from = 0;
    int to = length;
    while (to > 0 && (bytes[to - 1] == ' ' || bytes[to - 1] == 0)) {
      to--;
    }
    while (from < to && bytes[from] == ' ') {
      from++;
    }
    return new String(bytes, from, to - from, ISO_8859_1);
  }

  static PduException invalid(String format, Object... arguments) {
    return new PduException(Pdu.Abort.INVALID_PARAMETER, String.format(format, arguments));
  }

  // ---- encoding ----

  private static byte[] pdu(int type, byte[] body) {
    return ByteBuffer.allocate(Pdu.HEADER_LENGTH + body.length)
        .put((byte) type)
        .put((byte) 0)
        .putInt(body.length)
        .put(body)
        .array();
  }

  private static byte[] associate(Pdu.AssociateRq rq) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    fixed(out, rq.protocolVersion(), rq.calledAeTitle(), rq.callingAeTitle());
    writeItem(out, APPLICATION_CONTEXT_ITEM, rq.applicationContext().getBytes(ISO_8859_1));
    for (Pdu.ProposedContext context : rq.contexts()) {
      ByteArrayOutputStream value = new ByteArrayOutputStream(256);
      value.writeBytes(new byte[] {(byte) context.id(), 0, 0, 0});
      writeItem(value, ABSTRACT_SYNTAX_ITEM, context.abstractSyntax().getBytes(ISO_8859_1));
      for (String syntax : context.transferSyntaxes()) {
        writeItem(value, TRANSFER_SYNTAX_ITEM, syntax.getBytes(ISO_8859_1));
      }
      writeItem(out, PROPOSED_CONTEXT_ITEM, value.toByteArray());
    }
    writeItem(out, USER_INFORMATION_ITEM, encode(rq.userInformation()));
    return out.toByteArray();
  }

  private static byte[] associate(Pdu.AssociateAc ac) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
    fixed(out, ac.protocolVersion(), ac.calledAeTitle(), ac.callingAeTitle());
    writeItem(out, APPLICATION_CONTEXT_ITEM, ac.applicationContext().getBytes(ISO_8859_1));
    for (Pdu.ContextResult context : ac.contexts()) {
      ByteArrayOutputStream value = new ByteArrayOutputStream(64);
      value.writeBytes(new byte[] {(byte) context.id(), 0, (byte) context.result(), 0});
      writeItem(value, TRANSFER_SYNTAX_ITEM, context.transferSyntax().getBytes(ISO_8859_1));
      writeItem(out, CONTEXT_RESULT_ITEM, value.toByteArray());
    }
    writeItem(out, USER_INFORMATION_ITEM, encode(ac.userInformation()));
    return out.toByteArray();
  }

  private static void fixed(ByteArrayOutputStream out, int version, String called, String calling) {
    out.writeBytes(new byte[] {(byte) (version >> 8), (byte) version, 0, 0});
    out.writeBytes(aeTitle(called));
    out.writeBytes(aeTitle(calling));
    out.writeBytes(new byte[32]);
  }

  private static byte[] aeTitle(String title) {
    byte[] bytes = title.getBytes(ISO_8859_1);
    if (bytes.length > AE_TITLE_LENGTH) {
      throw new IllegalArgumentException("AE title longer than 16 characters: " + title);
    }
    byte[] padded = new byte[AE_TITLE_LENGTH];
    Arrays.fill(padded, (byte) ' ');
    System.arraycopy(bytes, 0, padded, 0, bytes.length);
    return padded;
  }

  private static byte[] encode(Pdu.UserInformation user) {
    ByteArrayOutputStream out = new ByteArrayOutputStream(128);
    writeItem(
        out,
        MAXIMUM_LENGTH_ITEM,
        ByteBuffer.allocate(4).putInt((int) user.maximumLength()).array());
    writeItem(out, IMPLEMENTATION_CLASS_ITEM, user.implementationClassUid().getBytes(ISO_8859_1));
    user.asynchronousOperations()
        .ifPresent(
            window ->
                writeItem(
                    out,
                    ASYNCHRONOUS_OPERATIONS_ITEM,
                    ByteBuffer.allocate(4)
                        .putShort((short) window.maximumInvoked())
                        .putShort((short) window.maximumPerformed())
                        .array()));
    if (user.implementationVersionName() != null) {
      writeItem(
          out, IMPLEMENTATION_VERSION_ITEM, user.implementationVersionName().getBytes(ISO_8859_1));
    }
    for (Pdu.SubItem item : user.others()) {
      byte[] value = new byte[item.value().remaining()];
      item.value().duplicate().get(value);
      writeItem(out, item.type(), value);
    }
    return out.toByteArray();
  }

  private static void writeItem(ByteArrayOutputStream out, int type, byte[] value) {
    if (value.length > 0xFFFF) {
      throw new IllegalArgumentException(
          String.format(
              "item %02XH of %d bytes does not fit its 16 bit length", type, value.length));
    }
    out.write(type);
    out.write(0);
    out.write(value.length >> 8);
    out.write(value.length);
    out.writeBytes(value);
  }

  private static byte[] pData(Pdu.PDataTf data) {
    int length = 0;
    for (Pdu.Pdv value : data.values()) {
      length += Pdu.PDV_HEADER_LENGTH + value.data().remaining();
    }
    ByteBuffer out = ByteBuffer.allocate(Pdu.HEADER_LENGTH + length);
    out.put((byte) P_DATA_TF).put((byte) 0).putInt(length);
    for (Pdu.Pdv value : data.values()) {
      out.putInt(value.data().remaining() + 2).put((byte) value.contextId());
      out.put(controlHeader(value.command(), value.last()));
      out.put(value.data().duplicate());
    }
    return out.array();
  }
}
