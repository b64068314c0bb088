// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.report.ReportJson;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The operations of openapi.yaml. Each route comes from that document, which also checks its
 * requests; what asks the catalogue runs on worker threads.
 */
final class ApiRoutes {

  /** As openapi.yaml says. */
  static final int DEFAULT_LIMIT = 50;

  private final WorkerExecutor workers;
  private final AnalysisCatalog catalog;
  private final ResultCatalog results;
  private final Supplier<List<LoadedModel>> models;
  private final HealthSource health;
  private final Supplier<String> metricsScrape;
  private final EventHub events;
  private final VolumeSender volumes;
  private final Exports exports;
  private final ReviewRoutes reviews;

  /** Accept-Encoding that takes gzip; no browser gives it the weight 0. */
  private static final Pattern GZIP =
      Pattern.compile("(?i)\\bgzip\\b(?!\\s*;\\s*q=0(\\.0*)?\\s*(,|$))");

  ApiRoutes(
      WorkerExecutor workers,
      AnalysisCatalog catalog,
      ResultCatalog results,
      Supplier<List<LoadedModel>> models,
      HealthSource health,
      Supplier<String> metricsScrape,
      EventHub events,
      VolumeSender volumes,
      Exports exports,
      ReviewCatalog reviews) {
    this.workers = workers;
    this.catalog = catalog;
    this.results = results;
    this.models = models;
    this.health = health;
    this.metricsScrape = metricsScrape;
    this.events = events;
    this.volumes = volumes;
    this.exports = exports;
    this.reviews = new ReviewRoutes(this, catalog, reviews);
  }

  /** A router with every operation of the document. */
  Router create(Vertx vertx, OpenAPIContract contract, WebPage openApi, RequestGate gate) {
    RouterBuilder builder = RouterBuilder.create(vertx, contract);
    builder.rootHandler(gate::check);
    builder.getRoute("listAnalyses").addHandler(this::listAnalyses);
    builder.getRoute("getAnalysis").addHandler(this::getAnalysis);
    builder.getRoute("getReport").addHandler(this::getReport);
    builder.getRoute("getOverview").addHandler(rc -> getArtifact(rc, Artifact.OVERVIEW));
    builder.getRoute("getProfile").addHandler(rc -> getArtifact(rc, Artifact.PROFILE));
    builder.getRoute("listRelated").addHandler(this::listRelated);
    builder.getRoute("getCt").addHandler(this::getCt);
    builder.getRoute("getLungs").addHandler(rc -> getArtifact(rc, Artifact.LUNGS));
    builder.getRoute("getLesions").addHandler(rc -> getArtifact(rc, Artifact.LESIONS));
    reviews.add(builder);
    builder.getRoute("listResults").addHandler(this::listResults);
    builder.getRoute("getResult").addHandler(this::getResult);
    builder.getRoute("exportCsv").addHandler(rc -> export(rc, ResultCatalog.ExportFormat.CSV));
    builder.getRoute("exportJson").addHandler(rc -> export(rc, ResultCatalog.ExportFormat.JSON));
    builder.getRoute("listDeliveries").addHandler(this::listDeliveries);
    builder
        .getRoute("resendDelivery")
        .addHandler(RequestGate::requireOwnSite)
        .addHandler(rc -> changeDelivery(rc, ResultCatalog.Change.RESEND));
    builder
        .getRoute("cancelDelivery")
        .addHandler(RequestGate::requireOwnSite)
        .addHandler(rc -> changeDelivery(rc, ResultCatalog.Change.CANCEL));
    builder.getRoute("streamEvents").addHandler(this::streamEvents);
    builder.getRoute("listModels").addHandler(this::listModels);
    builder.getRoute("healthLive").addHandler(rc -> answerHealth(rc, health::live));
    builder.getRoute("healthReady").addHandler(rc -> answerHealth(rc, health::ready));
    builder.getRoute("metrics").addHandler(this::metrics);
    builder.getRoute("openapi").addHandler(rc -> answerPage(rc, openApi));
    return builder.createRouter();
  }

  private void listAnalyses(RoutingContext rc) {
    AnalysisFilter filter = filter(validated(rc).getQuery(), DEFAULT_LIMIT);
    answer(
        rc,
        () -> {
          Page page = catalog.list(filter);
          return Buffer.buffer(AnalysisJson.page(page, deliveryCounts(page.items())).encode());
        },
        page -> json(rc, 200, page));
  }

  private Map<String, DeliveryCounts> deliveryCounts(List<Analysis> analyses) throws IOException {
    return results.deliveryCounts(analyses.stream().map(Analysis::id).toList());
  }

  private static AnalysisFilter filter(Map<String, RequestParameter> query, int limitOtherwise) {
    Set<AnalysisStatus> statuses = EnumSet.noneOf(AnalysisStatus.class);
    RequestParameter status = query.get("status");
    if (present(status)) {
      for (Object key : status.getJsonArray()) {
        statuses.add(AnalysisStatus.ofKey((String) key).orElseThrow());
      }
    }
    RequestParameter ids = query.get("ids");
    RequestParameter limit = query.get("limit");
    RequestParameter cursor = query.get("cursor");
    RequestParameter series = query.get("seriesInstanceUid");
    RequestParameter since = query.get("since");
    try {
      return new AnalysisFilter(
          statuses,
          present(ids)
              ? ids.getJsonArray().stream().map(String.class::cast).collect(Collectors.toSet())
              : Set.of(),
          present(series) ? series.getString() : null,
          present(since) ? time(since.getString()) : null,
          present(cursor) ? Page.Cursor.decode(cursor.getString()) : null,
          present(limit) ? limit.getInteger() : limitOtherwise);
    } catch (IllegalArgumentException e) {
      throw new Problem(Problem.Code.INVALID_REQUEST, e.getMessage());
    }
  }

  private static Instant time(String text) {
    try {
      return Instant.parse(text);
    } catch (DateTimeException e) {
      throw new IllegalArgumentException(
          "since is not a time with time zone such as 2026-01-31T08:00:00Z", e);
    }
  }

  static boolean present(RequestParameter parameter) {
    return parameter != null && !parameter.isNull();
  }

  private void getAnalysis(RoutingContext rc) {
    String id = id(rc);
    answer(
        rc,
        () -> {
          Analysis found = requireAnalysis(id);
          DeliveryCounts counts =
              deliveryCounts(List.of(found)).getOrDefault(id, DeliveryCounts.NONE);
          return Buffer.buffer(AnalysisJson.analysis(found, counts).encode());
        },
        analysis -> json(rc, 200, analysis));
  }

  private void getReport(RoutingContext rc) {
    String id = id(rc);
    answer(
        rc,
        () -> {
          byte[] report = catalog.reportJson(id).orElse(null);
          Analysis analysis = requireAnalysis(id);
          if (report == null) {
            throw noReport(analysis);
          }
          return analysis.status() == AnalysisStatus.REPORTED
              ? report
              : ReportJson.marked(report, laterVersion(analysis));
        },
        report -> {
          if (!notModified(rc, ETags.of(report), "no-store")) {
            disposition(rc, "report.json");
            json(rc, 200, Buffer.buffer(report));
          }
        });
  }

  private static ReportJson.LaterVersion laterVersion(Analysis analysis) {
    Analysis.Refusal refusal = analysis.refusal();
    return new ReportJson.LaterVersion(
        analysis.version(),
        analysis.status().key(),
        refusal == null ? null : refusal.code(),
        refusal == null ? null : refusal.text());
  }

  private record ArtifactFile(Path path, long size, String etag) {}

  void getArtifact(RoutingContext rc, Artifact artifact) {
    String id = id(rc);
    answer(
        rc,
        () -> {
          Path path = catalog.artifact(id, artifact).orElse(null);
          if (path == null) {
            throw noReport(requireAnalysis(id));
          }
          return file(path, artifact.fileName());
        },
        file -> sendFile(rc, file, artifact.fileName(), artifact.mediaType()));
  }

  private static ArtifactFile file(Path path, String name) throws IOException {
    try {
      BasicFileAttributes file = Files.readAttributes(path, BasicFileAttributes.class);
      return new ArtifactFile(path, file.size(), ETags.of(file));
    } catch (NoSuchFileException e) {
      throw new Problem(
          Problem.Code.REPORT_NOT_AVAILABLE, name + " of this analysis is no longer held.");
    }
  }

  private static void sendFile(
      RoutingContext rc, ArtifactFile file, String name, String mediaType) {
    HttpServerResponse response = rc.response();
    if (notModified(rc, file.etag(), "private, no-cache")) {
      return;
    }
    disposition(rc, name);
    response.putHeader(HttpHeaders.CONTENT_TYPE, mediaType);
    if (RequestGate.isHead(rc)) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(file.size()));
      response.end();
    } else {
      response
          .sendFile(file.path().toString())
          .onFailure(
              fault -> {
                if (!(fault instanceof ClosedChannelException)) { // the client has gone
                  rc.fail(fault);
                }
              });
    }
  }

  private void listResults(RoutingContext rc) {
    String id = id(rc);
    answer(
        rc,
        () -> {
          requireAnalysis(id);
          JsonArray items = new JsonArray();
          for (Path path : results.files(id)) {
            String name = path.getFileName().toString();
            items.add(
                new JsonObject()
                    .put("name", name)
                    .put("mediaType", mediaType(name))
                    .put("bytes", Files.size(path)));
          }
          return Buffer.buffer(
              new JsonObject()
                  .put("items", items)
                  .put("notMade", new JsonArray(results.notMade(id)))
                  .encode());
        },
        found -> json(rc, 200, found));
  }

  private void getResult(RoutingContext rc) {
    String id = id(rc);
    String name = validated(rc).getPathParameters().get("name").getString();
    answer(
        rc,
        () -> {
          Analysis analysis = requireAnalysis(id);
          // Compared with the names that there are, never made into a path.
          for (Path path : results.files(id)) {
            if (path.getFileName().toString().equals(name)) {
              return file(path, name);
            }
          }
          throw noReport(analysis);
        },
        file -> sendFile(rc, file, name, mediaType(name)));
  }

  private static String mediaType(String name) {
    return switch (name.substring(name.lastIndexOf('.') + 1)) {
      case "dcm" -> "application/dicom";
      case "pdf" -> "application/pdf";
      case "json" -> name.contains("fhir") ? "application/fhir+json" : "application/json";
      case "hl7", "txt" -> "text/plain; charset=utf-8";
      case "csv" -> "text/csv; charset=utf-8";
      case "gz" -> "application/gzip";
      case "png" -> "image/png";
      default -> "application/octet-stream";
    };
  }

  private void export(RoutingContext rc, ResultCatalog.ExportFormat format) {
    AnalysisFilter which = filter(validated(rc).getQuery(), AnalysisFilter.MAX_LIMIT);
    answer(
        rc,
        () -> {
          // A case that was asked for by name must not be missing without a word.
          for (String id : which.ids()) {
            requireAnalysis(id);
          }
          return which;
        },
        found -> exports.send(rc, found, format));
  }

  private void listDeliveries(RoutingContext rc) {
    String id = id(rc);
    answer(
        rc,
        () -> {
          requireAnalysis(id);
          return Buffer.buffer(AnalysisJson.deliveries(results.deliveries(id)).encode());
        },
        found -> json(rc, 200, found));
  }

  private void changeDelivery(RoutingContext rc, ResultCatalog.Change change) {
    String id = id(rc);
    long number = validated(rc).getPathParameters().get("number").getLong();
    answer(
        rc,
        () -> {
          requireAnalysis(id);
          try {
            return results
                .change(id, number, change)
                .map(d -> Buffer.buffer(AnalysisJson.delivery(d).encode()))
                .orElseThrow(
                    () ->
                        new Problem(
                            Problem.Code.DELIVERY_NOT_FOUND,
                            "This analysis has no delivery of that number."));
          } catch (ResultCatalog.ConflictException e) {
            throw new Problem(Problem.Code.DELIVERY_CONFLICT, e.getMessage());
          }
        },
        changed -> json(rc, 200, changed));
  }

  private void listRelated(RoutingContext rc) {
    String id = id(rc);
    answer(
        rc,
        () -> {
          requireAnalysis(id);
          List<RelatedAnalysis> related = catalog.ofSamePatientId(id, AnalysisFilter.MAX_LIMIT);
          Map<String, DeliveryCounts> deliveries =
              deliveryCounts(related.stream().map(RelatedAnalysis::analysis).toList());
          return Buffer.buffer(AnalysisJson.related(related, deliveries).encode());
        },
        related -> json(rc, 200, related));
  }

  private void getCt(RoutingContext rc) {
    String id = id(rc);
    RequestParameter detail = validated(rc).getQuery().get("detail");
    VolumeStream.Detail wanted =
        present(detail) && detail.getString().equals("coarse")
            ? VolumeStream.Detail.COARSE
            : VolumeStream.Detail.FULL;
    answer(
        rc,
        () -> {
          try {
            CtImages images = catalog.images(id).orElse(null);
            if (images == null) {
              throw noReport(requireAnalysis(id));
            }
            return images;
          } catch (CtImages.NotHeldException e) {
            throw new Problem(Problem.Code.IMAGES_NOT_HELD, e.getMessage());
          }
        },
        images -> {
          rc.response()
              .putHeader(HttpHeaders.CONTENT_TYPE, "application/gzip")
              .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
          disposition(rc, "ct.nii.gz");
          if (RequestGate.isHead(rc)) {
            rc.response().end();
          } else {
            volumes.send(rc, new VolumeStream(images, wanted));
          }
        });
  }

  Analysis requireAnalysis(String id) throws IOException {
    return catalog.find(id).orElseThrow(Problem::analysisNotFound);
  }

  static Problem noReport(Analysis analysis) {
    if (analysis.status() == AnalysisStatus.REPORTED) {
      return new Problem(
          Problem.Code.REPORT_NOT_AVAILABLE, "The report on this analysis has no such file.");
    }
    String why =
        analysis.refusal() != null
            ? "Its state is %s: %s".formatted(analysis.status().key(), analysis.refusal().text())
            : "Its state is %s; /api/v1/events tells when that changes."
                .formatted(analysis.status().key());
    return new Problem(
        Problem.Code.REPORT_NOT_AVAILABLE, "There is no report on this analysis. " + why);
  }

  private void listModels(RoutingContext rc) {
    json(rc, 200, Buffer.buffer(AnalysisJson.models(models.get()).encode()));
  }

  private void streamEvents(RoutingContext rc) {
    if (RequestGate.isHead(rc)) {
      rc.response().putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream").end();
      return;
    }
    events.open(rc.request(), rc.request().getHeader("Last-Event-ID"));
  }

  private void answerHealth(RoutingContext rc, Supplier<Health> source) {
    answer(
        rc,
        source::get,
        found ->
            json(rc, found.up() ? 200 : 503, Buffer.buffer(AnalysisJson.health(found).encode())));
  }

  private void metrics(RoutingContext rc) {
    answer(
        rc,
        () -> Buffer.buffer(metricsScrape.get()),
        text -> {
          rc.response()
              .putHeader(HttpHeaders.CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")
              .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
          Responses.end(rc.response(), text);
        });
  }

  /** Answers with a file of the web page. */
  static void answerPage(RoutingContext rc, WebPage page) {
    String accepted = rc.request().getHeader(HttpHeaders.ACCEPT_ENCODING);
    boolean gzip = accepted != null && GZIP.matcher(accepted).find();
    rc.response().putHeader(HttpHeaders.VARY, HttpHeaders.ACCEPT_ENCODING);
    if (!notModified(rc, gzip ? page.gzippedEtag() : page.etag(), "no-cache")) {
      rc.response().putHeader(HttpHeaders.CONTENT_TYPE, page.mediaType());
      if (gzip) {
        rc.response().putHeader(HttpHeaders.CONTENT_ENCODING, "gzip");
      }
      Responses.end(rc.response(), gzip ? page.gzipped() : page.content());
    }
  }

  /** Does the work on a worker thread, then answers on the event loop; faults become problems. */
  <T> void answer(RoutingContext rc, Callable<T> work, Answer<T> answer) {
    Future<T> result = workers.executeBlocking(work, false);
    result.onComplete(
        value -> {
          if (rc.response().closed()) {
            return; // the client went away meanwhile
          }
          try {
            answer.send(value);
          } catch (RuntimeException e) {
            // Vert.x only logs what a future's listener throws; the client must get an answer.
            rc.fail(e);
          }
        },
        rc::fail);
  }

  @FunctionalInterface
  interface Answer<T> {
    void send(T value);
  }

  static void json(RoutingContext rc, int status, Buffer body) {
    HttpServerResponse response = rc.response();
    response.setStatusCode(status).putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    if (!response.headers().contains(HttpHeaders.CACHE_CONTROL)) {
      response.putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    }
    Responses.end(response, body);
  }

  static boolean notModified(RoutingContext rc, String etag, String cacheControl) {
    rc.response()
        .putHeader(HttpHeaders.ETAG, etag)
        .putHeader(HttpHeaders.CACHE_CONTROL, cacheControl);
    if (!ETags.matches(rc.request().getHeader(HttpHeaders.IF_NONE_MATCH), etag)) {
      return false;
    }
    rc.response().setStatusCode(304).end();
    return true;
  }

  static void disposition(RoutingContext rc, String fileName) {
    RequestParameter download = validated(rc).getQuery().get("download");
    boolean save = present(download) && Boolean.TRUE.equals(download.getBoolean());
    rc.response()
        .putHeader(
            HttpHeaders.CONTENT_DISPOSITION,
            (save ? "attachment" : "inline") + "; filename=\"" + fileName + "\"");
  }

  static String id(RoutingContext rc) {
    return validated(rc).getPathParameters().get("id").getString();
  }

  static ValidatedRequest validated(RoutingContext rc) {
    return rc.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST);
  }
}
