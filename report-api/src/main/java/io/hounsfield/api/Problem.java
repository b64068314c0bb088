// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import java.util.Locale;

/**
 * An error of the API, answered as problem details (RFC 9457). Thrown anywhere in a handler and
 * turned into an answer in one place.
 */
final class Problem extends RuntimeException {

  /** Every error that the API answers; the names are those of the enum in openapi.yaml. */
  enum Code {
    INVALID_REQUEST(400, "Bad Request"),
    ANALYSIS_NOT_FOUND(404, "Not Found"),
    REPORT_NOT_AVAILABLE(404, "Not Found"),
    IMAGES_NOT_HELD(404, "Not Found"),
    DELIVERY_NOT_FOUND(404, "Not Found"),
    NOT_FOUND(404, "Not Found"),
    CROSS_SITE_REQUEST(403, "Forbidden"),
    DELIVERY_CONFLICT(409, "Conflict"),
    TOO_MANY_REVIEWS(409, "Conflict"),
    REVIEW_CONFLICT(412, "Precondition Failed"),
    PRECONDITION_REQUIRED(428, "Precondition Required"),
    TOO_SLOW(408, "Request Timeout"),
    BODY_TOO_LARGE(413, "Content Too Large"),
    UNSUPPORTED_MEDIA_TYPE(415, "Unsupported Media Type"),
    METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
    BODY_NOT_ACCEPTED(413, "Content Too Large"),
    HOST_NOT_ALLOWED(421, "Misdirected Request"),
    TOO_MANY_VOLUMES(503, "Service Unavailable"),
    TOO_MANY_EXPORTS(503, "Service Unavailable"),
    TOO_MANY_EVENT_STREAMS(503, "Service Unavailable"),
    INTERNAL_ERROR(500, "Internal Server Error");

    private final int status;
    private final String title;

    Code(int status, String title) {
      this.status = status;
      this.title = title;
    }

    String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  private static final long serialVersionUID = 1;

  private final Code code;
  private final transient JsonObject members;

  /**
   * @param detail what was wrong and what to do, without patient data
   */
  Problem(Code code, String detail) {
    this(code, detail, new JsonObject());
  }

  /**
   * @param detail what was wrong and what to do, without patient data
   * @param members what else the problem says (RFC 9457 section 3.2)
   */
  Problem(Code code, String detail, JsonObject members) {
    // Neither cause nor stack trace: this is an answer, not a fault.
    super(detail, null, false, false);
    this.code = code;
    this.members = members;
  }

  static Problem analysisNotFound() {
    return new Problem(
        Code.ANALYSIS_NOT_FOUND,
        "There is no analysis with this identifier; GET /api/v1/analyses lists all.");
  }

  static Problem internalError() {
    return new Problem(
        Code.INTERNAL_ERROR,
        "The request could not be answered because of a fault of this service; its log says more.");
  }

  Code code() {
    return code;
  }

  void answer(HttpServerResponse response) {
    JsonObject body =
        new JsonObject()
            .put("type", "about:blank")
            .put("title", code.title)
            .put("status", code.status)
            .put("code", code.key())
            .put("detail", getMessage())
            .mergeIn(members);
    response
        .setStatusCode(code.status)
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    Responses.end(response, Buffer.buffer(body.encode()));
  }
}
