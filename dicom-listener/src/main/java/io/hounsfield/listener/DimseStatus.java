// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;
import java.util.Locale;

/**
 * DIMSE statuses this node answers with, PS3.7 annex C, PS3.4 tables B.2-1 and J.3-2, and the one
 * place where a fault becomes a status.
 */
public enum DimseStatus {
  SUCCESS(0x0000),
  PROCESSING_FAILURE(0x0110),
  NO_SUCH_OBJECT_INSTANCE(0x0112),
  INVALID_ARGUMENT_VALUE(0x0115),
  INVALID_SOP_INSTANCE(0x0117),
  NO_SUCH_SOP_CLASS(0x0118),
  CLASS_INSTANCE_CONFLICT(0x0119),
  MISSING_ATTRIBUTE(0x0120),
  SOP_CLASS_NOT_SUPPORTED(0x0122),
  NO_SUCH_ACTION(0x0123),
  UNRECOGNIZED_OPERATION(0x0211),
  MISTYPED_ARGUMENT(0x0212),
  RESOURCE_LIMITATION(0x0213),
  OUT_OF_RESOURCES(0xA700),
  DATA_SET_DOES_NOT_MATCH_SOP_CLASS(0xA900),
  CANNOT_UNDERSTAND(0xC000),
  /** Of Store Instances only, PS3.18 annex I.2.2. */
  TRANSFER_SYNTAX_NOT_SUPPORTED(0xC122);

  private final int code;

  DimseStatus(int code) {
    this.code = code;
  }

  /** The status code, 16 bit. */
  public int code() {
    return code;
  }

  /** {@code A700H (out of resources)}. */
  @Override
  public String toString() {
    return describe(code);
  }

  /** Any status code in words, as far as the standard names it. */
  public static String describe(int code) {
    String name = null;
    for (DimseStatus status : values()) {
      if (status.code == code) {
        name = status.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      }
    }
    if (name == null) {
      name =
          switch (code & 0xFF00) {
            case 0xA700 -> "refused: out of resources";
            case 0xA900 -> "data set does not match SOP class";
            case 0xB000 -> "warning";
            default -> (code & 0xF000) == 0xC000 ? "cannot understand" : "failure";
          };
      if (code == 0x0111) {
        name = "duplicate SOP instance";
      } else if (code == 0x0124) {
        name = "not authorized";
      }
    }
    return String.format("%04XH (%s)", code, name);
  }

  /**
   * The status that tells the sender of an instance of the fault that kept it from being stored.
   */
  public static DimseStatus of(Throwable fault) {
    if (fault instanceof StoreException store) {
      return store.status();
    }
    // The disk failed or is full: the sender should keep the instance and try again later.
    return fault instanceof IOException ? OUT_OF_RESOURCES : PROCESSING_FAILURE;
  }
}
