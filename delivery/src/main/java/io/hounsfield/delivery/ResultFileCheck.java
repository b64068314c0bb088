// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;

/** Digests of result files: what is sent is what was made. */
public final class ResultFileCheck {
  private ResultFileCheck() {}

  /** SHA-256 of a file, lower-case hexadecimal. */
  public static String sha256(Path file) throws IOException {
    MessageDigest digest = digest();
    try (InputStream in = new DigestInputStream(Files.newInputStream(file), digest)) {
      in.transferTo(OutputStream.nullOutputStream());
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  /** SHA-256 of bytes, lower-case hexadecimal. */
  public static String sha256(byte[] bytes) {
    return HexFormat.of().formatHex(digest().digest(bytes));
  }

  private static MessageDigest digest() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  /** What is wrong with a file that should have this digest; empty for nothing. */
  static Optional<String> fault(Path file, String sha256) throws IOException {
    if (!Files.isRegularFile(file)) {
      return Optional.of("the file of the object is not there any more");
    }
    return sha256(file).equals(sha256)
        ? Optional.empty()
        : Optional.of("the file of the object was changed after it was made");
  }
}
