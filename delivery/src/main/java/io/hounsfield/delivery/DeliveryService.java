// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.delivery.Outbox.Backlog;
import io.hounsfield.dicom.Uid;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DimseStatus;
import io.hounsfield.listener.InstanceReference;
import io.hounsfield.listener.StorageCommitmentScu;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends what is in the outbox until each receiver said success. Every step is written down before
 * it is done and after: what the outbox says is true whenever the process ends. An object may
 * arrive more than once, byte for byte the same.
 *
 * <p>When a destination cannot be reached, one object after the other is tried, with growing
 * delays, and the others wait; when it refuses an object, that object waits alone.
 */
public final class DeliveryService implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(DeliveryService.class);
  private static final int CLOSE_SECONDS = 10;

  /** Longest sleep of the thread that looks what is due. */
  private static final Duration LONGEST_SLEEP = Duration.ofMinutes(1);

  private static final int MAX_DESTINATIONS = 32;

  private final Outbox outbox;
  private final Path root;
  private final Retry retry;
  private final Clock clock;
  private final RandomGenerator random;
  private final Map<String, Lane> lanes = new LinkedHashMap<>();
  private final List<Consumer<Delivery>> listeners = new CopyOnWriteArrayList<>();
  private final Executor executor;
  private ThreadPoolExecutor pool;
  private Thread dispatcher;

  /** Whether some attempt ended without being written down. */
  private final AtomicBoolean lost = new AtomicBoolean();

  // Guarded by this.
  private boolean woken;
  private boolean closed;

  /** A destination, and what is under way there. */
  private static final class Lane {
    final Destination destination;
    final Sender sender;
    final LongAdder sent = new LongAdder();
    final LongAdder failed = new LongAdder();

    /** Numbers of the deliveries under way. */
    final Set<Long> inFlight = ConcurrentHashMap.newKeySet();

    /** Not to be tried before; guarded by the lane. */
    Instant pausedUntil = Instant.MIN;

    Lane(Destination destination, Sender sender) {
      this.destination = destination;
      this.sender = sender;
    }

    synchronized Instant pausedUntil() {
      return pausedUntil;
    }

    synchronized void pause(Instant until) {
      pausedUntil = until;
    }
  }

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
    this.root = root;
    this.retry = retry;
    this.clock = clock;
    this.random = random;
    for (Destination destination : destinations) {
      Lane lane = new Lane(destination, Sender.of(destination));
      if (lanes.put(destination.name(), lane) != null) {
        throw new IllegalArgumentException("two destinations are called " + destination.name());
      }
    }
    this.executor = executor == null ? ownThreads(destinations) : executor;
  }

  /** A slot for each object that may be in flight, so that no destination waits for another. */
  private Executor ownThreads(List<Destination> destinations) {
    int most = Math.max(1, destinations.stream().mapToInt(Destination::inFlight).sum());
    AtomicInteger number = new AtomicInteger();
    pool =
        new ThreadPoolExecutor(
            most,
            most,
            30,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(), // holds at most what may be in flight
            task -> new Thread(task, "delivery-" + number.incrementAndGet()));
    pool.allowCoreThreadTimeOut(true);
    return pool;
  }

  /** Tells of every change of a delivery; the listener returns at once and never throws. */
  public void listen(Consumer<Delivery> listener) {
    listeners.add(listener);
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
    if (lanes.isEmpty()) {
      return;
    }
    dispatcher = new Thread(this::dispatchForEver, "delivery-dispatcher");
    dispatcher.start();
  }

  /**
   * Makes true again what a process that ended left behind; to be called before anybody is shown
   * where deliveries stand.
   */
  public void recover() throws IOException {
    for (Delivery left : outbox.underWay()) {
      if (lanes.values().stream().anyMatch(lane -> lane.inFlight.contains(left.id()))) {
        continue;
      }
      change(
          left.id(),
          d -> {
            if (d.state() == DeliveryState.SENDING) {
              return d.withdrawn() == null
                  ? d.interrupted(now())
                  : d.cancelled(now(), d.withdrawn());
            }
            return d.state() == DeliveryState.COMMITTING && d.nextAttemptAt() == null
                ? d.askAgain(now())
                : null;
          });
    }
  }

  private boolean isEnabled(String destination) {
    Lane lane = lanes.get(destination);
    return lane != null && lane.destination.enabled();
  }

  /** Whether anything is configured that could want results of this kind. */
  public boolean isWanted(ObjectKind kind) {
    return lanes.values().stream()
        .map(lane -> lane.destination)
        .anyMatch(d -> d.enabled() && d.kinds().contains(kind));
  }

  /**
   * Puts the results of a version of an analysis into the outbox, for every destination that wants
   * them, and takes back those of earlier versions that are not sent yet. Durable when it returns;
   * putting the same results here again changes nothing.
   */
  public void enqueue(String analysisId, int version, Origin origin, List<ResultObject> objects)
      throws IOException {
    Instant now = now();
    List<Delivery> deliveries = new ArrayList<>();
    for (Lane lane : lanes.values()) {
      for (ResultObject object : objects) {
        if (lane.destination.wants(object.kind(), origin)) {
          deliveries.add(
              Delivery.queued(analysisId, version, lane.destination.name(), object, now));
        }
      }
    }
    supersede(analysisId, version);
    outbox.add(analysisId, version, deliveries);
    for (Delivery delivery : outbox.ofAnalysis(analysisId)) {
      if (delivery.version() == version && delivery.attempts() == 0) {
        tell(delivery);
      }
    }
    wake();
  }

  private void supersede(String analysisId, int version) throws IOException {
    for (Delivery older : outbox.ofAnalysis(analysisId)) {
      if (older.version() < version) {
        withdraw(older.id(), "version " + version + " takes its place");
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
    for (Delivery other : outbox.ofAnalysis(asked.analysisId())) {
      if (other.version() > asked.version()) {
        throw new DeliveryConflictException(
            "Version %d of the analysis took its place; an older one is not sent after it."
                .formatted(other.version()));
      }
    }
    Delivery changed =
        change(id, d -> d.state() == DeliveryState.SENDING ? null : d.requested(now()))
            .orElseThrow(() -> new DeliveryConflictException("It is being sent at this moment."));
    Lane lane = lanes.get(changed.destination());
    if (lane != null) {
      lane.pause(Instant.MIN);
    }
    LOG.info("Delivery {} to {} is to be sent again on request", id, changed.destination());
    wake();
    return changed;
  }

  /**
   * Takes it back. One that is being sent is not tried again if that attempt fails.
   *
   * @return how it stands now
   * @throws DeliveryConflictException if the receiver has it, or it was cancelled before
   */
  public Delivery cancel(long id) throws IOException, DeliveryConflictException {
    Delivery asked = require(id);
    Delivery changed =
        withdraw(id, "cancelled on request")
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

  private Optional<Delivery> withdraw(long id, String why) throws IOException {
    return change(
        id,
        d ->
            switch (d.state()) {
              case QUEUED, FAILING, GIVEN_UP -> d.cancelled(now(), why);
              case SENDING -> d.withdrawnWhileSending(now(), why);
              // It is at the receiver: whether it commits is still worth knowing.
              case COMMITTING, SENT, CANCELLED -> null;
            });
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

  // Looking what is due.

  private void dispatchForEver() {
    while (true) {
      Duration sleep;
      try {
        if (lost.getAndSet(false)) {
          recover();
        }
        dispatch();
        sleep = untilNext();
      } catch (IOException | RuntimeException e) {
        lost.set(true); // looked for when the outbox answers again
        // The outbox does not answer; nothing is lost, and it may answer later.
        LOG.error("The outbox cannot be read", e);
        sleep = LONGEST_SLEEP;
      }
      synchronized (this) {
        try {
          long millis = Math.max(1, Math.min(sleep.toMillis(), LONGEST_SLEEP.toMillis()));
          long until = System.nanoTime() + millis * 1_000_000;
          while (!woken && !closed && System.nanoTime() < until) {
            wait(Math.max(1, (until - System.nanoTime()) / 1_000_000));
          }
        } catch (InterruptedException e) {
          return; // closing
        }
        if (closed) {
          return;
        }
        woken = false;
      }
    }
  }

  private synchronized void wake() {
    woken = true;
    notifyAll();
  }

  /** Begins everything that is due and has room; how many attempts it began. */
  int dispatch() throws IOException {
    int begun = 0;
    for (Lane lane : lanes.values()) {
      int room = lane.destination.inFlight() - lane.inFlight.size();
      if (!lane.destination.enabled() || room <= 0 || now().isBefore(lane.pausedUntil())) {
        continue;
      }
      // After a failure that concerns the destination one object finds out whether it is back.
      if (lane.pausedUntil() != Instant.MIN) {
        room = Math.min(room, lane.inFlight.isEmpty() ? 1 : 0);
      }
      List<Delivery> due = outbox.due(lane.destination.name(), now(), room + lane.inFlight.size());
      for (Delivery delivery : due) {
        if (room > 0 && lane.inFlight.add(delivery.id())) {
          room--;
          begun++;
          try {
            executor.execute(() -> attempt(lane, delivery));
          } catch (RejectedExecutionException e) {
            lane.inFlight.remove(delivery.id());
            throw e;
          }
        }
      }
    }
    return begun;
  }

  private Duration untilNext() throws IOException {
    Instant now = now();
    Duration shortest = LONGEST_SLEEP;
    for (Lane lane : lanes.values()) {
      if (!lane.destination.enabled() || !lane.inFlight.isEmpty()) {
        continue; // the end of an attempt wakes
      }
      Optional<Instant> next = outbox.nextDue(List.of(lane.destination.name()));
      if (next.isPresent()) {
        Instant at = next.get().isBefore(lane.pausedUntil()) ? lane.pausedUntil() : next.get();
        Duration left = Duration.between(now, at);
        shortest = left.compareTo(shortest) < 0 ? left : shortest;
      }
    }
    return shortest;
  }

  // One attempt.

  private void attempt(Lane lane, Delivery due) {
    try {
      if (due.state() == DeliveryState.COMMITTING) {
        if (outbox.find(due.id()).filter(this::isDue).isPresent()) {
          askForCommitment(lane, due.id());
        }
        return;
      }
      Optional<Delivery> begun =
          change(
              due.id(),
              d ->
                  (d.state() == DeliveryState.QUEUED || d.state() == DeliveryState.FAILING)
                          && isDue(d) // it may have been tried since it was looked for
                      ? d.sending(now())
                      : null);
      if (begun.isPresent()) {
        settle(lane, begun.get(), outcome(lane, begun.get()));
      }
    } catch (IOException | RuntimeException e) {
      // What became of it cannot be written down: it is made again when the outbox answers.
      LOG.error("Delivery {} cannot be kept track of", due.id(), e);
      lost.set(true);
    } finally {
      lane.inFlight.remove(due.id());
      wake();
    }
  }

  private boolean isDue(Delivery d) {
    return d.nextAttemptAt() != null && !d.nextAttemptAt().isAfter(now());
  }

  private Attempt outcome(Lane lane, Delivery delivery) {
    try {
      Path file = root.resolve(delivery.object().file()).normalize();
      Optional<String> broken = ResultFileCheck.fault(file, delivery.object().sha256());
      return broken.isPresent() ? Attempt.refused(broken.get()) : lane.sender.send(delivery, file);
    } catch (IOException e) {
      return Attempt.unreachable(text(e));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Attempt.unreachable("interrupted");
    } catch (RuntimeException | OutOfMemoryError e) {
      // An object must not take the thread with it, nor be lost.
      LOG.error("Sending delivery {} failed", delivery.id(), e);
      return new Attempt.Unavailable(
          "internal fault: " + e.getClass().getSimpleName(),
          "internal fault",
          false,
          Optional.empty());
    }
  }

  private static String text(IOException e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private void settle(Lane lane, Delivery sending, Attempt attempt) throws IOException {
    if (attempt instanceof Attempt.Delivered delivered) {
      lane.pause(Instant.MIN);
      if (lane.sender instanceof DicomSender
          && ((Target.Dicom) lane.destination.target()).commitment()) {
        change(sending.id(), d -> d.committing(now(), null));
        askForCommitment(lane, sending.id());
        return;
      }
      change(sending.id(), d -> d.delivered(now(), delivered.note()));
      count(lane, sending, delivered.note());
      return;
    }
    lane.failed.increment();
    String reason;
    String detail;
    boolean refused = attempt instanceof Attempt.Refused;
    Duration notBefore = Duration.ZERO;
    boolean whole = false;
    if (attempt instanceof Attempt.Refused no) {
      reason = no.reason();
      detail = no.detail();
    } else {
      Attempt.Unavailable later = (Attempt.Unavailable) attempt;
      reason = later.reason();
      detail = later.detail();
      notBefore = later.notBefore().orElse(Duration.ZERO);
      whole = later.wholeDestination();
    }
    Duration delay = delay(sending, refused, notBefore);
    Instant next = now().plus(delay);
    Optional<Delivery> after = change(sending.id(), d -> failed(d, detail, next));
    // What refuses one object can be reached.
    lane.pause(whole ? next : Instant.MIN);
    after.ifPresent(
        d ->
            LOG.warn(
                "Delivery {} of analysis {} version {} ({}) to {}: {}; {} after attempt {}{}",
                d.id(),
                d.analysisId(),
                d.version(),
                d.object().kind().key(),
                d.destination(),
                reason,
                d.state().key(),
                d.attempts(),
                d.state() == DeliveryState.FAILING ? ", next in " + delay.toSeconds() + " s" : ""));
  }

  private Duration delay(Delivery delivery, boolean refused, Duration notBefore) {
    int failures = delivery.failures() + 1;
    Duration delay =
        refused ? retry.refused(failures, random) : retry.unreachable(failures, random);
    return delay.compareTo(notBefore) < 0 ? notBefore : delay;
  }

  private Delivery failed(Delivery d, String error, Instant next) {
    if (d.state() != DeliveryState.SENDING) {
      return null;
    }
    if (d.withdrawn() != null) {
      return d.cancelled(now(), d.withdrawn());
    }
    return isOver(d) ? d.givenUp(now(), error) : d.failing(now(), error, next);
  }

  private boolean isOver(Delivery d) {
    return Duration.between(d.since(), now()).compareTo(retry.giveUpAfter()) >= 0;
  }

  private void count(Lane lane, Delivery delivery, String note) {
    lane.sent.increment();
    LOG.info(
        "Delivery {} of analysis {} version {} ({}) to {}: sent at attempt {}{}",
        delivery.id(),
        delivery.analysisId(),
        delivery.version(),
        delivery.object().kind().key(),
        delivery.destination(),
        delivery.attempts(),
        note == null ? "" : ", with a note");
  }

  // Storage commitment, PS3.4 annex J.

  private void askForCommitment(Lane lane, long id) throws IOException {
    // Written before it is asked: the report may come before the answer to the request.
    String transaction = Uid.generate();
    Optional<Delivery> begun =
        change(
            id,
            d -> d.state() == DeliveryState.COMMITTING ? d.committing(now(), transaction) : null);
    if (begun.isEmpty()) {
      return;
    }
    if (!(lane.sender instanceof DicomSender dicom)) {
      // The destination was of another type when this was sent.
      change(id, d -> d.failing(now(), "the destination does not commit any more", now()));
      return;
    }
    try {
      InstanceReference reference =
          dicom.reference(root.resolve(begun.get().object().file()).normalize());
      Optional<CommitmentReport> report = dicom.requestCommitment(transaction, reference);
      if (report.isPresent()) {
        commitmentReported(lane.destination.name(), report.get());
      } else {
        Instant again = now().plus(retry.commitmentWait());
        change(id, d -> isAsked(d, transaction) ? awaiting(d, again) : null);
      }
    } catch (IOException e) {
      lane.failed.increment();
      Instant next = now().plus(delay(begun.get(), false, Duration.ZERO));
      String error = "stored; commitment could not be asked for: " + text(e);
      Optional<Delivery> after =
          change(
              id,
              d ->
                  !isAsked(d, transaction)
                      ? null
                      : isOver(d)
                          ? d.givenUp(now(), error)
                          : d.commitmentFailed(now(), error, next));
      if (after.isPresent()) {
        // Without what the archive wrote: that may name a patient.
        LOG.warn(
            "Delivery {} to {}: stored, but commitment could not be asked for",
            id,
            lane.destination.name());
      }
    }
  }

  private static boolean isAsked(Delivery d, String transaction) {
    return d.state() == DeliveryState.COMMITTING && transaction.equals(d.transactionUid());
  }

  private Delivery awaiting(Delivery d, Instant again) {
    return isOver(d)
        ? d.givenUp(now(), "stored; the receiver never reported its commitment")
        : d.awaitingReport(now(), again);
  }

  /**
   * Takes a storage commitment report. When this returns, it is on disk what it says; reports on
   * requests that are not ours change nothing.
   *
   * @param archive who reports, for the log
   * @throws IOException if it cannot be written: the archive should report again
   */
  public void commitmentReported(String archive, CommitmentReport report) throws IOException {
    Optional<Delivery> found = outbox.ofTransaction(report.transactionUid());
    if (found.isEmpty()) {
      LOG.info("A storage commitment report of {} is on no request that is known", archive);
      return;
    }
    Delivery delivery = found.get();
    Lane lane = lanes.get(delivery.destination());
    Path file = root.resolve(delivery.object().file()).normalize();
    String uid = sopInstanceUid(file);
    boolean committed = report.committed().stream().anyMatch(r -> r.sopInstanceUid().equals(uid));
    Optional<Integer> failure =
        report.failed().entrySet().stream()
            .filter(e -> e.getKey().sopInstanceUid().equals(uid))
            .map(Map.Entry::getValue)
            .findFirst();
    if (committed) {
      Optional<Delivery> after =
          change(
              delivery.id(),
              d ->
                  switch (d.state()) {
                    case COMMITTING, FAILING, GIVEN_UP -> d.delivered(now(), "committed");
                    case QUEUED, SENDING, SENT, CANCELLED -> null;
                  });
      after.filter(d -> lane != null).ifPresent(d -> count(lane, d, null));
    } else if (failure.isPresent()) {
      String error = "the receiver does not commit: " + DimseStatus.describe(failure.get());
      Instant next = now().plus(delay(delivery, false, Duration.ZERO));
      Optional<Delivery> after =
          change(
              delivery.id(),
              d ->
                  d.state() != DeliveryState.COMMITTING
                      ? null
                      : isOver(d) ? d.givenUp(now(), error) : d.failing(now(), error, next));
      if (after.isPresent()) {
        if (lane != null) {
          lane.failed.increment();
        }
        LOG.warn("Delivery {} to {}: {}", delivery.id(), delivery.destination(), error);
      }
    }
    wake();
  }

  private static String sopInstanceUid(Path file) throws IOException {
    return StorageCommitmentScu.references(List.of(file)).get(0).sopInstanceUid();
  }

  // Changing rows.

  /**
   * Changes a row as it is now; made again where somebody else changed it in between.
   *
   * @param edit gives the next revision, or {@code null} to leave it
   * @return the row after the change; empty if it was left or there is none
   */
  private Optional<Delivery> change(long id, UnaryOperator<Delivery> edit) throws IOException {
    while (true) {
      Optional<Delivery> current = outbox.find(id);
      Delivery next = current.map(edit::apply).orElse(null);
      if (next == null) {
        return Optional.empty();
      }
      if (outbox.replace(next)) {
        tell(next);
        return Optional.of(next);
      }
    }
  }

  private void tell(Delivery delivery) {
    listeners.forEach(listener -> listener.accept(delivery));
  }

  /** What the outbox keeps is whole milliseconds. */
  private Instant now() {
    return Instant.ofEpochMilli(clock.millis());
  }

  /** Ends; attempts under way get some time, then are cut off and made again at the next start. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
      notifyAll();
    }
    try {
      if (dispatcher != null) {
        dispatcher.join();
      }
      if (pool != null) {
        pool.shutdown();
        if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
          LOG.info("Deliveries under way are cut off; they are made again at the next start");
          pool.shutdownNow();
          pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS);
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    lanes.values().forEach(lane -> lane.sender.close());
  }
}
