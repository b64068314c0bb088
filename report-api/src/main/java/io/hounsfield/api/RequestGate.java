// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Operation;
import io.vertx.openapi.contract.Parameter;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** What every request passes first: security headers, host check, bodies, HEAD as GET. */
final class RequestGate {

  private static final String HEAD = "hounsfield.head";

  private static final String OWN_HEADER = "X-Hounsfield-Request";

  private static final String CONTENT_SECURITY_POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none';"
          // The viewer library carries its font as a data: picture.
          + " object-src 'none'; img-src 'self' data:";

  private final HostCheck hosts;
  private final OpenAPIContract contract;
  private final List<Mount> mounts;

  RequestGate(HostCheck hosts, OpenAPIContract contract, List<Mount> mounts) {
    this.hosts = hosts;
    this.contract = contract;
    this.mounts = List.copyOf(mounts);
  }

  /** Whether the client asked with HEAD. */
  static boolean isHead(RoutingContext rc) {
    return Boolean.TRUE.equals(rc.<Boolean>get(HEAD));
  }

  static void secure(HttpServerResponse response) {
    response
        .putHeader("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        .putHeader("X-Content-Type-Options", "nosniff")
        .putHeader("Referrer-Policy", "no-referrer")
        .putHeader("Cross-Origin-Resource-Policy", "same-origin")
        .putHeader("Cross-Origin-Opener-Policy", "same-origin");
  }

  void check(RoutingContext rc) {
    HttpServerRequest request = rc.request();
    if (request.method() == HttpMethod.HEAD) {
      // The response stays one to HEAD, so no body is sent, whatever the GET route writes.
      rc.put(HEAD, true);
      rc.reroute(HttpMethod.GET, request.uri());
      return;
    }
    secure(rc.response());
    HostAndPort authority = request.authority();
    if (!hosts.allows(authority == null ? null : authority.host())) {
      throw new Problem(
          Problem.Code.HOST_NOT_ALLOWED,
          "This server is not known by the name in the Host header; use its IP address or"
              + " localhost, or add the name to the allowed hosts in its configuration.");
    }
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    boolean body =
        request.getHeader(HttpHeaders.TRANSFER_ENCODING) != null
            || (length != null && !length.equals("0"));
    boolean review = addsReview(rc);
    if (body && !review && !takesBody(rc)) {
      rc.response()
          .putHeader(HttpHeaders.CONNECTION, "close")
          .endHandler(v -> request.connection().close());
      throw new Problem(
          Problem.Code.BODY_NOT_ACCEPTED, "This operation takes no request body; send none.");
    }
    checkQueryNames(rc);
    if (review) {
      checkOwnSite(rc);
      RequestBody.read(rc, NewReviewJson.MAX_BYTES, RequestBody.MAX_MS);
    } else {
      rc.next();
    }
  }

  private boolean addsReview(RoutingContext rc) {
    if (rc.request().method() != HttpMethod.POST) {
      return false;
    }
    Operation operation = contract.findOperation(rc.normalizedPath(), HttpMethod.POST);
    return operation != null && operation.getOperationId().equals(ReviewRoutes.ADD);
  }

  /**
   * Requests that change something come from a client that means it: a browser sends the header
   * only for pages of this server, unless the server allows others (it does not), and says where a
   * request comes from.
   */
  static void requireOwnSite(RoutingContext rc) {
    checkOwnSite(rc);
    rc.next();
  }

  private static void checkOwnSite(RoutingContext rc) {
    HttpServerRequest request = rc.request();
    String origin = request.getHeader("Origin");
    String site = request.getHeader("Sec-Fetch-Site");
    String host = request.getHeader(HttpHeaders.HOST);
    boolean foreign =
        origin != null && (host == null || !origin.replaceFirst("^https?://", "").equals(host))
            || site != null && !site.equals("same-origin") && !site.equals("none");
    if (foreign || request.getHeader(OWN_HEADER) == null) {
      throw new Problem(
          Problem.Code.CROSS_SITE_REQUEST,
          "What changes something is taken from this server's own pages and from programs, with the"
              + " header "
              + OWN_HEADER
              + ": 1.");
    }
  }

  private boolean takesBody(RoutingContext rc) {
    return rc.request().method() == HttpMethod.POST
        && mounts.stream().anyMatch(mount -> mount.holds(rc.normalizedPath()));
  }

  /** A misspelt filter must not silently mean "no filter". */
  private void checkQueryNames(RoutingContext rc) {
    if (rc.request().query() == null) {
      return;
    }
    Operation operation = contract.findOperation(rc.normalizedPath(), rc.request().method());
    if (operation == null) {
      return;
    }
    Set<String> known =
        operation.getParameters().stream().map(Parameter::getName).collect(Collectors.toSet());
    for (String name : rc.queryParams().names()) {
      if (!known.contains(name)) {
        throw new Problem(
            Problem.Code.INVALID_REQUEST,
            "There is no query parameter of this name here; /openapi.yaml lists them.");
      }
      if (rc.queryParams().getAll(name).size() > 1) {
        throw new Problem(
            Problem.Code.INVALID_REQUEST, "Query parameter " + name + " must be given once.");
      }
    }
  }
}
