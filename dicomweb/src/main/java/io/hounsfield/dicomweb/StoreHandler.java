// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSetJson;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.util.Optional;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Store Instances (STOW-RS), PS3.18 section 10.5. Runs on event loops: hands the body over to a
 * {@link StoreRequest}, and stops reading while the disk is behind.
 */
final class StoreHandler {
  /** Bytes of a body that may wait for the disk before the connection is not read. */
  private static final int MAX_PENDING = 1 << 20;

  private static final int MIN_PROGRESS = 1 << 10;

  private final Vertx vertx;
  private final DicomWebOptions options;
  private final StoreRequest.Context context;
  private final AtomicInteger open = new AtomicInteger();
  private final Uploads uploads;

  StoreHandler(Vertx vertx, DicomWebOptions options, StoreRequest.Context context) {
    this.vertx = vertx;
    this.options = options;
    this.context = context;
    this.uploads = new Uploads(vertx, context, options.silenceMs());
  }

  /** Store requests being received. */
  int open() {
    return open.get();
  }

  void handle(RoutingContext rc) {
    HttpServerRequest request = rc.request();
    // Whatever is answered before the body was read: the rest of it is not wanted.
    try {
      if (!options.stores()) {
        rc.response().putHeader(HttpHeaders.ALLOW, "GET, HEAD");
        throw WebProblem.methodNotAllowed(
            "Instances are not taken by STOW-RS here (dicomweb.store is false, as by default where"
                + " dicom.peers says who may send); send them by C-STORE.");
      }
      Optional<String> study = Optional.ofNullable(rc.pathParam("study")).map(Uids::require);
      QueryParameters.require(rc, "accept");
      Accept.of(rc).single(MediaType.DICOM_JSON, "application/json");
      requireUncompressed(rc);
      Optional<String> boundary = boundary(request);
      requireLength(request);
      if (open.incrementAndGet() > options.maxStores()) {
        open.decrementAndGet();
        throw WebProblem.busy("Too many store requests are being received; try again later.");
      }
      begin(rc, study, boundary);
    } catch (WebProblem problem) {
      refuse(rc, problem);
    }
  }

  private void begin(RoutingContext rc, Optional<String> study, Optional<String> boundary) {
    Uploads.Upload upload;
    try {
      upload = uploads.of(rc.request());
    } catch (WebProblem problem) {
      open.decrementAndGet();
      throw problem;
    }
    new Reception(rc, study, boundary, upload).start();
  }

  private static Optional<String> boundary(HttpServerRequest request) {
    MediaType type =
        MediaType.parse(request.getHeader(HttpHeaders.CONTENT_TYPE))
            .orElseThrow(
                () ->
                    WebProblem.unsupportedMedia(
                        "Content-Type is missing or no media type; send multipart/related;"
                            + " type=\"application/dicom\"; boundary=..."));
    if (type.type().equals(MediaType.DICOM)) {
      return Optional.empty();
    }
    String inner = type.parameter("type");
    if (!type.type().equals(MediaType.MULTIPART) || !inner.equals(MediaType.DICOM)) {
      throw WebProblem.unsupportedMedia(
          "Instances are taken as multipart/related; type=\"application/dicom\", or a single one as"
              + " application/dicom.");
    }
    String boundary = type.parameters().getOrDefault("boundary", "");
    if (!MultipartParser.isBoundary(boundary)) {
      throw WebProblem.invalid(
          "Content-Type has no boundary of the characters of RFC 2046 section 5.1.1, or one of over"
              + " 200.");
    }
    return Optional.of(boundary);
  }

  /** The body is taken as it comes: what names a content coding is not what is stored. */
  private static void requireUncompressed(RoutingContext rc) {
    for (String header : rc.request().headers().getAll(HttpHeaders.CONTENT_ENCODING)) {
      for (String coding : header.split(",")) {
        if (!coding.isBlank() && !coding.strip().equalsIgnoreCase("identity")) {
          rc.response().putHeader(HttpHeaders.ACCEPT_ENCODING, "identity");
          throw WebProblem.unsupportedMedia(
              "Bodies with a Content-Encoding are not taken; send instances as they are.");
        }
      }
    }
  }

  private void requireLength(HttpServerRequest request) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    if (length != null
        && length.length() < 20
        && length.chars().allMatch(Character::isDigit)
        && Long.parseLong(length) > options.maxStoreBytes()) {
      throw tooLarge();
    }
  }

  private WebProblem tooLarge() {
    return WebProblem.tooLarge(
        "The body is longer than %d MiB (dicomweb.maxStoreMiB); send the instances in several requests."
            .formatted(options.maxStoreBytes() >> 20));
  }

  /** Answers before the body was read whole, and reads no more of it. */
  private static void refuse(RoutingContext rc, WebProblem problem) {
    HttpServerResponse response = rc.response();
    if (response.ended() || response.closed()) {
      return;
    }
    if (!rc.request().isEnded()) {
      response.putHeader(HttpHeaders.CONNECTION, "close");
      response.endHandler(v -> rc.request().connection().close());
    }
    problem.answer(response);
  }

  /** One request; its fields belong to the event loop. */
  private final class Reception implements StoreRequest.Owner {
    private final RoutingContext rc;
    private final HttpServerRequest request;
    private final Context loop = vertx.getOrCreateContext();
    private final WebAddress address;
    private final StoreRequest store;
    private long received;
    private long receivedAtTick;
    private long pending;
    private boolean paused;
    private boolean over;
    private long timer;

    Reception(
        RoutingContext rc,
        Optional<String> study,
        Optional<String> boundary,
        Uploads.Upload upload) {
      this.rc = rc;
      this.request = rc.request();
      this.address = WebAddress.of(rc);
      this.store = new StoreRequest(upload, context, study, address, boundary, this);
    }

    void start() {
      timer = vertx.setPeriodic(options.silenceMs(), t -> tick());
      request.handler(this::take);
      request.endHandler(v -> guarded(store::complete));
      request.exceptionHandler(e -> cutOff());
      rc.response().closeHandler(v -> cutOff());
      if ("100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT))) {
        rc.response().writeContinue(); // the request was not refused by its headers
      }
    }

    private void take(Buffer piece) {
      if (over) {
        return;
      }
      received += piece.length();
      if (received > options.maxStoreBytes()) {
        stop(tooLarge());
        return;
      }
      pending += piece.length();
      if (pending > MAX_PENDING && !paused) {
        paused = true;
        request.pause();
      }
      guarded(() -> store.offer(piece));
    }

    private void tick() {
      boolean waitsForUs = paused || request.isEnded();
      if (!waitsForUs && received - receivedAtTick < MIN_PROGRESS) {
        stop(
            WebProblem.tooSlow(
                "Less than %d bytes came within %d s."
                    .formatted(MIN_PROGRESS, options.silenceMs() / 1000)));
      }
      receivedAtTick = received;
    }

    /** The store threads are gone when the server closes. */
    private void guarded(Runnable task) {
      try {
        task.run();
      } catch (RejectedExecutionException e) {
        release();
        refuse(rc, WebProblem.busy("The service is ending."));
      }
    }

    private void stop(WebProblem problem) {
      if (release()) {
        guarded(store::abort);
        refuse(rc, problem);
      }
    }

    private void cutOff() {
      if (release()) {
        guarded(store::abort);
      }
    }

    /** Ends this reception; false when it was over. */
    private boolean release() {
      if (over) {
        return false;
      }
      over = true;
      vertx.cancelTimer(timer);
      open.decrementAndGet();
      return true;
    }

    @Override
    public void consumed(int bytes) {
      loop.runOnContext(
          v -> {
            pending -= bytes;
            if (paused && pending < MAX_PENDING / 2) {
              paused = false;
              request.resume();
            }
          });
    }

    @Override
    public void finished(StoreOutcome outcome) {
      loop.runOnContext(
          v -> {
            if (!release() || rc.response().closed()) {
              return;
            }
            int status = outcome.httpStatus();
            if (status == 503) {
              rc.response()
                  .putHeader(HttpHeaders.RETRY_AFTER, Integer.toString(WebProblem.RETRY_SECONDS));
            }
            rc.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, MediaType.DICOM_JSON)
                .putHeader(HttpHeaders.CACHE_CONTROL, "no-store")
                .end(DataSetJson.encode(outcome.response(address)));
          });
    }

    @Override
    public void failed(WebProblem problem) {
      loop.runOnContext(
          v -> {
            if (release()) {
              refuse(rc, problem);
            }
          });
    }
  }
}
