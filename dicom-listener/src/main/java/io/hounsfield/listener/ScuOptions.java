// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.listener.ul.UserIdentity;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;

/**
 * Whom to call, and how.
 *
 * @param calledAeTitle AE title of the other node
 * @param host its host name or address
 * @param port its TCP port, 1 to 65535
 * @param callingAeTitle this side's AE title
 * @param connectTimeoutMs how long connecting may take, milliseconds
 * @param responseTimeoutMs how long the other node may stand still, milliseconds: neither taking
 *     bytes nor answering
 * @param slicesPerSecond pace at which C-STORE requests are begun; empty for as fast as possible
 * @param tls keys of TLS; empty: plain TCP
 * @param user who this side says it is, by user identity negotiation (PS3.7 D.3.3.7); empty: nobody
 */
public record ScuOptions(
    String calledAeTitle,
    String host,
    int port,
    String callingAeTitle,
    int connectTimeoutMs,
    int responseTimeoutMs,
    OptionalDouble slicesPerSecond,
    Optional<TlsOptions> tls,
    Optional<UserIdentity> user) {

  public ScuOptions {
    AeTitles.require(calledAeTitle, "calledAeTitle");
    AeTitles.require(callingAeTitle, "callingAeTitle");
    Objects.requireNonNull(host, "host");
    Objects.requireNonNull(slicesPerSecond, "slicesPerSecond");
    Objects.requireNonNull(tls, "tls");
    Objects.requireNonNull(user, "user");
    if (port < 1 || port > 65535) {
      throw new IllegalArgumentException("port is " + port + "; it must be 1 to 65535");
    }
    if (connectTimeoutMs < 1 || responseTimeoutMs < 1) {
      throw new IllegalArgumentException("timeouts must be at least 1 ms");
    }
    if (slicesPerSecond.isPresent() && !(slicesPerSecond.getAsDouble() > 0)) {
      throw new IllegalArgumentException(
          "slicesPerSecond is " + slicesPerSecond.getAsDouble() + "; it must be above 0");
    }
  }

  /** Without a user. */
  public ScuOptions(
      String calledAeTitle,
      String host,
      int port,
      String callingAeTitle,
      int connectTimeoutMs,
      int responseTimeoutMs,
      OptionalDouble slicesPerSecond,
      Optional<TlsOptions> tls) {
    this(
        calledAeTitle,
        host,
        port,
        callingAeTitle,
        connectTimeoutMs,
        responseTimeoutMs,
        slicesPerSecond,
        tls,
        Optional.empty());
  }

  /** 10 s to connect, 60 s for responses, no pacing, calling as HOUNSFIELD. */
  public static ScuOptions of(String calledAeTitle, String host, int port) {
    return new ScuOptions(
        calledAeTitle,
        host,
        port,
        "HOUNSFIELD",
        10_000,
        60_000,
        OptionalDouble.empty(),
        Optional.empty());
  }

  /** The parts that can be changed, in a copy. */
  private final class Copy {
    String title = callingAeTitle;
    int connectMs = connectTimeoutMs;
    int responseMs = responseTimeoutMs;
    OptionalDouble pace = slicesPerSecond;
    Optional<TlsOptions> keys = tls;
    Optional<UserIdentity> identity = user;

    ScuOptions with(Consumer<Copy> change) {
      change.accept(this);
      return new ScuOptions(
          calledAeTitle, host, port, title, connectMs, responseMs, pace, keys, identity);
    }
  }

  /** These options with another calling AE title. */
  public ScuOptions withCallingAeTitle(String title) {
    return new Copy().with(copy -> copy.title = title);
  }

  /** These options with other timeouts, milliseconds. */
  public ScuOptions withTimeouts(int connectMs, int responseMs) {
    return new Copy()
        .with(
            copy -> {
              copy.connectMs = connectMs;
              copy.responseMs = responseMs;
            });
  }

  /** These options with TLS. */
  public ScuOptions withTls(TlsOptions keys) {
    return new Copy().with(copy -> copy.keys = Optional.of(keys));
  }

  /**
   * These options with a user, who is named in every association. Without TLS the passcode crosses
   * the network as it is.
   *
   * @param passcode empty: the name alone
   * @throws IllegalArgumentException when the name is empty, or one of them too long for the field
   */
  public ScuOptions withUser(String name, Optional<String> passcode) {
    byte[] primary = name.getBytes(StandardCharsets.UTF_8);
    byte[] secondary = passcode.orElse("").getBytes(StandardCharsets.UTF_8);
    if (primary.length == 0 || primary.length > 0xFFFF || secondary.length > 0xFFFF) {
      throw new IllegalArgumentException(
          "a user needs a name, and name and passcode may have 65535 bytes at most");
    }
    int type = passcode.isPresent() ? UserIdentity.USERNAME_AND_PASSCODE : UserIdentity.USERNAME;
    UserIdentity named = new UserIdentity(type, false, primary, secondary);
    return new Copy().with(copy -> copy.identity = Optional.of(named));
  }

  /** These options with a pace. */
  public ScuOptions withSlicesPerSecond(double pace) {
    return new Copy().with(copy -> copy.pace = OptionalDouble.of(pace));
  }

  /** {@code AET@host:port}. */
  String peer() {
    return calledAeTitle + "@" + host + ":" + port;
  }
}
