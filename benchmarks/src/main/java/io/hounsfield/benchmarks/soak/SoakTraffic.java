// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Senders that keep at it until every instance was answered with success, as a PACS does, and
 * misbehave on the way. What each one does follows from the seed; how they interleave does not.
 */
final class SoakTraffic implements AutoCloseable {

  /** A series is sent in up to so many parts, over as many associations, often at once. */
  private static final int MAX_PARTS = 4;

  /** After so many tries a part is sent in order: the soak must end. */
  private static final int MISBEHAVE_TRIES = 3;

  private static final int RETRY_MS = 200;

  /** Part of a series for one association. */
  private record Part(SoakSeries series, List<SoakInstance> instances, long seed, int tries) {}

  private final SoakService service;
  private final long seed;
  private final int associations;
  private final int slowBytes;
  private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
  private final List<SoakAssociation> leftOpen = Collections.synchronizedList(new ArrayList<>());
  private final Map<SenderKind, AtomicInteger> made = new EnumMap<>(SenderKind.class);
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicInteger refused = new AtomicInteger();
  private final AtomicInteger lost = new AtomicInteger();

  /**
   * @param slowBytes what a slow sender sends at 1 kB/s before it goes on as fast as it goes
   */
  SoakTraffic(SoakService service, long seed, int associations, int slowBytes) {
    this.service = service;
    this.seed = seed;
    this.associations = associations;
    this.slowBytes = slowBytes;
    for (SenderKind kind : SenderKind.values()) {
      made.put(kind, new AtomicInteger());
    }
  }

  /** SOP Instance UIDs that were answered with success at least once. */
  Set<String> acknowledged() {
    return acknowledged;
  }

  /** Answers of success so far, those to duplicates too. */
  int answers() {
    return answers.get();
  }

  /** C-STOREs answered with a failure. */
  int refused() {
    return refused.get();
  }

  /** Associations that were lost without the sender's doing. */
  int lost() {
    return lost.get();
  }

  /** Associations of each kind. */
  int made(SenderKind kind) {
    return made.get(kind).get();
  }

  /** Sends these series; returns when every instance was answered with success. */
  void send(List<SoakSeries> all) throws IOException, InterruptedException {
    BlockingQueue<Part> queue = new LinkedBlockingQueue<>();
    AtomicInteger unfinished = new AtomicInteger();
    List<Part> parts = new ArrayList<>();
    for (SoakSeries series : all) {
      parts.addAll(parts(series));
    }
    // Neighbours come from different series, as from a PACS that serves several scanners.
    Collections.shuffle(parts, new Random(seed));
    unfinished.set(parts.size());
    queue.addAll(parts);
    ExecutorService senders = Executors.newFixedThreadPool(associations);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < associations; i++) {
        running.add(
            senders.submit(
                () -> {
                  work(queue, unfinished);
                  return null;
                }));
      }
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IOException("a sender gave up: " + e.getCause(), e.getCause());
    } finally {
      senders.shutdownNow();
    }
  }

  private List<Part> parts(SoakSeries series) {
    Random random = new Random(seed * 31 + series.seriesInstanceUid().hashCode());
    List<SoakInstance> shuffled = new ArrayList<>(series.instances());
    Collections.shuffle(shuffled, random);
    int count = 1 + random.nextInt(MAX_PARTS);
    List<Part> parts = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int from = i * shuffled.size() / count;
      int to = (i + 1) * shuffled.size() / count;
      if (to > from) {
        parts.add(new Part(series, shuffled.subList(from, to), random.nextLong(), 0));
      }
    }
    return parts;
  }

  private void work(BlockingQueue<Part> queue, AtomicInteger unfinished)
      throws InterruptedException, IOException {
    while (unfinished.get() > 0) {
      Part part = queue.poll(RETRY_MS, TimeUnit.MILLISECONDS);
      if (part == null) {
        continue;
      }
      int port = service.running().dicomPort();
      try {
        send(part, port);
      } catch (IOException e) {
        // The service was killed, or closed a connection; what was not answered is sent again.
        lost.incrementAndGet();
      }
      List<SoakInstance> left =
          part.instances().stream()
              .filter(instance -> !acknowledged.contains(instance.sopInstanceUid()))
              .toList();
      if (left.isEmpty()) {
        unfinished.decrementAndGet();
      } else {
        TimeUnit.MILLISECONDS.sleep(RETRY_MS);
        queue.add(new Part(part.series(), left, part.seed() + 1, part.tries() + 1));
      }
    }
  }

  private void send(Part part, int port) throws IOException, InterruptedException {
    Random random = new Random(part.seed());
    SenderKind kind =
        part.tries() >= MISBEHAVE_TRIES ? SenderKind.ORDERLY : SenderKind.draw(random);
    made.get(kind).incrementAndGet();
    List<SoakInstance> instances = part.instances();
    int stop = random.nextInt(instances.size());
    if (kind == SenderKind.SILENT) {
      leftOpen.add(SoakAssociation.connect(port));
      return;
    }
    SoakAssociation association = SoakAssociation.open(port, instances.get(0));
    boolean stays = false;
    try {
      boolean whole =
          switch (kind) {
            case ORDERLY, DUPLICATES, SLOW -> true;
            default -> false;
          };
      for (int i = 0; i < (whole ? instances.size() : stop); i++) {
        store(association, instances.get(i), kind == SenderKind.SLOW && i == 0 ? slowBytes : 0);
      }
      switch (kind) {
        case DROP -> {
          association.storeHalf(instances.get(stop));
          if (random.nextBoolean()) {
            association.resetOnClose();
          }
        }
        case ABORT -> association.abort();
        case HALF_OPEN -> {
          association.storeHalf(instances.get(stop));
          leftOpen.add(association);
          stays = true;
        }
        case DUPLICATES -> {
          sendAgain(association, part.series(), random);
          association.release();
        }
        default -> association.release();
      }
    } finally {
      if (!stays) {
        association.close();
      }
    }
  }

  private void store(SoakAssociation association, SoakInstance instance, int slow)
      throws IOException, InterruptedException {
    if (association.store(instance, slow)) {
      acknowledged.add(instance.sopInstanceUid());
      answers.incrementAndGet();
    } else {
      refused.incrementAndGet();
    }
  }

  private void sendAgain(SoakAssociation association, SoakSeries series, Random random)
      throws IOException, InterruptedException {
    Set<String> known = new HashSet<>(acknowledged);
    for (SoakInstance instance : series.instances()) {
      if (known.contains(instance.sopInstanceUid()) && random.nextBoolean()) {
        store(association, instance, 0);
      }
    }
  }

  /** Connections that were left open, and that the service has to get rid of by itself. */
  int leftOpen() {
    return leftOpen.size();
  }

  @Override
  public void close() throws IOException {
    for (SoakAssociation association : leftOpen) {
      association.close();
    }
  }
}
