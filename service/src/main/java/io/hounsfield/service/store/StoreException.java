// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import java.io.IOException;

/** The database cannot do what was asked. The message says what, where and what to do. */
public final class StoreException extends IOException {

  private static final long serialVersionUID = 1L;

  StoreException(String message) {
    super(message);
  }

  StoreException(String message, Throwable cause) {
    super(message, cause);
  }
}
