// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * SCP/SCU role selection sub-item, PS3.7 table D.3-9: the roles of the association's requestor for
 * a SOP class.
 *
 * @param scu the requestor may be SCU
 * @param scp the requestor may be SCP
 */
public record RoleSelection(String sopClassUid, boolean scu, boolean scp) {
  private static final int ITEM = 0x54;

  /** All role selections that a request or an acceptance holds. */
  public static List<RoleSelection> in(Pdu.UserInformation user) throws PduException {
    List<RoleSelection> found = new ArrayList<>();
    for (Pdu.SubItem item : user.others()) {
      if (item.type() == ITEM) {
        found.add(parse(item.value().duplicate()));
      }
    }
    return found;
  }

  private static RoleSelection parse(ByteBuffer in) throws PduException {
    int length = in.remaining() < 4 ? -1 : in.getShort() & 0xFFFF;
    if (length < 0 || length > in.remaining() - 2) {
      throw PduCodec.invalid("role selection sub-item is cut off");
    }
    byte[] uid = new byte[length];
    in.get(uid);
    String text = new String(uid, StandardCharsets.ISO_8859_1).replaceAll("[ \0]+$", "");
    return new RoleSelection(text, in.get() == 1, in.get() == 1);
  }

  /** This selection as a sub-item. */
  public Pdu.SubItem toItem() {
    byte[] uid = sopClassUid.getBytes(StandardCharsets.ISO_8859_1);
    ByteBuffer value = ByteBuffer.allocate(4 + uid.length);
    value.putShort((short) uid.length).put(uid).put((byte) (scu ? 1 : 0)).put((byte) (scp ? 1 : 0));
    return new Pdu.SubItem(ITEM, value.flip());
  }
}
