// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.nio.file.attribute.BasicFileAttributes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.concurrent.TimeUnit;

/** Entity tags (RFC 9110 section 8.8.3). */
final class ETags {

  private ETags() {}

  /** Of bytes: their SHA-256, shortened. */
  static String of(byte[] content) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(content);
      return '"' + HexFormat.of().formatHex(digest, 0, 16) + '"';
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** Of a file that is replaced as a whole, never written in place: its time and size. */
  static String of(BasicFileAttributes file) {
    return "\"%x-%x\"".formatted(file.lastModifiedTime().to(TimeUnit.NANOSECONDS), file.size());
  }

  /** Whether an If-None-Match header covers the tag. */
  static boolean matches(String ifNoneMatch, String etag) {
    if (ifNoneMatch == null) {
      return false;
    }
    for (String candidate : ifNoneMatch.split(",")) {
      String tag = candidate.strip();
      if (tag.equals("*") || tag.equals(etag) || tag.equals("W/" + etag)) {
        return true;
      }
    }
    return false;
  }
}
