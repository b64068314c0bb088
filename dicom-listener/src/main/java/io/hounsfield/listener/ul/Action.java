// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import static io.hounsfield.listener.ul.State.STA1;
import static io.hounsfield.listener.ul.State.STA10;
import static io.hounsfield.listener.ul.State.STA11;
import static io.hounsfield.listener.ul.State.STA12;
import static io.hounsfield.listener.ul.State.STA13;
import static io.hounsfield.listener.ul.State.STA2;
import static io.hounsfield.listener.ul.State.STA3;
import static io.hounsfield.listener.ul.State.STA4;
import static io.hounsfield.listener.ul.State.STA5;
import static io.hounsfield.listener.ul.State.STA6;
import static io.hounsfield.listener.ul.State.STA7;
import static io.hounsfield.listener.ul.State.STA8;
import static io.hounsfield.listener.ul.State.STA9;

/** Actions of the upper layer, PS3.8 tables 9-6 to 9-9, with the state each leads to. */
public enum Action {
  /** Issue a transport connect request. */
  AE_1(STA4),
  /** Send A-ASSOCIATE-RQ. */
  AE_2(STA5),
  /** Issue A-ASSOCIATE confirmation (accept). */
  AE_3(STA6),
  /** Issue A-ASSOCIATE confirmation (reject) and close the transport connection. */
  AE_4(STA1),
  /** Issue transport connection response; start ARTIM. */
  AE_5(STA2),
  /**
   * Stop ARTIM; if the A-ASSOCIATE-RQ is acceptable, issue A-ASSOCIATE indication (Sta3), otherwise
   * send A-ASSOCIATE-RJ and start ARTIM (Sta13).
   */
  AE_6(STA3, STA13),
  /** Send A-ASSOCIATE-AC. */
  AE_7(STA6),
  /** Send A-ASSOCIATE-RJ and start ARTIM. */
  AE_8(STA13),
  /** Send P-DATA-TF. */
  DT_1(STA6),
  /** Issue P-DATA indication. */
  DT_2(STA6),
  /** Send A-RELEASE-RQ. */
  AR_1(STA7),
  /** Issue A-RELEASE indication. */
  AR_2(STA8),
  /** Issue A-RELEASE confirmation and close the transport connection. */
  AR_3(STA1),
  /** Send A-RELEASE-RP and start ARTIM. */
  AR_4(STA13),
  /** Stop ARTIM. */
  AR_5(STA1),
  /** Issue P-DATA indication. */
  AR_6(STA7),
  /** Send P-DATA-TF. */
  AR_7(STA8),
  /** Issue A-RELEASE indication (collision): Sta9 for the requestor, Sta10 for the acceptor. */
  AR_8(STA9, STA10),
  /** Send A-RELEASE-RP. */
  AR_9(STA11),
  /** Issue A-RELEASE confirmation. */
  AR_10(STA12),
  /** Send A-ABORT (source service-user) and start or restart ARTIM. */
  AA_1(STA13),
  /** Stop ARTIM if running; close the transport connection. */
  AA_2(STA1),
  /** Issue A-ABORT or A-P-ABORT indication and close the transport connection. */
  AA_3(STA1),
  /** Issue A-P-ABORT indication. */
  AA_4(STA1),
  /** Stop ARTIM. */
  AA_5(STA1),
  /** Ignore the PDU. */
  AA_6(STA13),
  /** Send A-ABORT. */
  AA_7(STA13),
  /** Send A-ABORT (source service-provider), issue A-P-ABORT indication, start ARTIM. */
  AA_8(STA13);

  private final State next;
  private final State otherwise;

  Action(State next) {
    this(next, next);
  }

  Action(State next, State otherwise) {
    this.next = next;
    this.otherwise = otherwise;
  }

  /** The state after this action (the first of two, where the standard names two). */
  public State next() {
    return next;
  }

  /** The second state the standard names for AE-6 and AR-8; equal to {@link #next()} elsewhere. */
  public State otherwise() {
    return otherwise;
  }

  /** The standard's name, such as {@code AE-6}. */
  @Override
  public String toString() {
    return name().replace('_', '-');
  }
}
