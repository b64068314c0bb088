// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What the peer sends on an association as requestor, put together from its fragments: the response
 * to what was asked, and requests of its own.
 */
final class ScuInbox {
  /** Longest data set of a request of the peer, bytes. */
  private static final int MAX_DATA_SET = 4 << 20;

  /** Requests of the peer that may wait here. */
  private static final int MAX_REQUESTS = 16;

  /** A request that the peer made, as SCP of a SOP class with that role. */
  record Request(int contextId, DimseCommand command, byte[] dataSet) {}

  private final CommandAssembler commands = new CommandAssembler();
  private final Deque<Request> requests = new ArrayDeque<>();
  private DimseCommand response;
  private DimseCommand announced;
  private int announcedContext;
  private ByteArrayOutputStream collected = new ByteArrayOutputStream();

  /** A request is made: what was answered before no longer counts. */
  void expectResponse() {
    response = null;
  }

  /** The response; null as long as none came. */
  DimseCommand response() {
    return response;
  }

  boolean hasRequest() {
    return !requests.isEmpty();
  }

  /** The oldest request of the peer; null when there is none. */
  Request nextRequest() {
    return requests.poll();
  }

  /**
   * Takes a piece of a presentation data value.
   *
   * @param ends true with the last piece of the command or data set
   */
  void fragment(int contextId, boolean isCommand, ByteBuffer piece, boolean ends)
      throws PduException {
    if (isCommand) {
      DimseCommand message = commands.add(contextId, piece, ends);
      if (message != null) {
        take(contextId, message);
      }
    } else if (announced != null) { // no response to C-STORE or C-ECHO has a data set
      collect(piece, ends);
    }
  }

  private void collect(ByteBuffer piece, boolean ends) throws PduException {
    if (collected.size() + piece.remaining() > MAX_DATA_SET) {
      throw new PduException(
          Pdu.Abort.INVALID_PARAMETER, "a data set of more than " + MAX_DATA_SET + " bytes");
    }
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    collected.writeBytes(bytes);
    if (ends) {
      requests.add(new Request(announcedContext, announced, collected.toByteArray()));
      announced = null;
      collected = new ByteArrayOutputStream();
    }
  }

  private void take(int contextId, DimseCommand message) throws PduException {
    if (message.isResponse()) {
      response = message;
    } else if (requests.size() >= MAX_REQUESTS) {
      throw new PduException(
          Pdu.Abort.UNEXPECTED_PARAMETER, "requests without waiting for answers");
    } else if (message.hasDataSet()) {
      announced = message;
      announcedContext = contextId;
    } else {
      requests.add(new Request(contextId, message, new byte[0]));
    }
  }
}
