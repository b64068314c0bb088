// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;

/**
 * An association with another node could not be had, or ended before its time: refused connection,
 * A-ASSOCIATE-RJ, A-ABORT, lost connection, timeout. The message says which and with whom.
 */
public final class AssociationException extends IOException {
  AssociationException(String message) {
    super(message);
  }

  AssociationException(String message, Throwable cause) {
    super(message, cause);
  }
}
