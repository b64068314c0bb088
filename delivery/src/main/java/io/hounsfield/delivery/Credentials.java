// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Objects;

/**
 * What a HTTP server asks for. Holds where the secret stands, never the secret: it is read for each
 * request, so that a renewed one counts at once.
 *
 * @param scheme how it is shown
 * @param source where it stands
 */
public record Credentials(Scheme scheme, Source source) {
  private static final int MAX_LENGTH = 16 << 10;

  /** Schemes of HTTP authentication. */
  public enum Scheme {
    /** RFC 6750; the secret is the token. */
    BEARER,
    /** RFC 7617; the secret is {@code user:password}. */
    BASIC
  }

  /** Where a secret stands. */
  public sealed interface Source {}

  /** The first line of a file. */
  public record InFile(Path file) implements Source {}

  /** An environment variable. */
  public record InEnvironment(String variable) implements Source {}

  public Credentials {
    Objects.requireNonNull(scheme, "scheme");
    Objects.requireNonNull(source, "source");
  }

  /**
   * Value of the Authorization header.
   *
   * @throws IOException if the secret is not there or cannot be a header; never quotes it
   */
  String authorization() throws IOException {
    String secret = secret();
    for (int i = 0; i < secret.length(); i++) {
      if (secret.charAt(i) < 0x20 || secret.charAt(i) == 0x7F) {
        throw new IOException("the secret in " + place() + " holds a control character");
      }
    }
    return switch (scheme) {
      case BEARER -> "Bearer " + secret;
      case BASIC ->
          "Basic " + Base64.getEncoder().encodeToString(secret.getBytes(StandardCharsets.UTF_8));
    };
  }

  private String secret() throws IOException {
    String text;
    if (source instanceof InFile in) {
      if (Files.size(in.file()) > MAX_LENGTH) {
        throw new IOException("the secret in " + place() + " is too long");
      }
      text = Files.readString(in.file()).lines().findFirst().orElse("");
    } else {
      text = System.getenv(((InEnvironment) source).variable());
    }
    if (text == null || text.isBlank()) {
      throw new IOException("there is no secret in " + place());
    }
    return text.strip();
  }

  private String place() {
    return source instanceof InFile in
        ? in.file().toString()
        : "environment variable " + ((InEnvironment) source).variable();
  }
}
