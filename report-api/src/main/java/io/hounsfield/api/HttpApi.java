// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.HttpException;
import io.vertx.openapi.contract.MediaType;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.contract.Path;
import io.vertx.openapi.validation.ValidatorException;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The HTTP server: API, event stream, health, metrics and the web page. */
public final class HttpApi implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);

  private static final String READING = "GET, HEAD, OPTIONS";
  private static final int WORKERS = 8;
  private static final int IDLE_TIMEOUT_SECONDS = 60;
  private static final int MAX_REQUEST_LINE_BYTES = 4096;
  private static final int MAX_HEADER_BYTES = 16 * 1024;

  private final HttpServer server;
  private final EventHub events;
  private final List<AnalysisCatalog.Subscription> subscriptions;
  private final WorkerExecutor workers;
  private final VolumeSender volumes;
  private final Exports exports;

  private HttpApi(
      HttpServer server,
      EventHub events,
      List<AnalysisCatalog.Subscription> subscriptions,
      WorkerExecutor workers,
      VolumeSender volumes,
      Exports exports) {
    this.server = server;
    this.events = events;
    this.subscriptions = subscriptions;
    this.workers = workers;
    this.volumes = volumes;
    this.exports = exports;
  }

  /** Starts a server that has no results in the standards' forms to show. */
  public static HttpApi start(
      Vertx vertx,
      HttpApiOptions options,
      AnalysisCatalog catalog,
      Supplier<List<LoadedModel>> models,
      HealthSource health,
      Supplier<String> metricsScrape)
      throws IOException {
    return start(vertx, options, catalog, ResultCatalog.NONE, models, health, metricsScrape);
  }

  /**
   * Starts the server; returns when it listens. Blocks, so not to be called on an event loop.
   *
   * @param catalog the analyses to show
   * @param results their results in the standards' forms, and where these went
   * @param models the networks that are loaded; must not block
   * @param health what {@code /health/live} and {@code /health/ready} answer from
   * @param metricsScrape gives the text for {@code /metrics} (Prometheus text format 0.0.4); called
   *     on worker threads
   * @throws IOException if the address cannot be bound
   */
  public static HttpApi start(
      Vertx vertx,
      HttpApiOptions options,
      AnalysisCatalog catalog,
      ResultCatalog results,
      Supplier<List<LoadedModel>> models,
      HealthSource health,
      Supplier<String> metricsScrape)
      throws IOException {
    return start(vertx, options, catalog, results, models, health, metricsScrape, List.of());
  }

  /**
   * The same with further routes.
   *
   * @param mounts routes of others on this server
   */
  public static HttpApi start(
      Vertx vertx,
      HttpApiOptions options,
      AnalysisCatalog catalog,
      ResultCatalog results,
      Supplier<List<LoadedModel>> models,
      HealthSource health,
      Supplier<String> metricsScrape,
      List<Mount> mounts)
      throws IOException {
    return start(
        vertx,
        options,
        catalog,
        results,
        ReviewCatalog.NONE,
        models,
        health,
        metricsScrape,
        mounts);
  }

  /**
   * The same with reviews.
   *
   * @param reviews what people say of the reports
   */
  public static HttpApi start(
      Vertx vertx,
      HttpApiOptions options,
      AnalysisCatalog catalog,
      ResultCatalog results,
      ReviewCatalog reviews,
      Supplier<List<LoadedModel>> models,
      HealthSource health,
      Supplier<String> metricsScrape,
      List<Mount> mounts)
      throws IOException {
    byte[] document = WebPage.resource("openapi.yaml");
    OpenAPIContract contract =
        await(OpenAPIContract.from(vertx, routable(document)), "openapi.yaml cannot be used");
    WorkerExecutor workers = vertx.createSharedWorkerExecutor("hounsfield-http", WORKERS);
    EventHub events = new EventHub(vertx, options);
    VolumeSender volumes = new VolumeSender();
    Exports exports = new Exports(results);
    AnalysisNews news = new AnalysisNews(vertx, workers, catalog, results, events);
    List<AnalysisCatalog.Subscription> subscriptions =
        List.of(
            catalog.subscribe(news::changed),
            results.subscribe(news::changed),
            reviews.subscribe(news::changed),
            news::close);
    try {
      RequestGate gate = new RequestGate(new HostCheck(options), contract, mounts);
      Router router =
          new ApiRoutes(
                  workers,
                  catalog,
                  results,
                  models,
                  health,
                  metricsScrape,
                  events,
                  volumes,
                  exports,
                  reviews)
              .create(vertx, contract, WebPage.of("application/yaml", document), gate);
      addPages(router, mounts);
      mounts.forEach(mount -> router.route(mount.path() + "/*").subRouter(mount.router()));
      addFaults(router, contract);
      HttpServer server = vertx.createHttpServer(serverOptions());
      server.requestHandler(router);
      server.invalidRequestHandler(HttpApi::answerInvalid);
      AtomicInteger connections = new AtomicInteger();
      server.connectionHandler(
          connection -> limit(connection, connections, options.maxConnections()));
      await(
          server.listen(options.port(), options.bindAddress()),
          "HTTP cannot listen on %s port %d".formatted(options.bindAddress(), options.port()));
      return new HttpApi(server, events, subscriptions, workers, volumes, exports);
    } catch (IOException | RuntimeException e) {
      subscriptions.forEach(AnalysisCatalog.Subscription::close);
      events.close();
      volumes.close();
      exports.close();
      workers.close();
      throw e;
    }
  }

  private static HttpServerOptions serverOptions() {
    return new HttpServerOptions()
        .setMaxInitialLineLength(MAX_REQUEST_LINE_BYTES)
        .setMaxHeaderSize(MAX_HEADER_BYTES)
        .setHttp2ClearTextEnabled(false)
        .setIdleTimeout(IDLE_TIMEOUT_SECONDS)
        .setIdleTimeoutUnit(TimeUnit.SECONDS);
  }

  private static void limit(HttpConnection connection, AtomicInteger connections, int most) {
    int open = connections.incrementAndGet();
    connection.closeHandler(v -> connections.decrementAndGet());
    if (open > most) {
      LOG.warn("HTTP connection refused: {} are open already", most);
      connection.close();
    }
  }

  /**
   * The document as the router can take it: Vert.x refuses a whole document for one response media
   * type that it does not know, but needs no responses to make routes and check requests. The one
   * body is read and checked by {@link RequestBody} and {@link NewReviewJson}, which bound it.
   */
  private static JsonObject routable(byte[] document) throws IOException {
    Map<String, Object> tree =
        new YAMLMapper().readValue(document, new TypeReference<LinkedHashMap<String, Object>>() {});
    JsonObject root = new JsonObject(tree);
    for (String path : root.getJsonObject("paths").fieldNames()) {
      JsonObject operations = root.getJsonObject("paths").getJsonObject(path);
      for (String method : operations.fieldNames()) {
        stripUnknownMedia(operations.getJsonObject(method).getJsonObject("responses"));
        operations.getJsonObject(method).remove("requestBody");
        withoutEntityTags(operations.getJsonObject(method).getJsonArray("parameters"));
      }
    }
    stripUnknownMedia(root.getJsonObject("components").getJsonObject("responses"));
    return root;
  }

  /** Vert.x reads texts of headers as JSON, which an entity tag with its quotes is not. */
  private static void withoutEntityTags(JsonArray parameters) {
    for (int i = 0; parameters != null && i < parameters.size(); i++) {
      if ("If-Match".equals(parameters.getJsonObject(i).getString("name"))) {
        parameters.remove(i--);
      }
    }
  }

  private static void stripUnknownMedia(JsonObject responses) {
    for (String name : responses.fieldNames()) {
      JsonObject content = responses.getJsonObject(name).getJsonObject("content");
      if (content != null) {
        content.fieldNames().stream()
            .filter(type -> !MediaType.isMediaTypeSupported(type))
            .toList()
            .forEach(content::remove);
      }
    }
  }

  private static void addPages(Router router, List<Mount> mounts) throws IOException {
    WebPage workList = WebPage.workList(mounts);
    WebPage report = WebPage.html(WebPage.REPORT);
    router.get("/").handler(rc -> ApiRoutes.answerPage(rc, workList));
    router
        .get("/analyses/:id")
        .handler(
            rc -> {
              if (AnalysisIds.isValid(rc.pathParam("id"))) {
                ApiRoutes.answerPage(rc, report);
              } else {
                rc.next();
              }
            });
    for (Map.Entry<String, String> asset : WebPage.ASSETS.entrySet()) {
      WebPage page = WebPage.load(asset.getKey(), asset.getValue());
      router.get("/assets/" + asset.getKey()).handler(rc -> ApiRoutes.answerPage(rc, page));
    }
  }

  private static void addFaults(Router router, OpenAPIContract contract) {
    contract
        .getPaths()
        .forEach(
            path ->
                router
                    .options(path.getName().replaceAll("\\{(.*?)}", ":$1"))
                    .handler(
                        rc ->
                            rc.response()
                                .putHeader(HttpHeaders.ALLOW, allowed(path))
                                .setStatusCode(204)
                                .end()));
    router.errorHandler(
        404,
        rc ->
            problem(
                rc,
                new Problem(
                    Problem.Code.NOT_FOUND,
                    "There is nothing at this address; /openapi.yaml lists what there is.")));
    router.errorHandler(
        405,
        rc -> {
          String allowed =
              contract.getPaths().stream()
                  .filter(path -> matches(path, rc))
                  .map(HttpApi::allowed)
                  .findFirst()
                  .orElse(READING);
          rc.response().putHeader(HttpHeaders.ALLOW, allowed);
          problem(
              rc,
              new Problem(
                  Problem.Code.METHOD_NOT_ALLOWED, "Only " + allowed + " are answered here."));
        });
    router.errorHandler(400, HttpApi::fail);
    router.errorHandler(500, HttpApi::fail);
    router.route().failureHandler(HttpApi::fail);
  }

  /** Methods of a path of the document. */
  private static String allowed(Path path) {
    boolean reads =
        path.getOperations().stream().anyMatch(o -> o.getHttpMethod().equals(HttpMethod.GET));
    boolean takes =
        path.getOperations().stream().anyMatch(o -> o.getHttpMethod().equals(HttpMethod.POST));
    return !reads ? "POST, OPTIONS" : takes ? "GET, HEAD, POST, OPTIONS" : READING;
  }

  private static boolean matches(Path path, RoutingContext rc) {
    String pattern = path.getName().replaceAll("\\{.*?}", "[^/]+").replace(".", "[.]");
    return hasReadablePath(rc) && rc.normalizedPath().matches(pattern);
  }

  private static void fail(RoutingContext rc) {
    Throwable failure = rc.failure();
    if (failure instanceof Problem problem) {
      problem(rc, problem);
    } else if (rc.statusCode() == 400
        || failure instanceof ValidatorException
        || !hasReadablePath(rc)) {
      // Vert.x wraps what the document's checks found.
      Throwable found = failure instanceof HttpException ? failure.getCause() : failure;
      problem(
          rc,
          new Problem(
              Problem.Code.INVALID_REQUEST,
              found instanceof ValidatorException
                  ? found.getMessage()
                  : "The request is malformed; /openapi.yaml says what is expected."));
    } else {
      LOG.error("Request {} {} failed", rc.request().method(), rc.normalizedPath(), failure);
      problem(rc, Problem.internalError());
    }
  }

  private static boolean hasReadablePath(RoutingContext rc) {
    try {
      return rc.normalizedPath() != null;
    } catch (IllegalArgumentException e) {
      return false; // an escape sequence such as %zz
    }
  }

  private static void problem(RoutingContext rc, Problem problem) {
    if (rc.response().headWritten()) {
      // Too late for another answer: cut the line, so that nobody takes half a file for a whole.
      rc.request().connection().close();
    } else if (!rc.response().closed()) {
      rc.response().headers().remove(HttpHeaders.ETAG).remove(HttpHeaders.CONTENT_DISPOSITION);
      RequestGate.secure(rc.response());
      problem.answer(rc.response());
    }
  }

  /** Requests that cannot be parsed. */
  private static void answerInvalid(HttpServerRequest request) {
    RequestGate.secure(request.response());
    request.response().putHeader(HttpHeaders.CONNECTION, "close");
    String detail =
        "This is not a well-formed HTTP request, its address is longer than %d bytes, or its headers"
                .formatted(MAX_REQUEST_LINE_BYTES)
            + " than %d bytes.".formatted(MAX_HEADER_BYTES);
    new Problem(Problem.Code.INVALID_REQUEST, detail).answer(request.response());
  }

  private static <T> T await(Future<T> future, String fault) throws IOException {
    try {
      return future.toCompletionStage().toCompletableFuture().join();
    } catch (CompletionException e) {
      throw new IOException(fault + ": " + e.getCause().getMessage(), e.getCause());
    }
  }

  /** The TCP port that the server listens on. */
  public int port() {
    return server.actualPort();
  }

  /** Clients of the event stream now; for tests. */
  int eventStreams() {
    return events.clients();
  }

  /** Ends event streams and stops listening; blocks until done. */
  @Override
  public void close() {
    subscriptions.forEach(AnalysisCatalog.Subscription::close);
    events.close();
    volumes.close();
    exports.close();
    try {
      await(server.close(), "HTTP server cannot be closed");
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
    }
    workers.close();
  }
}
