// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * User identity sub-item of an A-ASSOCIATE-RQ, PS3.7 table D.3-14.
 *
 * @param type 1 username, 2 username and passcode, 3 Kerberos, 4 SAML, 5 JSON web token
 * @param responseRequested whether the requestor wants to be told that its identity was accepted
 * @param primary username, ticket, assertion or token
 * @param secondary passcode of type 2; empty otherwise
 */
public record UserIdentity(int type, boolean responseRequested, byte[] primary, byte[] secondary) {
  /** Type: username. */
  public static final int USERNAME = 1;

  /** Type: username and passcode. */
  public static final int USERNAME_AND_PASSCODE = 2;

  private static final int REQUEST_ITEM = 0x58;
  private static final int RESPONSE_ITEM = 0x59;

  /** The identity that a request names; empty when it names none. */
  public static Optional<UserIdentity> in(Pdu.UserInformation user) throws PduException {
    for (Pdu.SubItem item : user.others()) {
      if (item.type() == REQUEST_ITEM) {
        return Optional.of(parse(item.value().duplicate()));
      }
    }
    return Optional.empty();
  }

  private static UserIdentity parse(ByteBuffer in) throws PduException {
    if (in.remaining() < 4) {
      throw PduCodec.invalid("user identity sub-item has %d bytes", in.remaining());
    }
    int type = in.get() & 0xFF;
    boolean response = in.get() != 0;
    byte[] primary = field(in);
    byte[] secondary = in.hasRemaining() ? field(in) : new byte[0];
    return new UserIdentity(type, response, primary, secondary);
  }

  private static byte[] field(ByteBuffer in) throws PduException {
    int length = in.remaining() < 2 ? -1 : in.getShort() & 0xFFFF;
    if (length < 0 || length > in.remaining()) {
      throw PduCodec.invalid("user identity sub-item is cut off");
    }
    byte[] value = new byte[length];
    in.get(value);
    return value;
  }

  /** This identity as a sub-item of a request. */
  public Pdu.SubItem toRequestItem() {
    ByteBuffer value = ByteBuffer.allocate(6 + primary.length + secondary.length);
    value.put((byte) type).put((byte) (responseRequested ? 1 : 0));
    value.putShort((short) primary.length).put(primary);
    value.putShort((short) secondary.length).put(secondary);
    return new Pdu.SubItem(REQUEST_ITEM, value.flip());
  }

  /** The positive response to types 1 and 2, which is empty (PS3.7 table D.3-15). */
  public static Pdu.SubItem positiveResponse() {
    return new Pdu.SubItem(RESPONSE_ITEM, ByteBuffer.allocate(2));
  }

  /** Whether an acceptance carries the positive response. */
  public static boolean confirmed(Pdu.UserInformation user) {
    return user.others().stream().anyMatch(item -> item.type() == RESPONSE_ITEM);
  }

  /** Without the passcode. */
  @Override
  public String toString() {
    return "UserIdentity[type=" + type + "]";
  }
}
