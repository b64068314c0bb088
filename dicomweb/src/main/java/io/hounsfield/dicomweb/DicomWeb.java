// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicomweb.DicomWebMeter.Operation;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.Spool;
import io.vertx.core.Handler;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * DICOMweb over a spool: stores (STOW-RS), finds (QIDO-RS) and gives out (WADO-RS) instances,
 * PS3.18 chapter 10. What is stored goes the way of C-STORE: durable in the spool before it is
 * answered, then told to the same listener, with the request in place of an association.
 */
public final class DicomWeb implements AutoCloseable {
  /** Where the router is to be mounted. */
  public static final String PATH = "/dicom-web";

  private static final Logger LOG = LoggerFactory.getLogger(DicomWeb.class);
  private static final int WORKERS = 4;
  private static final int STORE_THREADS = 4;
  private static final int CLOSE_SECONDS = 30;

  private static final String ENTERED = "dicomweb-entered";
  private static final String OPERATION = "dicomweb-operation";
  private static final String SERIES = "/studies/:study/series/:series";
  private static final String INSTANCE = SERIES + "/instances/:instance";

  private final Router router;
  private final WorkerExecutor workers;
  private final ExecutorService storeThreads;

  /**
   * @param spool its owner closes it, after this
   * @param listener told of what is stored; as a DICOM node tells it
   * @param meter told of the requests
   */
  public DicomWeb(
      Vertx vertx,
      Spool spool,
      DicomNodeListener listener,
      DicomWebOptions options,
      DicomWebMeter meter) {
    workers = vertx.createSharedWorkerExecutor("dicomweb", WORKERS);
    storeThreads = newPool();
    Exchange.Shared shared =
        new Exchange.Shared(
            vertx,
            workers,
            new MemoryBudget(Runtime.getRuntime().maxMemory() / 4),
            new AtomicInteger(),
            options.maxRetrieves());
    SpoolIndex index = new SpoolIndex(spool.directory());
    StoreHandler store =
        new StoreHandler(
            vertx,
            options,
            new StoreRequest.Context(spool, listener, options.aeTitle(), storeThreads));
    router = Router.router(vertx);
    router.route().handler(rc -> measure(rc, meter));
    addStore(store);
    addSearches(shared, new Search(index));
    addRetrieves(new RetrieveHandler(shared, spool, index));
    router
        .route()
        .handler(
            rc -> {
              throw WebProblem.notFound(
                  "There is nothing at this address of DICOMweb; docs/api.md lists what there is.");
            });
    router.route().failureHandler(DicomWeb::fail);
  }

  private static ExecutorService newPool() {
    AtomicLong number = new AtomicLong();
    ThreadPoolExecutor pool =
        new ThreadPoolExecutor(
            STORE_THREADS,
            STORE_THREADS,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // at most one task for each store request waits in it
            task -> {
              Thread thread = new Thread(task, "dicomweb-store-" + number.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  private static void measure(RoutingContext rc, DicomWebMeter meter) {
    rc.put(ENTERED, true);
    rc.addEndHandler(
        end -> {
          HttpServerResponse response = rc.response();
          boolean whole = end.succeeded() && response.ended();
          meter.answered(
              rc.get(OPERATION, Operation.OTHER),
              whole ? Integer.toString(response.getStatusCode()) : "cut-off",
              rc.request().bytesRead(),
              response.bytesWritten());
        });
    rc.next();
  }

  private static Handler<RoutingContext> as(Operation operation, Handler<RoutingContext> handler) {
    return rc -> {
      rc.put(OPERATION, operation);
      handler.handle(rc);
    };
  }

  private void addStore(StoreHandler store) {
    router.post("/studies").handler(as(Operation.STORE, store::handle));
    router.post("/studies/:study").handler(as(Operation.STORE, store::handle));
  }

  private void addSearches(Exchange.Shared shared, Search search) {
    Map<String, SearchRequest.Level> resources =
        Map.of(
            "/studies",
            SearchRequest.Level.STUDY,
            "/series",
            SearchRequest.Level.SERIES,
            "/studies/:study/series",
            SearchRequest.Level.SERIES,
            "/instances",
            SearchRequest.Level.INSTANCE,
            "/studies/:study/instances",
            SearchRequest.Level.INSTANCE,
            SERIES + "/instances",
            SearchRequest.Level.INSTANCE);
    resources.forEach(
        (path, level) -> get(path, Operation.SEARCH, rc -> search(shared, search, level, rc)));
  }

  private void addRetrieves(RetrieveHandler retrieve) {
    for (String path : new String[] {"/studies/:study", SERIES, INSTANCE}) {
      get(path, Operation.RETRIEVE, retrieve::instances);
      get(path + "/metadata", Operation.METADATA, retrieve::metadata);
    }
    get(INSTANCE + "/frames/:frames", Operation.FRAMES, retrieve::frames);
    get(INSTANCE + "/frames/:frames/rendered", Operation.RENDERED, retrieve::rendered);
    get(INSTANCE + "/rendered", Operation.RENDERED, retrieve::rendered);
    get(INSTANCE + "/bulkdata/*", Operation.BULK_DATA, retrieve::bulkData);
  }

  /** A resource that can be read; with its answer to other methods. */
  private void get(String path, Operation operation, Handler<RoutingContext> handler) {
    router.get(path).handler(as(operation, handler));
    boolean stores = path.equals("/studies") || path.equals("/studies/:study");
    router
        .route(path)
        .handler(
            rc -> {
              if (rc.request().method() == HttpMethod.POST && stores) {
                rc.next();
                return;
              }
              String allow = stores ? "GET, HEAD, POST" : "GET, HEAD";
              rc.response().putHeader(HttpHeaders.ALLOW, allow);
              throw WebProblem.methodNotAllowed("This resource answers " + allow + ".");
            });
  }

  private static void search(
      Exchange.Shared shared, Search search, SearchRequest.Level level, RoutingContext rc) {
    Accept accept = Accept.of(rc);
    String type = accept.single(MediaType.DICOM_JSON, "application/json");
    SearchRequest request =
        SearchRequest.of(
            level,
            Optional.ofNullable(rc.pathParam("study")).map(Uids::require),
            Optional.ofNullable(rc.pathParam("series")).map(Uids::require),
            QueryParameters.all(rc));
    WebAddress address = WebAddress.of(rc);
    Exchange exchange = Exchange.begin(shared, rc, "A search");
    exchange
        .work(() -> search.find(request, address))
        .compose(
            result -> {
              if (request.fuzzy()) {
                exchange.warn(
                    "The fuzzymatching parameter is not supported. Only literal matching has been performed.");
              }
              if (result.more()) {
                exchange.warn("There are more results than limit; ask for them with offset.");
              }
              rc.response().putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
              if (result.count() == 0) {
                return rc.response().setStatusCode(204).end();
              }
              return rc.response().putHeader(HttpHeaders.CONTENT_TYPE, type).end(result.json());
            })
        .onFailure(exchange::fail);
  }

  private static void fail(RoutingContext rc) {
    if (rc.failure() == null || rc.statusCode() == 400) {
      // Vert.x fails a request whose address cannot be decoded with a status and no cause.
      Exchange.fail(
          rc, WebProblem.invalid("The address is not well-formed."), "A DICOMweb request");
    } else if (rc.get(ENTERED) == null) {
      rc.next(); // refused by the server before it came here, such as by its host check
    } else {
      Exchange.fail(rc, rc.failure(), "A DICOMweb request");
    }
  }

  /** The routes below {@link #PATH}. */
  public Router router() {
    return router;
  }

  /**
   * Finishes what is being written. The HTTP server should no longer take requests. Not to be
   * called on an event loop.
   */
  @Override
  public void close() {
    storeThreads.shutdown();
    try {
      if (!storeThreads.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
        LOG.warn("store threads are still busy after {} s", CLOSE_SECONDS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    workers.close();
  }
}
