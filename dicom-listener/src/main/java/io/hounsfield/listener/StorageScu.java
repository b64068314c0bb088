// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.ul.Pdu;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * C-STORE as SCU, PS3.4 annex B. Files are sent as they are, byte for byte; where the other node
 * refuses a file's transfer syntax, the file is decoded and sent as Explicit or Implicit VR Little
 * Endian.
 */
public final class StorageScu {
  private static final int MAX_CONTEXTS = 128;
  private static final List<String> UNCOMPRESSED =
      List.of(
          TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
          TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid());

  private final ScuOptions options;
  private final ProgressListener progress;
  private final List<SendResult.Failure> failures = new ArrayList<>();
  private final List<SendResult.Warning> warnings = new ArrayList<>();
  private int total;
  private int stored;
  private int begun;
  private long bytes;
  private long firstStoreNanos;
  private long releasedNanos;

  private StorageScu(ScuOptions options, ProgressListener progress) {
    this.options = options;
    this.progress = progress;
  }

  /**
   * Sends files, in this order, usually over one association (more when they need over 128
   * presentation contexts). Blocks; not to be called on an event loop.
   *
   * <p>A file that cannot be read or is refused does not keep the others from being sent. When the
   * association is lost, the files without an answer are failures.
   *
   * @throws AssociationException when no association can be had at all
   */
  public static SendResult send(ScuOptions options, Iterable<Path> files, ProgressListener progress)
      throws IOException {
    return new StorageScu(options, progress).sendAll(files);
  }

  /** Presentation contexts of one association and what goes through them. */
  private static final class Batch {
    final Map<String, Integer> contextIds = new LinkedHashMap<>();
    final List<Pdu.ProposedContext> contexts = new ArrayList<>();
    final List<OutgoingInstance> instances = new ArrayList<>();

    static String asStored(OutgoingInstance instance) {
      return instance.sopClassUid() + "|" + instance.transferSyntaxUid();
    }

    static String uncompressed(OutgoingInstance instance) {
      return instance.sopClassUid() + "|uncompressed";
    }

    void add(OutgoingInstance instance) {
      propose(asStored(instance), instance, List.of(instance.transferSyntaxUid()));
      propose(uncompressed(instance), instance, UNCOMPRESSED);
      instances.add(instance);
    }

    private void propose(String key, OutgoingInstance instance, List<String> syntaxes) {
      if (!contextIds.containsKey(key)) {
        int id = 2 * contexts.size() + 1;
        contextIds.put(key, id);
        contexts.add(new Pdu.ProposedContext(id, instance.sopClassUid(), syntaxes));
      }
    }
  }

  private SendResult sendAll(Iterable<Path> files) throws IOException {
    long start = System.nanoTime();
    List<Batch> batches = plan(files);
    boolean any = false;
    for (Batch batch : batches) {
      try (ScuAssociation association = ScuAssociation.open(options, batch.contexts)) {
        any = true;
        sendBatch(association, batch);
      } catch (AssociationException e) {
        if (!any) {
          throw e;
        }
        batch.instances.forEach(instance -> failed(instance.file(), -1, e.getMessage()));
      }
    }
    return new SendResult(
        stored,
        failures,
        warnings,
        bytes,
        Duration.ofNanos(System.nanoTime() - start),
        releasedNanos);
  }

  private List<Batch> plan(Iterable<Path> files) {
    List<OutgoingInstance> readable = new ArrayList<>();
    List<SendResult.Failure> unreadable = new ArrayList<>();
    for (Path file : files) {
      total++;
      try {
        readable.add(OutgoingInstance.of(file));
      } catch (IOException e) {
        unreadable.add(new SendResult.Failure(file, -1, e.getMessage()));
      }
    }
    unreadable.forEach(failure -> failed(failure.file(), -1, failure.reason()));
    List<Batch> batches = new ArrayList<>();
    Batch batch = null;
    for (OutgoingInstance instance : readable) {
      if (batch == null || batch.contexts.size() > MAX_CONTEXTS - 2) {
        batch = new Batch();
        batches.add(batch);
      }
      batch.add(instance);
    }
    return batches;
  }

  private void sendBatch(ScuAssociation association, Batch batch) {
    String lost = null;
    for (OutgoingInstance instance : batch.instances) {
      if (lost != null) {
        failed(instance.file(), -1, lost);
        continue;
      }
      pace();
      try {
        sendOne(association, batch, instance);
      } catch (DicomException e) {
        failed(instance.file(), -1, e.getMessage());
      } catch (IOException e) {
        lost = association.isOpen() ? null : e.getMessage();
        failed(instance.file(), -1, e.getMessage());
      }
    }
    releasedNanos = System.nanoTime();
    try {
      association.release();
    } catch (IOException e) {
      // Every file has its answer; that the peer did not answer the release takes nothing back.
    }
  }

  private void sendOne(ScuAssociation association, Batch batch, OutgoingInstance instance)
      throws IOException {
    int contextId = batch.contextIds.get(Batch.asStored(instance));
    String syntax = association.accepted(contextId);
    if (syntax == null) {
      contextId = batch.contextIds.get(Batch.uncompressed(instance));
      syntax = association.accepted(contextId);
    }
    if (syntax == null) {
      failed(
          instance.file(),
          SendResult.NOT_ACCEPTED,
          "the other node accepts SOP class "
              + instance.sopClassUid()
              + " neither in transfer"
              + " syntax "
              + instance.transferSyntaxUid()
              + " nor uncompressed");
      return;
    }
    long[] sent = new long[1];
    DimseCommand response = instance.send(association, contextId, syntax, sent);
    int status = response.status();
    if (status == DimseStatus.SUCCESS.code() || (status & 0xF000) == 0xB000) {
      stored++;
      bytes += sent[0];
      if (status != DimseStatus.SUCCESS.code()) {
        warnings.add(new SendResult.Warning(instance.file(), status, answered(response)));
      }
      report();
    } else {
      failed(instance.file(), status, answered(response));
    }
  }

  private static String answered(DimseCommand response) {
    String comment = response.errorComment();
    return "answered "
        + DimseStatus.describe(response.status())
        + (comment.isEmpty() ? "" : ": " + comment);
  }

  private void failed(Path file, int status, String reason) {
    failures.add(new SendResult.Failure(file, status, reason));
    report();
  }

  private void report() {
    progress.progress(stored + failures.size(), total, bytes);
  }

  private void pace() {
    OptionalDouble pace = options.slicesPerSecond();
    if (pace.isPresent()) {
      if (begun == 0) {
        firstStoreNanos = System.nanoTime();
      }
      long due =
          firstStoreNanos + (long) (begun / pace.getAsDouble() * TimeUnit.SECONDS.toNanos(1));
      for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
        LockSupport.parkNanos(left);
        if (Thread.currentThread().isInterrupted()) {
          return; // the next blocking call ends the association
        }
      }
    }
    begun++;
  }
}
