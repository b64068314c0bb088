// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;

/**
 * A request that is not answered as asked: problem details, RFC 9457, with the status codes of
 * PS3.18 section 8.5. Thrown anywhere, answered in one place.
 */
final class WebProblem extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** How long a client that found this busy should wait, s. */
  static final int RETRY_SECONDS = 30;

  private final int status;
  private final String title;
  private final String code;

  private WebProblem(int status, String title, String code, String detail) {
    // Neither cause nor stack trace: this is an answer, not a fault.
    super(detail, null, false, false);
    this.status = status;
    this.title = title;
    this.code = code;
  }

  static WebProblem invalid(String detail) {
    return new WebProblem(400, "Bad Request", "invalid-request", detail);
  }

  static WebProblem notFound(String detail) {
    return new WebProblem(404, "Not Found", "not-found", detail);
  }

  static WebProblem methodNotAllowed(String detail) {
    return new WebProblem(405, "Method Not Allowed", "method-not-allowed", detail);
  }

  static WebProblem notAcceptable(String detail) {
    return new WebProblem(406, "Not Acceptable", "not-acceptable", detail);
  }

  static WebProblem tooSlow(String detail) {
    return new WebProblem(408, "Request Timeout", "too-slow", detail);
  }

  static WebProblem tooLarge(String detail) {
    return new WebProblem(413, "Content Too Large", "body-too-large", detail);
  }

  static WebProblem unsupportedMedia(String detail) {
    return new WebProblem(415, "Unsupported Media Type", "unsupported-media-type", detail);
  }

  static WebProblem busy(String detail) {
    return new WebProblem(503, "Service Unavailable", "busy", detail);
  }

  static WebProblem internal() {
    return new WebProblem(
        500,
        "Internal Server Error",
        "internal-error",
        "The request could not be answered because of a fault of this service; its log says more.");
  }

  int status() {
    return status;
  }

  void answer(HttpServerResponse response) {
    if (status == 503) {
      response.putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(RETRY_SECONDS));
    }
    response
        .setStatusCode(status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
        .end(
            new JsonObject()
                .put("type", "about:blank")
                .put("title", title)
                .put("status", status)
                .put("code", code)
                .put("detail", getMessage())
                .toBuffer());
  }
}
