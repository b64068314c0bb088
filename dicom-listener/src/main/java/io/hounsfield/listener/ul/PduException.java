// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.io.IOException;

/** A peer sent what is not a PDU of PS3.8, or one beyond the agreed bounds. */
public final class PduException extends IOException {
  private final int reason;

  /**
   * @param reason the A-ABORT reason that tells the peer, such as {@link
   *     Pdu.Abort#INVALID_PARAMETER}
   * @param message what was wrong, with the numbers, without patient data
   */
  public PduException(int reason, String message) {
    super(message);
    this.reason = reason;
  }

  /** The A-ABORT that tells the peer. */
  public Pdu.Abort abort() {
    return new Pdu.Abort(Pdu.Abort.SERVICE_PROVIDER, reason);
  }
}
