// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.Health;
import io.hounsfield.api.HealthSource;
import io.hounsfield.api.HttpApi;
import io.hounsfield.api.HttpApiOptions;
import io.hounsfield.api.LoadedModel;
import io.hounsfield.api.Mount;
import io.hounsfield.api.ResultCatalog;
import io.hounsfield.api.ReviewCatalog;
import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.dicomweb.DicomWeb;
import io.hounsfield.dicomweb.DicomWebOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.listener.DicomNode;
import io.hounsfield.listener.DicomNodeOptions;
import io.hounsfield.listener.DicomUsers;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpoolOptions;
import io.hounsfield.service.config.ServiceConfig;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.CoordinatorOptions;
import io.hounsfield.service.pipeline.SegmentationStages;
import io.hounsfield.service.pipeline.SeriesCoordinator;
import io.hounsfield.service.pipeline.SpoolRetention;
import io.hounsfield.service.pipeline.WarmUp;
import io.hounsfield.service.results.DeidentifiedResults;
import io.hounsfield.service.results.ResultForm;
import io.hounsfield.service.results.ResultMaker;
import io.hounsfield.service.results.ResultPublisher;
import io.hounsfield.service.results.ResultWarmUp;
import io.hounsfield.service.results.StandardForms;
import io.hounsfield.service.store.AnalysisStore;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The running service: DICOM node, pipeline, store and HTTP API of one process. {@link #start}
 * returns when everything listens; {@link #close} ends in the opposite order and loses nothing.
 */
public final class HounsfieldService implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(HounsfieldService.class);

  private static final int CLOSE_SECONDS = 10;

  private interface Closing {
    void close() throws IOException, InterruptedException, ExecutionException, TimeoutException;
  }

  private final ServiceConfig config;
  private final Deque<Closing> closings = new ArrayDeque<>();
  private AnalysisStore store;
  private AnalysisBoard board;
  private ReviewBoard reviews;
  private DeliveryService delivery;
  private ResultPublisher publisher;
  private List<ResultForm> forms;
  private Spool spool;
  private SeriesCoordinator coordinator;
  private DicomNode node;
  private HttpApi http;

  /** Of the made-up chest of the warm-up; {@code null} once its results were made too. */
  private AnalysisOutcome madeUp;

  private HounsfieldService(ServiceConfig config) {
    this.config = config;
  }

  /**
   * Starts everything.
   *
   * @throws IOException if an address cannot be bound or the data folder cannot be used
   * @throws ModelException if the model cannot be loaded
   */
  public static HounsfieldService start(ServiceConfig config) throws IOException, ModelException {
    HounsfieldService service = new HounsfieldService(config);
    try {
      service.open();
      return service;
    } catch (IOException | ModelException | RuntimeException e) {
      service.close();
      throw e;
    }
  }

  private void open() throws IOException, ModelException {
    Path data = config.data().directory();
    spool =
        Spool.open(
            data.resolve("spool"),
            new SpoolOptions(
                config.data().minFreeBytes(),
                config.data().spoolMaxBytes(),
                SpoolOptions.Durability.POWER_LOSS));
    closings.push(spool::close);
    store = AnalysisStore.open(data.resolve("hounsfield.db"));
    closings.push(store::close);
    ServiceMetrics metrics = new ServiceMetrics();
    closings.push(metrics::close);
    Path results = data.resolve("results");
    delivery =
        new DeliveryService(
            store.outbox(), config.delivery().destinations(), results, config.delivery().retry());
    closings.push(delivery::close);
    delivery.recover();
    metrics.watchDeliveries(delivery, config.delivery().destinations(), Clock.systemUTC());
    forms = StandardForms.of(config.delivery().language(), config.delivery().destinations());
    publisher =
        new ResultPublisher(
            results,
            new ResultMaker(forms),
            new DeidentifiedResults(
                config.delivery().destinations(), config.delivery().deidentified()),
            delivery,
            store);
    board = new AnalysisBoard(store, results, new SpoolImages(spool), publisher, metrics);
    reviews = new ReviewBoard(store.reviews(), board, results, Clock.systemUTC());

    SegmentationStages segmentation =
        SegmentationStages.load(
            ModelRegistry.open(config.model().directories()),
            config.model().names(),
            config.model().calledAeTitles(),
            config.inference());
    madeUp = WarmUp.run();
    List<LoadedModel> models =
        segmentation.models().stream().map(m -> model(segmentation, m)).toList();
    closings.push(segmentation::close);

    coordinator =
        new SeriesCoordinator(
            segmentation,
            spool,
            board,
            new CoordinatorOptions(
                Duration.ofSeconds(config.series().idleSeconds()),
                config.pipeline().decodeThreads(),
                config.pipeline().maxSeriesInMemory(),
                CoordinatorOptions.voxelsOfHeap(),
                config.pipeline().maxWaitingInstances()));
    closings.push(coordinator::close);
    coordinator.start();
    metrics.watchCoordinator(coordinator);
    int days = config.data().retentionDays();
    SpoolRetention retention =
        new SpoolRetention(
            spool,
            board,
            series -> coordinator.isOpen(series) || hasDeliveries(series),
            days == 0 ? Optional.empty() : Optional.of(Duration.ofDays(days)),
            config.data().spoolMaxBytes(),
            publisher::deleteOlder);
    closings.push(retention::close);
    retention.start();
    metrics.watchSpool(spool, retention);

    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
    closings.push(
        () ->
            vertx
                .close()
                .toCompletionStage()
                .toCompletableFuture()
                .get(CLOSE_SECONDS, TimeUnit.SECONDS));
    NodeListener listener = new NodeListener(coordinator, delivery);
    List<Mount> mounts = new ArrayList<>();
    if (config.dicomWeb().enabled()) {
      DicomWeb dicomWeb =
          new DicomWeb(
              vertx,
              spool,
              listener,
              DicomWebOptions.of(config.dicom().aeTitle())
                  .withMaxStoreBytes(config.dicomWeb().maxStoreBytes())
                  .withStores(config.dicomWeb().stores()),
              metrics::dicomWebAnswered);
      closings.push(dicomWeb::close);
      mounts.add(new Mount(DicomWeb.PATH, dicomWeb.router()));
    }
    http =
        HttpApi.start(
            vertx,
            HttpApiOptions.of(config.http().bindAddress(), config.http().port())
                .withAllowedHosts(config.http().allowedHosts()),
            board,
            publisher,
            reviews,
            () -> models,
            new ServiceHealth(),
            metrics::scrape,
            mounts);
    closings.push(http::close);
    // Last, so that nothing is accepted before everything behind it works.
    node = DicomNode.start(vertx, nodeOptions(), spool, listener);
    closings.push(node::close);
    metrics.watchNode(node::statistics);
    // After the node: archives report their commitment to it.
    delivery.start();
    LOG.info(
        "Ready: {}",
        models.stream()
            .map(LoadedModel::identity)
            .map(
                m ->
                    "model %s %s (%s, %s)"
                        .formatted(m.name(), m.version(), m.variant(), m.device()))
            .collect(Collectors.joining(", ")));
  }

  /**
   * Makes the results of a made-up case in the background, so that the first patient's do not take
   * seconds; ends early when a series comes.
   */
  public void warmUpResults() {
    ResultWarmUp warmUp = new ResultWarmUp(forms, madeUp, () -> coordinator.openSeries() > 0);
    madeUp = null;
    closings.push(warmUp::close);
    warmUp.start();
  }

  /** What is on its way could be asked for again with the images at hand. */
  private boolean hasDeliveries(String seriesInstanceUid) {
    try {
      return store.outbox().hasOpen(seriesInstanceUid);
    } catch (IOException e) {
      LOG.error("The outbox cannot be read; nothing is deleted", e);
      return true;
    }
  }

  private DicomNodeOptions nodeOptions() throws IOException {
    ServiceConfig.Dicom dicom = config.dicom();
    DicomNodeOptions.Builder options =
        DicomNodeOptions.builder()
            .aeTitle(dicom.aeTitle())
            .acceptAnyCalledAeTitle(dicom.acceptAnyCalledAeTitle())
            .address(dicom.bindAddress(), dicom.port())
            .limits(dicom.maxAssociations(), 4 * dicom.maxAssociations())
            .maxPduLength(dicom.maxPduLength())
            .timeouts(dicom.artimTimeoutMs(), dicom.idleTimeoutMs())
            .peers(dicom.peers());
    if (dicom.usersFile().isPresent()) {
      options.users(DicomUsers.read(dicom.usersFile().get()));
    }
    dicom.tls().ifPresent(options::tls);
    return options.build();
  }

  private static LoadedModel model(SegmentationStages stages, String id) {
    ModelManifest manifest = stages.of(id).manifest();
    return new LoadedModel(
        stages.of(id).identity(),
        manifest.description(),
        manifest.licence(),
        manifest.intendedUse(),
        manifest.limits(),
        id.equals(stages.models().get(0)),
        stages.calledAeTitles(id));
  }

  /** TCP port of the DICOM node. */
  public int dicomPort() {
    return node.port();
  }

  /** TCP port of the HTTP server. */
  public int httpPort() {
    return http.port();
  }

  /** The analyses. */
  public AnalysisCatalog catalog() {
    return board;
  }

  /** What people said of their reports. */
  public ReviewCatalog reviews() {
    return reviews;
  }

  /** Their results in the standards' forms, and where these went. */
  public ResultCatalog results() {
    return publisher;
  }

  /** Address of the page of an analysis. */
  public String pageOf(Analysis analysis) {
    return address() + "/analyses/" + analysis.id();
  }

  /** Address of the work list. */
  public String address() {
    String host = config.http().bindAddress();
    return "http://%s:%d".formatted(host.contains(":") ? "[" + host + "]" : host, httpPort());
  }

  private final class ServiceHealth implements HealthSource {
    @Override
    public Health live() {
      return new Health(List.of(new Health.Check("process", true, "The process answers.")));
    }

    @Override
    public Health ready() {
      List<Health.Check> checks = new ArrayList<>();
      checks.add(database());
      checks.add(disk());
      checks.add(queue());
      boolean listening = node != null;
      checks.add(
          new Health.Check(
              "dicom-listener", listening, listening ? "It listens." : "It is starting."));
      return new Health(checks);
    }

    private Health.Check database() {
      try {
        long held = store.list(AnalysisFilter.NEWEST).total();
        return new Health.Check("database", true, "It answers: %d analyses.".formatted(held));
      } catch (IOException e) {
        LOG.warn("The database does not answer", e);
        return new Health.Check("database", false, "It does not answer; see the log.");
      }
    }

    private Health.Check queue() {
      Optional<String> full = coordinator.refusal();
      return new Health.Check(
          "queue",
          full.isEmpty(),
          full.isEmpty()
              ? "%d instances wait.".formatted(coordinator.waitingInstances())
              : "C-STORE answers A700H: " + full.get() + ".");
    }

    private Health.Check disk() {
      try {
        long usable = spool.usableBytes();
        return new Health.Check(
            "disk",
            usable > 0,
            usable > 0
                ? "%d MiB can be taken.".formatted(usable >> 20)
                : ("Less than data.minFreeMiB (%d) is free, or data.spoolMaxMiB (%d) is used up:"
                        + " C-STORE answers A700H. Free some space.")
                    .formatted(config.data().minFreeMiB(), config.data().spoolMaxMiB()));
      } catch (IOException e) {
        return new Health.Check("disk", false, "The data folder cannot be read; see the log.");
      }
    }
  }

  /** Ends everything. What was accepted is on disk and goes on at the next start. */
  @Override
  public void close() {
    while (!closings.isEmpty()) {
      Closing closing = closings.pop();
      try {
        closing.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (ExecutionException | TimeoutException | IOException | RuntimeException e) {
        LOG.warn("A part of the service did not end cleanly", e);
      }
    }
  }
}
