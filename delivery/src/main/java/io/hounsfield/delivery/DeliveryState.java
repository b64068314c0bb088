// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Where one object on its way to one destination stands. */
public enum DeliveryState {
  /** To be sent; nothing was tried since it was put here. */
  QUEUED,
  /** An attempt is under way. */
  SENDING,
  /** The receiver said success to the object; its commitment to keep it is not there yet. */
  COMMITTING,
  /** The receiver said success, and, where commitment is wanted, committed. */
  SENT,
  /** The last attempt failed; there will be another. */
  FAILING,
  /** It failed for as long as it is tried by itself; can be sent again on request. */
  GIVEN_UP,
  /** Not to be sent: by request, or because a newer version takes its place. */
  CANCELLED;

  /** Stable name in database and API, such as {@code given-up}. */
  public String key() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** Whether something will still be done without anybody asking for it. */
  public boolean isOpen() {
    return this == QUEUED || this == SENDING || this == COMMITTING || this == FAILING;
  }

  /** The state of that name. */
  public static Optional<DeliveryState> ofKey(String key) {
    return Arrays.stream(values()).filter(state -> state.key().equals(key)).findFirst();
  }
}
