// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.listener.ul.Pdu;
import java.nio.ByteBuffer;
import java.util.List;

/** Sends messages of an accepted association in fragments, PS3.8 annex E. Event loop only. */
final class MessageSender {
  /** Longest P-DATA-TF sent where the peer sets no limit, bytes. */
  private static final long LONGEST = 64 << 10;

  private final Connection connection;

  /** Most bytes of a fragment; even. */
  private final int room;

  /**
   * @param peerMaxLength longest P-DATA-TF that the peer takes, bytes; 0 for any
   */
  MessageSender(Connection connection, long peerMaxLength) {
    this.connection = connection;
    long most = peerMaxLength == 0 ? LONGEST : Math.min(peerMaxLength, LONGEST);
    this.room = (int) (most - Pdu.PDV_HEADER_LENGTH & ~1L);
  }

  void command(int contextId, DimseCommand command) {
    send(contextId, true, command.encode());
  }

  void dataSet(int contextId, byte[] encoded) {
    send(contextId, false, encoded);
  }

  private void send(int contextId, boolean isCommand, byte[] encoded) {
    for (int from = 0; from < encoded.length; from += room) {
      int length = Math.min(room, encoded.length - from);
      boolean last = from + length == encoded.length;
      ByteBuffer data = ByteBuffer.wrap(encoded, from, length);
      connection.send(new Pdu.PDataTf(List.of(new Pdu.Pdv(contextId, isCommand, last, data))));
    }
  }
}
