// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/**
 * Keys and rules of TLS, PS3.15 annex B. TLS 1.2 and 1.3 only, with the cipher suites of RFC 9325
 * (BCP 195) that have forward secrecy and authenticated encryption.
 *
 * @param certificate this side's certificate: PEM with its chain, or PKCS#12 with chain and private
 *     key; empty for a caller that does not show one
 * @param privateKey PEM (PKCS#8, encrypted or not) for a certificate in PEM
 * @param password of the private key or the PKCS#12 file, its first line; empty: none
 * @param trusted certificates that the other side's must lead to: PEM, or PKCS#12 without a
 *     password or with the same one; in PEM with revocation lists, which then count. Empty: those
 *     that Java trusts, for a caller; nothing, for a node that is called
 * @param clientAuthentication whether callers must show a certificate; concerns a node only
 * @param reloadInterval how often a node looks whether its files changed
 */
public record TlsOptions(
    Optional<Path> certificate,
    Optional<Path> privateKey,
    Optional<Path> password,
    Optional<Path> trusted,
    boolean clientAuthentication,
    Duration reloadInterval) {
  public TlsOptions {
    Objects.requireNonNull(certificate, "certificate");
    Objects.requireNonNull(privateKey, "privateKey");
    Objects.requireNonNull(password, "password");
    Objects.requireNonNull(trusted, "trusted");
    Objects.requireNonNull(reloadInterval, "reloadInterval");
    if (clientAuthentication && trusted.isEmpty()) {
      throw new IllegalArgumentException(
          "client authentication needs trusted certificates to check callers against");
    }
    if (privateKey.isPresent() && certificate.isEmpty()) {
      throw new IllegalArgumentException("a private key needs its certificate");
    }
  }

  /** A side that shows no certificate and trusts what Java trusts. */
  public static TlsOptions defaults() {
    return new TlsOptions(
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        false,
        Duration.ofSeconds(10));
  }

  /**
   * A context for calling out with these keys. The protocols are those of Java; callers should
   * allow TLS 1.2 and 1.3 only and check the host's name.
   *
   * @throws IOException naming the file that cannot be used
   */
  public SSLContext context() throws IOException {
    return TlsKeys.read(this).context();
  }

  /** These options with a certificate and private key in PEM. */
  public TlsOptions withPem(Path chain, Path key) {
    return new TlsOptions(
        Optional.of(chain),
        Optional.of(key),
        password,
        trusted,
        clientAuthentication,
        reloadInterval);
  }

  /** These options with certificate and key in PKCS#12. */
  public TlsOptions withPkcs12(Path store) {
    return new TlsOptions(
        Optional.of(store),
        Optional.empty(),
        password,
        trusted,
        clientAuthentication,
        reloadInterval);
  }

  /** These options with a file that holds the password. */
  public TlsOptions withPassword(Path file) {
    return new TlsOptions(
        certificate, privateKey, Optional.of(file), trusted, clientAuthentication, reloadInterval);
  }

  /** These options with trusted certificates. */
  public TlsOptions withTrusted(Path certificates) {
    return new TlsOptions(
        certificate,
        privateKey,
        password,
        Optional.of(certificates),
        clientAuthentication,
        reloadInterval);
  }

  /** These options with callers having to show a certificate. */
  public TlsOptions withClientAuthentication() {
    return new TlsOptions(certificate, privateKey, password, trusted, true, reloadInterval);
  }

  /** These options with another reload interval. */
  public TlsOptions withReloadInterval(Duration interval) {
    return new TlsOptions(
        certificate, privateKey, password, trusted, clientAuthentication, interval);
  }
}
