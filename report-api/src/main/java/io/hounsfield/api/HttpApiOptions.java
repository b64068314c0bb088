// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.time.Duration;
import java.util.Objects;
import java.util.Set;

/**
 * How the HTTP server is set up.
 *
 * @param bindAddress address to listen on
 * @param port TCP port, 0 for any free one
 * @param allowedHosts names that the Host header may carry besides IP addresses and localhost,
 *     lower case, without port. Empty: no other name where {@code bindAddress} is a loopback
 *     address, any name where it is not. This keeps a foreign web page from reading the API through
 *     a name that it points here (DNS rebinding).
 * @param maxConnections open connections at once; further ones are closed at once
 * @param maxEventStreams clients of the event stream at once; further ones get 503
 * @param eventHeartbeat how often an idle event stream gets a comment line
 * @param eventQueue events that wait for a slow client of the event stream before it is dropped
 * @param eventHistory events kept for clients that resume with {@code Last-Event-ID}
 */
public record HttpApiOptions(
    String bindAddress,
    int port,
    Set<String> allowedHosts,
    int maxConnections,
    int maxEventStreams,
    Duration eventHeartbeat,
    int eventQueue,
    int eventHistory) {

  public HttpApiOptions {
    Objects.requireNonNull(bindAddress, "bindAddress");
    allowedHosts = Set.copyOf(allowedHosts);
    Objects.requireNonNull(eventHeartbeat, "eventHeartbeat");
    if (port < 0 || port > 65535) {
      throw new IllegalArgumentException("port must be 0 to 65535: " + port);
    }
    if (maxConnections < 1 || maxEventStreams < 1 || eventQueue < 1 || eventHistory < 1) {
      throw new IllegalArgumentException(
          "maxConnections, maxEventStreams, eventQueue and eventHistory must be 1 or more");
    }
    if (eventHeartbeat.toMillis() < 1) {
      throw new IllegalArgumentException("eventHeartbeat must be 1 ms or more: " + eventHeartbeat);
    }
  }

  /** Ordinary limits: 1000 connections, 100 event streams, a heartbeat every 15 s. */
  public static HttpApiOptions of(String bindAddress, int port) {
    return new HttpApiOptions(
        bindAddress, port, Set.of(), 1000, 100, Duration.ofSeconds(15), 256, 1024);
  }

  /** The same with these {@code allowedHosts}. */
  public HttpApiOptions withAllowedHosts(Set<String> hosts) {
    return new HttpApiOptions(
        bindAddress,
        port,
        hosts,
        maxConnections,
        maxEventStreams,
        eventHeartbeat,
        eventQueue,
        eventHistory);
  }
}
