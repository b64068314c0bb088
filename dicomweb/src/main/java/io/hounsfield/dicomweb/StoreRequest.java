// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.DimseStatus;
import io.hounsfield.listener.IncomingFile;
import io.hounsfield.listener.IncomingInstance;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledInstance;
import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One store request being received: takes its body piece by piece, stores instance by instance on
 * the store threads. To those who follow what is received it is an association, or part of one
 * ({@link Uploads}): it has a number, it brings instances, and it ends.
 */
final class StoreRequest {
  /** Told of the progress, on a store thread. */
  interface Owner {
    /** So many bytes given to {@link #offer} are no longer held. */
    void consumed(int bytes);

    /** The body is over and everything in it dealt with. */
    void finished(StoreOutcome outcome);

    /** The body is not what it should be; the rest of it is not wanted. */
    void failed(WebProblem problem);
  }

  /** What every request of this server shares. */
  record Context(Spool spool, DicomNodeListener listener, String aeTitle, Executor pool) {}

  static final int MAX_PARTS = 20_000;

  private static final int MAX_LOGGED = 10;

  /** Name of a sender that has no AE title, in place of one. */
  static final String SENDER = "STOW-RS";

  private static final Logger LOG = LoggerFactory.getLogger(StoreRequest.class);

  private final Uploads.Upload upload;
  private final long id;
  private final Context context;
  private final Optional<String> study;
  private final WebAddress address;
  private final MultipartParser parser;
  private final Owner owner;

  // Shared between the event loop and the store threads, guarded by this.
  private final ArrayDeque<byte[]> arrived = new ArrayDeque<>();
  private boolean complete;
  private boolean aborted;
  private boolean scheduled;

  // One store thread at a time.
  private final StoreOutcome outcome = new StoreOutcome();
  private final Set<String> series = new TreeSet<>();
  private IncomingFile incoming;
  private DimseStatus fault;
  private boolean over;
  private int stored;
  private long bytes;

  /**
   * @param upload what it belongs to
   * @param boundary of the multipart body; empty: the body is one instance
   */
  StoreRequest(
      Uploads.Upload upload,
      Context context,
      Optional<String> study,
      WebAddress address,
      Optional<String> boundary,
      Owner owner) {
    this.upload = upload;
    this.id = upload.id();
    this.context = context;
    this.study = study;
    this.address = address;
    this.owner = owner;
    this.parser =
        boundary.map(text -> new MultipartParser(text, MAX_PARTS, new Parts())).orElse(null);
  }

  /** Takes a piece of the body. Event loop. */
  void offer(Buffer piece) {
    synchronized (this) {
      arrived.add(piece.getBytes());
    }
    schedule();
  }

  /** The body is over. Event loop. */
  void complete() {
    synchronized (this) {
      complete = true;
    }
    schedule();
  }

  /** The rest will not come. Event loop. */
  void abort() {
    synchronized (this) {
      aborted = true;
    }
    schedule();
  }

  private void schedule() {
    synchronized (this) {
      if (scheduled) {
        return;
      }
      scheduled = true;
    }
    context.pool().execute(this::drain);
  }

  private void drain() {
    while (true) {
      byte[] piece;
      boolean last;
      boolean drop;
      synchronized (this) {
        piece = aborted ? null : arrived.poll();
        last = complete && piece == null;
        drop = aborted;
        if (piece == null && !last && !drop || over) {
          scheduled = false;
          arrived.clear();
          return;
        }
      }
      try {
        if (piece != null) {
          take(piece);
          owner.consumed(piece.length);
        } else if (drop) {
          end(true);
        } else {
          finish();
        }
      } catch (MultipartParser.MalformedException e) {
        end(true);
        owner.failed(WebProblem.invalid("The body cannot be read: " + e.getMessage() + "."));
      } catch (WebProblem problem) {
        end(true);
        owner.failed(problem);
      } catch (RuntimeException e) {
        // Nobody waits for this thread: the client must be told, and the part be dropped.
        LOG.error("A store request failed", e);
        end(true);
        owner.failed(WebProblem.internal());
      }
    }
  }

  private void take(byte[] piece) throws MultipartParser.MalformedException {
    if (parser != null) {
      parser.feed(piece);
    } else {
      beginSingle();
      new Parts().data(ByteBuffer.wrap(piece));
    }
  }

  private void beginSingle() {
    if (incoming == null && fault == null) {
      new Parts().begin(Map.of("content-type", MediaType.DICOM));
    }
  }

  private void finish() throws MultipartParser.MalformedException {
    if (parser != null) {
      parser.finish();
    } else {
      beginSingle();
      new Parts().end();
    }
    if (outcome.size() == 0) {
      throw new MultipartParser.MalformedException("it has no parts");
    }
    end(false);
    owner.finished(outcome);
  }

  /** What the parser finds. */
  private final class Parts implements MultipartParser.Handler {
    @Override
    public void begin(Map<String, String> headers) {
      fault = null;
      boolean dicom =
          MultipartParser.typeOf(headers).filter(t -> t.type().equals(MediaType.DICOM)).isPresent();
      if (!dicom) {
        fault = DimseStatus.CANNOT_UNDERSTAND;
        return;
      }
      attempt(
          () -> {
            Optional<String> full = context.listener().refusal();
            if (full.isPresent()) {
              throw new IOException(full.get()); // out of resources
            }
            incoming = context.spool().receiveFile(study);
          });
      requireResources();
    }

    @Override
    public void data(ByteBuffer piece) {
      attempt(() -> incoming.write(piece));
      requireResources();
    }

    @Override
    public void end() {
      attempt(() -> committed(incoming.commit()));
      if (fault != null) {
        outcome.failed(
            incoming == null ? Optional.empty() : incoming.sopClassUid(),
            incoming == null ? Optional.empty() : incoming.sopInstanceUid(),
            fault);
      }
      close();
    }
  }

  /** Before anything was stored: the client need not send the rest only to hear this. */
  private void requireResources() {
    if (fault == DimseStatus.OUT_OF_RESOURCES && outcome.size() == 0) {
      throw WebProblem.busy(
          "Nothing can be stored now, out of resources (A700H); /health/ready says why.");
    }
  }

  private interface Step {
    void run() throws IOException;
  }

  /** A fault of one instance must not end the request: the others are stored. */
  private void attempt(Step step) {
    if (fault != null) {
      return;
    }
    try {
      step.run();
    } catch (IOException | RuntimeException e) {
      fault = DimseStatus.of(e);
      if (outcome.failures() < MAX_LOGGED) {
        LOG.warn("store request {}: an instance is not stored, {}: {}", -id, fault, e.toString());
      }
    }
  }

  private void committed(IncomingInstance.Stored result) {
    SpooledInstance instance = result.instance();
    stored++;
    bytes += instance.bytes();
    series.add(instance.seriesInstanceUid());
    outcome.stored(instance, address);
    if (result.conflicting()) {
      LOG.warn(
          "store request {}: an instance came again with other content; the first counts, this one"
              + " is kept aside as {}",
          -id,
          instance.file().getFileName());
    }
    ReceivedInstance received =
        new ReceivedInstance(
            id,
            SENDER,
            context.aeTitle(),
            instance.studyInstanceUid(),
            instance.seriesInstanceUid(),
            instance.sopInstanceUid(),
            instance.sopClassUid(),
            instance.transferSyntax(),
            instance.file(),
            result.duplicate(),
            instance.bytes(),
            System.nanoTime(),
            result.conflicting());
    try {
      context.listener().instanceStored(received);
    } catch (RuntimeException e) {
      // The instance is safe on disk; a fault of the listener is not the sender's concern.
      LOG.error("store request {}: the listener failed", -id, e);
    }
  }

  private void close() {
    if (incoming != null) {
      try {
        incoming.close();
      } catch (IOException e) {
        LOG.warn("an unfinished file stays in the spool until the next start: {}", e.toString());
      }
      incoming = null;
    }
  }

  private void end(boolean cutOff) {
    if (over) {
      return;
    }
    over = true;
    close();
    LOG.info(
        "store request {} {}: {} instances stored, {} not, {} bytes",
        -id,
        cutOff ? "cut off" : "done",
        stored,
        outcome.failures(),
        bytes);
    upload.ended(cutOff, series, stored, bytes);
  }
}
