// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.UUID;

/** Unique identifiers, PS3.5 section 9 and annex B. */
public final class Uid {
  private static final int MAX_LENGTH = 64;

  private Uid() {}

  /** A new UID made of a random UUID: {@code 2.25.<decimal>}, PS3.5 annex B.2. */
  public static String generate() {
    UUID uuid = UUID.randomUUID();
    return decimal(
        ByteBuffer.allocate(16)
            .putLong(uuid.getMostSignificantBits())
            .putLong(uuid.getLeastSignificantBits())
            .array());
  }

  /**
   * The UID that always belongs to these parts, in this order: the first 128 bits of SHA-256 over
   * the length-prefixed parts, marked as UUID version 8 (RFC 9562).
   */
  public static String derive(String... parts) {
    MessageDigest digest;
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
    for (String part : parts) {
      byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
      digest.update(ByteBuffer.allocate(4).putInt(bytes.length).array());
      digest.update(bytes);
    }
    byte[] hash = Arrays.copyOf(digest.digest(), 16);
    hash[6] = (byte) (hash[6] & 0x0F | 0x80);
    hash[8] = (byte) (hash[8] & 0x3F | 0x80);
    return decimal(hash);
  }

  /** True for dot-separated decimal components without leading zeros, at most 64 characters. */
  public static boolean isValid(String uid) {
    if (uid == null || uid.isEmpty() || uid.length() > MAX_LENGTH) {
      return false;
    }
    int start = 0;
    for (int i = 0; i <= uid.length(); i++) {
      if (i == uid.length() || uid.charAt(i) == '.') {
        if (i == start || (i > start + 1 && uid.charAt(start) == '0')) {
          return false;
        }
        start = i + 1;
      } else if (uid.charAt(i) < '0' || uid.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static String decimal(byte[] uuid) {
    return "2.25." + new BigInteger(1, uuid);
  }
}
