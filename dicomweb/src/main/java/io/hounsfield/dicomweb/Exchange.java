// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DicomException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.WorkerExecutor;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.OpenOptions;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Iterator;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A request and its answer, which may come in many pieces: each piece is made when the one before
 * has left, so that a slow client costs a connection and nothing else. Belongs to an event loop;
 * what blocks runs on workers, one task at a time.
 */
final class Exchange {
  private static final Logger LOG = LoggerFactory.getLogger(Exchange.class);

  /** What the exchanges of a server share. */
  record Shared(
      Vertx vertx, WorkerExecutor workers, MemoryBudget memory, AtomicInteger open, int most) {}

  private final Shared shared;
  private final RoutingContext rc;
  private final String what;
  private long memory;
  private boolean working;
  private boolean ended;
  private boolean released;

  private Exchange(Shared shared, RoutingContext rc, String what) {
    this.shared = shared;
    this.rc = rc;
    this.what = what;
  }

  /**
   * Begins one.
   *
   * @param what it is about, for the log: nothing that the client sent
   * @throws WebProblem (503) when too many are going on
   */
  static Exchange begin(Shared shared, RoutingContext rc, String what) {
    if (shared.open().incrementAndGet() > shared.most()) {
      shared.open().decrementAndGet();
      throw WebProblem.busy("Too many requests are being answered; try again later.");
    }
    Exchange exchange = new Exchange(shared, rc, what);
    rc.addEndHandler(
        done -> {
          exchange.ended = true;
          exchange.release();
        });
    return exchange;
  }

  HttpServerResponse response() {
    return rc.response();
  }

  /** Tells the client something of an answer that it gets nevertheless, PS3.18 section 8.5. */
  void warn(String text) {
    response().headers().add("Warning", "299 hounsfield \"" + text + "\"");
  }

  /** Runs on a worker; not at all when the client has gone. */
  <T> Future<T> work(Callable<T> task) {
    working = true;
    return shared
        .workers()
        .executeBlocking(
            () -> {
              if (rc.response().closed()) {
                throw new CancellationException();
              }
              return task.call();
            },
            false)
        .onComplete(
            done -> {
              working = false;
              release();
            });
  }

  /**
   * Reserves memory until the end of the exchange.
   *
   * @throws WebProblem (406, 503) when there is not so much
   */
  void reserve(long bytes) {
    shared.memory().take(bytes);
    memory += bytes;
  }

  private void release() {
    if (ended && !working && !released) {
      released = true;
      shared.memory().give(memory);
      shared.open().decrementAndGet();
    }
  }

  /** Ends the answer. */
  Future<Void> end() {
    return response().end();
  }

  Future<Void> write(byte[] bytes) {
    return response().closed()
        ? Future.failedFuture(new CancellationException())
        : response().write(Buffer.buffer(bytes));
  }

  Future<Void> write(String text) {
    return write(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A whole file, piece by piece. */
  Future<Void> write(Path file) {
    return shared
        .vertx()
        .fileSystem()
        .open(file.toString(), new OpenOptions().setRead(true).setWrite(false).setCreate(false))
        .compose(
            open ->
                open.pipe()
                    .endOnComplete(false)
                    .to(response())
                    .eventually(
                        () -> open.close().otherwiseEmpty())); // a pipe closes what failed itself
  }

  /** Sends one thing after the other. */
  <T> Future<Void> each(Iterator<T> things, Function<T, Future<Void>> send) {
    Promise<Void> done = Promise.promise();
    next(things, send, done);
    return done.future();
  }

  private <T> void next(Iterator<T> things, Function<T, Future<Void>> send, Promise<Void> done) {
    if (response().closed()) {
      done.fail(new CancellationException());
    } else if (!things.hasNext()) {
      done.complete();
    } else {
      send.apply(things.next()).onComplete(sent -> next(things, send, done), done::fail);
    }
  }

  /** Answers with a fault; where the answer has begun, the line is cut. */
  void fail(Throwable fault) {
    fail(rc, fault, what);
  }

  static void fail(RoutingContext rc, Throwable fault, String what) {
    HttpServerResponse response = rc.response();
    if (response.closed() || response.ended() || fault instanceof CancellationException) {
      return;
    }
    WebProblem problem;
    if (fault instanceof WebProblem known) {
      problem = known;
    } else if (fault instanceof NoSuchFileException) {
      problem = WebProblem.notFound("It is no longer held.");
    } else if (fault instanceof DicomException) {
      // The fault is the instance's, not this service's.
      problem =
          WebProblem.notAcceptable(
              "This instance cannot be read or decoded as asked for; retrieve it as it is stored"
                  + " (transfer-syntax=*).");
    } else {
      LOG.error("{} failed", what, fault);
      problem = WebProblem.internal();
    }
    if (response.headWritten()) {
      // Too late for another answer: nobody must take half of it for the whole.
      rc.request().connection().close();
      return;
    }
    response.headers().remove(HttpHeaders.TRANSFER_ENCODING);
    response.setChunked(false);
    problem.answer(response);
  }
}
