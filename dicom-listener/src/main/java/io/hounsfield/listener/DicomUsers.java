// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Users for user identity negotiation, PS3.7 D.3.3.7, from a file of one user a line: {@code name}
 * for a user without a passcode, or {@code name:pbkdf2-sha256:iterations:salt:hash} with salt and
 * hash in hex as {@link #line} makes it. Empty lines and lines that begin with {@code #} do not
 * count. A changed file is read again at the next check; one that is broken keeps the users of
 * before. Thread-safe.
 */
public final class DicomUsers {
  private static final Logger LOG = LoggerFactory.getLogger(DicomUsers.class);
  private static final String SCHEME = "pbkdf2-sha256";
  private static final int ITERATIONS = 210_000;
  private static final int MAX_ITERATIONS = 10_000_000;
  private static final int HASH_BYTES = 32;
  private static final int SALT_BYTES = 16;
  private static final long MAX_FILE = 1 << 20;

  /** A passcode's hash; null for a user without one. */
  private record Secret(int iterations, byte[] salt, byte[] hash) {}

  private final Path file;
  private final byte[] cacheKey = new byte[32];
  private Map<String, Secret> users;
  private FileTime modified;

  /** Passcodes found right, as keyed digests: hashing anew for each association costs too much. */
  private final Map<String, byte[]> verified = new LinkedHashMap<>();

  private DicomUsers(Path file) throws IOException {
    this.file = file;
    new SecureRandom().nextBytes(cacheKey);
    modified = Files.getLastModifiedTime(file);
    users = parse(file);
  }

  /**
   * Reads the file.
   *
   * @throws IOException when it cannot be read, or naming the line that is wrong
   */
  public static DicomUsers read(Path file) throws IOException {
    return new DicomUsers(file);
  }

  /**
   * The line of a user with a passcode.
   *
   * @throws IllegalArgumentException when the name cannot be in the file
   */
  public static String line(String name, char[] passcode) {
    requireName(name);
    if (passcode.length == 0) {
      throw new IllegalArgumentException("the passcode is empty");
    }
    byte[] salt = new byte[SALT_BYTES];
    new SecureRandom().nextBytes(salt);
    HexFormat hex = HexFormat.of();
    return String.join(
        ":",
        name,
        SCHEME,
        Integer.toString(ITERATIONS),
        hex.formatHex(salt),
        hex.formatHex(hash(passcode, salt, ITERATIONS)));
  }

  /**
   * Checks a user's name, before a passcode is asked for.
   *
   * @throws IllegalArgumentException if the file cannot hold such a name
   */
  public static void requireName(String name) {
    if (name.isBlank()
        || name.startsWith("#")
        || !name.equals(name.strip())
        || name.length() > 128
        || name.chars().anyMatch(c -> c < ' ' || c == ':' || c == 0x7F)) {
      throw new IllegalArgumentException(
          "a user name has 1 to 128 characters, no ':' and no '#' in front");
    }
  }

  private static Map<String, Secret> parse(Path file) throws IOException {
    if (Files.size(file) > MAX_FILE) {
      throw new IOException(file + " is longer than " + MAX_FILE + " bytes");
    }
    Map<String, Secret> users = new LinkedHashMap<>();
    int number = 0;
    for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
      number++;
      String text = line.strip();
      if (text.isEmpty() || text.startsWith("#")) {
        continue;
      }
      String[] parts = text.split(":", -1);
      try {
        requireName(parts[0]);
        if (users.containsKey(parts[0])) {
          throw new IllegalArgumentException("this user is there twice");
        }
        users.put(parts[0], secret(parts));
      } catch (IllegalArgumentException e) {
        throw new IOException(file + " line " + number + ": " + e.getMessage(), e);
      }
    }
    return users;
  }

  private static Secret secret(String[] parts) {
    if (parts.length == 1) {
      return null;
    }
    if (parts.length != 5 || !parts[1].equals(SCHEME)) {
      throw new IllegalArgumentException(
          "is neither a name nor name:" + SCHEME + ":iterations:salt:hash");
    }
    int iterations = Integer.parseInt(parts[2]);
    byte[] salt = HexFormat.of().parseHex(parts[3]);
    byte[] hash = HexFormat.of().parseHex(parts[4]);
    if (iterations < 1 || iterations > MAX_ITERATIONS || hash.length != HASH_BYTES) {
      throw new IllegalArgumentException("iterations or hash are out of range");
    }
    if (salt.length == 0) {
      throw new IllegalArgumentException("the salt is empty");
    }
    return new Secret(iterations, salt, hash);
  }

  private static byte[] hash(char[] passcode, byte[] salt, int iterations) {
    try {
      PBEKeySpec spec = new PBEKeySpec(passcode, salt, iterations, 8 * HASH_BYTES);
      return SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256").generateSecret(spec).getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has PBKDF2WithHmacSHA256", e);
    }
  }

  /**
   * Whether this is a user who needs no passcode.
   *
   * @param name as it was sent, UTF-8
   */
  synchronized boolean acceptsName(byte[] name) {
    refresh();
    String user = new String(name, StandardCharsets.UTF_8);
    return users.containsKey(user) && users.get(user) == null;
  }

  /**
   * Whether this is the passcode of this user. Slow for a wrong one, on purpose: not on an event
   * loop.
   */
  synchronized boolean acceptsPasscode(byte[] name, byte[] passcode) {
    refresh();
    String user = new String(name, StandardCharsets.UTF_8);
    Secret secret = users.get(user);
    byte[] digest = digest(passcode);
    if (secret != null && Arrays.equals(verified.get(user), digest)) {
      return true;
    }
    char[] text = new String(passcode, StandardCharsets.UTF_8).toCharArray();
    // An unknown user costs as much as a wrong passcode, so that time tells nothing.
    byte[] hash =
        secret == null
            ? hash(text, cacheKey, ITERATIONS)
            : hash(text, secret.salt, secret.iterations);
    if (secret == null || !MessageDigest.isEqual(hash, secret.hash)) {
      return false;
    }
    verified.put(user, digest);
    return true;
  }

  private byte[] digest(byte[] passcode) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(cacheKey, "HmacSHA256"));
      return mac.doFinal(passcode);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has HmacSHA256", e);
    }
  }

  private void refresh() {
    try {
      FileTime now = Files.getLastModifiedTime(file);
      if (!now.equals(modified)) {
        modified = now;
        users = parse(file);
        verified.clear();
        LOG.info("users of {} read again: {}", file.getFileName(), users.size());
      }
    } catch (IOException e) {
      LOG.warn("users as before, the changed file cannot be used: {}", e.getMessage());
    }
  }
}
