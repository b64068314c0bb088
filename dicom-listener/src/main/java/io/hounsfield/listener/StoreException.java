// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;

/** An instance that cannot be taken; the message names the reason, without patient data. */
final class StoreException extends IOException {
  /** Why an instance is not taken. */
  enum Reason {
    /** The spool has no room. */
    NO_SPACE,
    /** The data set is another instance, or of another class, than the command says. */
    MISMATCH,
    /** The data set cannot be read, is not there to its end, or has no UIDs. */
    UNREADABLE,
    /** The SOP class is not that of the presentation context. */
    WRONG_CLASS,
    /** The command lacks an attribute. */
    INCOMPLETE_COMMAND,
    /** The SOP Instance UID is none. */
    INVALID_INSTANCE,
    /** The class is none that this node stores. */
    CLASS_NOT_STORED,
    /** The transfer syntax is none that this node stores. */
    WRONG_SYNTAX
  }

  private final Reason reason;

  StoreException(Reason reason, String message) {
    super(message);
    this.reason = reason;
  }

  Reason reason() {
    return reason;
  }

  DimseStatus status() {
    return switch (reason) {
      case NO_SPACE -> DimseStatus.OUT_OF_RESOURCES;
      case MISMATCH -> DimseStatus.DATA_SET_DOES_NOT_MATCH_SOP_CLASS;
      case UNREADABLE -> DimseStatus.CANNOT_UNDERSTAND;
      case WRONG_CLASS -> DimseStatus.SOP_CLASS_NOT_SUPPORTED;
      case INCOMPLETE_COMMAND -> DimseStatus.MISSING_ATTRIBUTE;
      case INVALID_INSTANCE -> DimseStatus.INVALID_SOP_INSTANCE;
      case CLASS_NOT_STORED -> DimseStatus.SOP_CLASS_NOT_SUPPORTED;
      case WRONG_SYNTAX -> DimseStatus.TRANSFER_SYNTAX_NOT_SUPPORTED;
    };
  }
}
