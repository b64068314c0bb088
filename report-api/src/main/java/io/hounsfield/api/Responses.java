// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;

/** Ends responses. */
final class Responses {

  private Responses() {}

  /** Ends with a body; one to HEAD gets its length, but not the body. */
  static void end(HttpServerResponse response, Buffer body) {
    response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    response.end(body);
  }
}
