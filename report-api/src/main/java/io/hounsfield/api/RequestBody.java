// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;

/** Reads the body of a request of JSON: bounded in size and in time, before anything is done. */
final class RequestBody {

  private static final String KEY = "hounsfield.body";

  /** How long a body may take, ms. */
  static final long MAX_MS = 30_000;

  private RequestBody() {}

  /** What was read. */
  static byte[] of(RoutingContext rc) {
    return rc.get(KEY);
  }

  /**
   * Reads it, then goes on with the next handler; called on the event loop before anything of the
   * body was taken.
   */
  static void read(RoutingContext rc, int maxBytes, long maxMs) {
    HttpServerRequest request = rc.request();
    requireJson(rc);
    if (declaredLength(request) > maxBytes) {
      throw tooLarge(rc, maxBytes);
    }
    if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
      request.response().writeContinue();
    }
    Buffer body = Buffer.buffer();
    boolean[] done = new boolean[1];
    long timer =
        rc.vertx()
            .setTimer(
                maxMs,
                t -> {
                  if (!done[0]) {
                    done[0] = true;
                    rc.fail(
                        refusal(
                            rc,
                            Problem.Code.TOO_SLOW,
                            "The body did not come within %d s.".formatted(maxMs / 1000)));
                  }
                });
    request.handler(
        chunk -> {
          if (done[0]) {
            return;
          }
          if (body.length() + chunk.length() > maxBytes) {
            done[0] = true;
            rc.vertx().cancelTimer(timer);
            rc.fail(tooLarge(rc, maxBytes));
            return;
          }
          body.appendBuffer(chunk);
        });
    request.exceptionHandler(
        fault -> {
          done[0] = true; // the client has gone
          rc.vertx().cancelTimer(timer);
        });
    request.endHandler(
        v -> {
          if (!done[0]) {
            done[0] = true;
            rc.vertx().cancelTimer(timer);
            rc.put(KEY, body.getBytes());
            rc.next();
          }
        });
  }

  private static void requireJson(RoutingContext rc) {
    String type = rc.request().getHeader(HttpHeaders.CONTENT_TYPE);
    String[] parts = (type == null ? "" : type).toLowerCase(Locale.ROOT).split(";");
    boolean json = parts.length > 0 && parts[0].strip().equals("application/json");
    for (int i = 1; i < parts.length; i++) {
      String parameter = parts[i].replace("\"", "").strip();
      json &= !parameter.startsWith("charset=") || parameter.equals("charset=utf-8");
    }
    String encoding = rc.request().getHeader(HttpHeaders.CONTENT_ENCODING);
    if (!json || encoding != null && !encoding.equalsIgnoreCase("identity")) {
      throw refusal(
          rc,
          Problem.Code.UNSUPPORTED_MEDIA_TYPE,
          "The body must be application/json in UTF-8, not compressed.");
    }
  }

  private static long declaredLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    try {
      return length == null ? 0 : Long.parseLong(length);
    } catch (NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static Problem tooLarge(RoutingContext rc, int maxBytes) {
    return refusal(
        rc,
        Problem.Code.BODY_TOO_LARGE,
        "The body is larger than %d KiB.".formatted(maxBytes / 1024));
  }

  /** A body that is not read to its end ends the connection. */
  private static Problem refusal(RoutingContext rc, Problem.Code code, String detail) {
    rc.response()
        .putHeader(HttpHeaders.CONNECTION, "close")
        .endHandler(v -> rc.request().connection().close());
    return new Problem(code, detail);
  }
}
