// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;

/**
 * Tells whether two sets of instances are the same. The spool names a file after its SOP Instance
 * UID, so the sorted names stand for the sorted UIDs.
 */
final class InstancesDigest {
  private InstancesDigest() {}

  static String of(Collection<Path> files) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      files.stream()
          .map(file -> file.getFileName().toString())
          .sorted()
          .forEach(name -> digest.update((name + "\n").getBytes(StandardCharsets.UTF_8)));
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
