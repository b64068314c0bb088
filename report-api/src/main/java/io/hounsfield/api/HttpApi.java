// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.util.function.Supplier;

/** The HTTP server: API, event stream, health, metrics and the web page. */
public final class HttpApi implements AutoCloseable {

  private HttpApi() {}

  /**
   * Starts the server; returns when it listens. Blocks, so not to be called on an event loop.
   *
   * @param catalog the analyses to show
   * @param health what {@code /health/live} and {@code /health/ready} answer from
   * @param metricsScrape gives the text for {@code /metrics} (Prometheus text format 0.0.4); called
   *     on worker threads
   * @throws IOException if the address cannot be bound
   */
  public static HttpApi start(
      Vertx vertx,
      HttpApiOptions options,
      AnalysisCatalog catalog,
      HealthSource health,
      Supplier<String> metricsScrape)
      throws IOException {
    throw new IOException("not finished");
  }

  /** The TCP port that the server listens on. */
  public int port() {
    return 0;
  }

  /** Ends event streams and stops listening; blocks until done. */
  @Override
  public void close() {}
}
