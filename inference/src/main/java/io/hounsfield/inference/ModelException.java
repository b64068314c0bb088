// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

/**
 * A model that cannot be used: its manifest, its weights, the engine under it, or what the network
 * answered. The message says what is wrong, where, and what to do about it.
 */
public final class ModelException extends Exception {

  private static final long serialVersionUID = 1L;

  ModelException(String message) {
    super(message);
  }

  ModelException(String message, Throwable cause) {
    super(message, cause);
  }
}
