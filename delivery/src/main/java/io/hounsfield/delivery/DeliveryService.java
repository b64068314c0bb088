// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.delivery.Outbox.Backlog;
import io.hounsfield.listener.CommitmentReport;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the outbox until each receiver said success. Every step is written down before
 * it is done and after: what the outbox says is true whenever the process ends. An object may
 * arrive more than once, byte for byte the same.
 *
 * <p>When a destination cannot be reached, one object after the other is tried, with growing
 * delays, and the others wait; when it refuses an object, or only that object fails, it waits
 * alone.
 */
public final class DeliveryService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryService.class);
  private static final int MAX_DESTINATIONS = 32;

  private final Outbox outbox;
  private final DeliveryRows rows;
  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private final Commitments commitments;
  private final Dispatcher dispatcher;

  /**
   * Totals since the start.
   *
   * @param sent objects the receiver said success to, or committed to where that is wanted
   * @param failedAttempts attempts that failed
   */
  public record Totals(String destination, long sent, long failedAttempts) {}

  /**
   * @param root folder that the paths of objects start at
   * @throws IOException if the keys of a destination cannot be used
   */
  public DeliveryService(Outbox outbox, List<Destination> destinations, Path root, Retry retry)
      throws IOException {
    this(outbox, destinations, root, retry, Clock.systemUTC(), RandomGenerator.getDefault(), null);
  }

  /**
   * @param executor runs the attempts; {@code null} for threads of its own
   */
  DeliveryService(
      Outbox outbox,
      List<Destination> destinations,
      Path root,
      Retry retry,
      Clock clock,
      RandomGenerator random,
      Executor executor)
      throws IOException {
    if (destinations.size() > MAX_DESTINATIONS) {
      throw new IllegalArgumentException("more than " + MAX_DESTINATIONS + " destinations");
    }
    this.outbox = outbox;
    rows = new DeliveryRows(outbox, clock);
    for (Destination destination : destinations) {
      if (lanes.put(destination.name(), new Lane(destination)) != null) {
        throw new IllegalArgumentException("two destinations are called " + destination.name());
      }
    }
    RetryClock again = new RetryClock(retry, random);
    commitments = new Commitments(rows, lanes, root, again);
    AttemptRunner attempts = new AttemptRunner(rows, root, again, commitments);
    dispatcher = new Dispatcher(rows, lanes.values(), attempts, executor);
  }

  /** Tells of every change of a delivery; the listener returns at once and never throws. */
  public void listen(Consumer<Delivery> listener) {
    rows.listen(listener);
  }

  /** Takes up what an earlier run left, then sends. */
  public void start() throws IOException {
    recover();
    for (Backlog waiting : outbox.backlog()) {
      if (!isEnabled(waiting.destination())) {
        LOG.warn(
            "{} deliveries wait for {}, which is not configured or not enabled",
            waiting.open(),
            waiting.destination());
      }
    }
    if (!lanes.isEmpty()) {
      dispatcher.start();
    }
  }

  /**
   * Makes true again what a process that ended left behind; to be called before anybody is shown
   * where deliveries stand.
   */
  public void recover() throws IOException {
    dispatcher.recover();
  }

  private boolean isEnabled(String destination) {
    Lane lane = lanes.get(destination);
    return lane != null && lane.destination.enabled();
  }

  /**
   * Puts the results of a version of an analysis into the outbox, for every destination that wants
   * them ({@link #wanted}) and is of their variant, and takes back those of earlier versions that
   * are not sent to these destinations yet. Durable when it returns; putting the same results here
   * again changes nothing.
   *
   * @param notMade kinds that could not be made: a destination that wants one and has no object of
   *     it gets a row that says so
   */
  public void enqueue(
      String analysisId,
      int version,
      Origin origin,
      List<ResultObject> objects,
      Set<ObjectKind> notMade)
      throws IOException {
    Instant now = rows.now();
    List<Delivery> deliveries = new ArrayList<>();
    BiPredicate<Destination, ObjectKind> wanted = wanted(analysisId, version, origin);
    for (Lane lane : lanes.values()) {
      for (ResultObject object : objects) {
        if (lane.destination.variant().equals(object.variant())
            && wanted.test(lane.destination, object.kind())) {
          deliveries.add(
              Delivery.queued(analysisId, version, lane.destination.name(), object, now));
        }
      }
      for (ObjectKind kind : notMade) {
        if (wanted.test(lane.destination, kind) && !hasOf(kind, objects, lane.destination)) {
          deliveries.add(
              Delivery.notMade(
                  analysisId,
                  version,
                  lane.destination.name(),
                  ResultObject.notMade(kind, folder(analysisId, version, lane.destination)),
                  now));
        }
      }
    }
    supersede(analysisId, version, deliveries);
    outbox.add(analysisId, version, deliveries);
    for (Delivery delivery : outbox.ofAnalysis(analysisId)) {
      if (delivery.version() == version && delivery.attempts() == 0) {
        rows.tell(delivery);
      }
    }
    dispatcher.wake();
  }

  /**
   * Which destinations get which kinds of a version: what a destination wants of that origin, and,
   * wherever the series came from this time, of a destination that has or awaits an earlier version
   * all its kinds, so that none is left with what no longer holds.
   */
  public BiPredicate<Destination, ObjectKind> wanted(String analysisId, int version, Origin origin)
      throws IOException {
    Set<String> having = new HashSet<>();
    Set<String> awaiting = new HashSet<>();
    for (Delivery d : outbox.ofAnalysis(analysisId)) {
      if (d.version() < version) {
        if (d.state().isOpen()) {
          awaiting.add(d.destination());
        }
        if (d.state() != DeliveryState.CANCELLED || d.attempts() > 0) {
          having.add(d.destination());
        }
      }
    }
    return (there, kind) ->
        there.wants(kind, origin)
            || there.kinds().contains(kind)
                && (there.enabled() ? having : awaiting).contains(there.name());
  }

  private static boolean hasOf(ObjectKind kind, List<ResultObject> objects, Destination there) {
    return objects.stream().anyMatch(o -> o.kind() == kind && o.variant().equals(there.variant()));
  }

  private static String folder(String analysisId, int version, Destination there) {
    String folder = analysisId + "/v" + version;
    return there.variant().map(variant -> folder + "/" + variant).orElse(folder);
  }

  /** As {@link #enqueue(String, int, Origin, List, Set)}, where everything could be made. */
  public void enqueue(String analysisId, int version, Origin origin, List<ResultObject> objects)
      throws IOException {
    enqueue(analysisId, version, origin, objects, Set.of());
  }

  private void supersede(String analysisId, int version, List<Delivery> newer) throws IOException {
    Set<String> replaced = newer.stream().map(Delivery::destination).collect(Collectors.toSet());
    for (Delivery older : outbox.ofAnalysis(analysisId)) {
      if (older.version() < version && replaced.contains(older.destination())) {
        rows.change(older.id(), d -> withdrawn(d, "version " + version + " takes its place"));
      }
    }
  }

  /** Whether the results of that version were put into the outbox. */
  public boolean isEnqueued(String analysisId, int version) throws IOException {
    return outbox.isAdded(analysisId, version);
  }

  /** Deliveries of an analysis, in the order of their numbers. */
  public List<Delivery> ofAnalysis(String analysisId) throws IOException {
    return outbox.ofAnalysis(analysisId);
  }

  /** How many deliveries of each of these analyses are where; see {@link Outbox#tallies}. */
  public Map<String, Outbox.Tally> tallies(Collection<String> analysisIds) throws IOException {
    return outbox.tallies(analysisIds);
  }

  /** One delivery. */
  public Optional<Delivery> find(long id) throws IOException {
    return outbox.find(id);
  }

  /**
   * Sends again at once, whatever became of it before; one that is queued or waits is tried now.
   *
   * @return how it stands now
   * @throws DeliveryConflictException if it is being sent, or a newer version took its place
   */
  public Delivery resend(long id) throws IOException, DeliveryConflictException {
    Delivery asked = require(id);
    if (!asked.object().isMade()) {
      throw new DeliveryConflictException("It could not be made: there is nothing to send.");
    }
    for (Delivery other : outbox.ofAnalysis(asked.analysisId())) {
      if (other.version() > asked.version() && other.destination().equals(asked.destination())) {
        throw new DeliveryConflictException(
            "Version %d of the analysis took its place; an older one is not sent after it."
                .formatted(other.version()));
      }
    }
    Delivery changed =
        rows.change(id, d -> d.state() == DeliveryState.SENDING ? null : d.requested(rows.now()))
            .orElseThrow(() -> new DeliveryConflictException("It is being sent at this moment."));
    Lane lane = lanes.get(changed.destination());
    if (lane != null) {
      lane.open();
    }
    LOG.info("Delivery {} to {} is to be sent again on request", id, changed.destination());
    dispatcher.wake();
    return changed;
  }

  /**
   * Takes it back. One that is being sent is not tried again if that attempt fails. Of one that the
   * receiver has but did not commit to yet, nothing more is asked.
   *
   * @return how it stands now
   * @throws DeliveryConflictException if it is sent, or was cancelled before
   */
  public Delivery cancel(long id) throws IOException, DeliveryConflictException {
    Delivery asked = require(id);
    Delivery changed =
        rows.change(
                id,
                d ->
                    d.state() == DeliveryState.COMMITTING
                        ? d.cancelled(
                            rows.now(),
                            "cancelled on request; the receiver has it, its commitment is not"
                                + " waited for")
                        : withdrawn(d, "cancelled on request"))
            .orElseThrow(
                () ->
                    new DeliveryConflictException(
                        "It cannot be taken back: it is sent or cancelled already."));
    LOG.info("Delivery {} to {} is cancelled", id, asked.destination());
    return changed;
  }

  private Delivery require(long id) throws IOException, DeliveryConflictException {
    return outbox
        .find(id)
        .orElseThrow(() -> new DeliveryConflictException("There is no such delivery."));
  }

  private Delivery withdrawn(Delivery d, String why) {
    return switch (d.state()) {
      case QUEUED, FAILING, GIVEN_UP -> d.cancelled(rows.now(), why);
      // Of one at the receiver it is still worth knowing whether it commits.
      case SENDING, COMMITTING -> d.withdrawing(rows.now(), why);
      case SENT, CANCELLED -> null;
    };
  }

  /** What waits. */
  public List<Backlog> backlog() throws IOException {
    return outbox.backlog();
  }

  /** Totals of each destination. */
  public List<Totals> totals() {
    return lanes.values().stream()
        .map(lane -> new Totals(lane.destination.name(), lane.sent.sum(), lane.failed.sum()))
        .toList();
  }

  /** Begins everything that is due and has room; how many attempts it began. */
  int dispatch() throws IOException {
    return dispatcher.dispatch();
  }

  /**
   * Takes a storage commitment report. When this returns, it is on disk what it says; reports on
   * requests that are not ours change nothing.
   *
   * @param archive who reports, for the log
   * @throws IOException if it cannot be written: the archive should report again
   */
  public void commitmentReported(String archive, CommitmentReport report) throws IOException {
    commitments.reported(archive, report);
    dispatcher.wake();
  }

  /** Ends; attempts under way get some time, then are cut off and made again at the next start. */
  @Override
  public void close() {
    dispatcher.close();
    lanes.values().forEach(lane -> lane.sender.close());
  }
}
