// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

/** A delivery cannot be changed as asked, because of where it stands. The message says why. */
public final class DeliveryConflictException extends Exception {
  private static final long serialVersionUID = 1L;

  DeliveryConflictException(String message) {
    super(message);
  }
}
