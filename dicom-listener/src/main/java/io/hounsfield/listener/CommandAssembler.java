// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** Puts the fragments of a command set together, PS3.7 6.3.1 and PS3.8 annex E; one at a time. */
final class CommandAssembler {
  private byte[] bytes = new byte[512];
  private int length;
  private int contextId = -1;

  /**
   * Takes the next fragment.
   *
   * @param ends true with the last one
   * @return the command, with its last fragment; null before
   * @throws PduException when it is too long, in two presentation contexts or no command set
   */
  DimseCommand add(int contextId, ByteBuffer piece, boolean ends) throws PduException {
    if (this.contextId >= 0 && this.contextId != contextId) {
      throw new PduException(
          Pdu.Abort.UNEXPECTED_PARAMETER, "a command in two presentation contexts");
    }
    this.contextId = contextId;
    int count = piece.remaining();
    if (length + count > DimseCommand.MAX_LENGTH) {
      throw new PduException(
          Pdu.Abort.INVALID_PARAMETER,
          "a command set of more than " + DimseCommand.MAX_LENGTH + " bytes");
    }
    if (length + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(length + count, 2 * bytes.length));
    }
    piece.get(bytes, length, count);
    length += count;
    if (!ends) {
      return null;
    }
    try {
      return DimseCommand.decode(ByteBuffer.wrap(bytes, 0, length));
    } catch (DicomException e) {
      throw new PduException(Pdu.Abort.INVALID_PARAMETER, e.getMessage());
    } finally {
      length = 0;
      this.contextId = -1;
    }
  }
}
