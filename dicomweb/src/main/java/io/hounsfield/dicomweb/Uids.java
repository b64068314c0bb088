// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

/** UIDs of requests. */
final class Uids {
  private static final int MAX_LENGTH = 64;

  private Uids() {}

  /** As forgiving as the spool: 1 to 64 digits and dots. */
  static boolean isUsable(String uid) {
    return !uid.isEmpty()
        && uid.length() <= MAX_LENGTH
        && uid.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /**
   * A UID of a path.
   *
   * @throws WebProblem (400) when it is none
   */
  static String require(String uid) {
    if (!isUsable(uid)) {
      throw WebProblem.invalid("A UID in the address is none: 1 to 64 digits and dots.");
    }
    return uid;
  }
}
