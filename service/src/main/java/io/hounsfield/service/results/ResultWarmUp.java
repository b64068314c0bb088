// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.results.ResultCase;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes every form of a made-up case once, on a thread of its own, and throws it away: fonts, FHIR
 * model and classes are loaded before the first results instead of with them. It ends between two
 * forms as soon as there is work for patients, or when it is closed.
 */
public final class ResultWarmUp implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ResultWarmUp.class);
  private static final long CLOSE_MS = 5_000;

  private final List<ResultForm> forms;
  private final AnalysisOutcome outcome;
  private final BooleanSupplier busy;
  private final Thread thread;
  private volatile boolean closed;

  /**
   * @param outcome of a made-up chest
   * @param busy whether something more important is to be done
   */
  public ResultWarmUp(List<ResultForm> forms, AnalysisOutcome outcome, BooleanSupplier busy) {
    this.forms = List.copyOf(forms);
    this.outcome = outcome;
    this.busy = busy;
    this.thread = new Thread(this::guarded, "results-warm-up");
    thread.setDaemon(true);
    thread.setPriority(Thread.MIN_PRIORITY);
  }

  /** Begins. */
  public void start() {
    thread.start();
  }

  private void guarded() {
    long start = System.nanoTime();
    try {
      int made = run();
      LOG.debug(
          "Warm-up of results: {} of {} forms, {} ms",
          made,
          forms.size(),
          (System.nanoTime() - start) / 1_000_000);
    } catch (IOException | RuntimeException | LinkageError | OutOfMemoryError e) {
      // The first results say more, if they have this fault too.
      LOG.warn("Results of a made-up case cannot be made", e);
    }
  }

  /** Makes the forms; how many. */
  int run() throws IOException {
    ResultCase made = madeUp();
    int count = 0;
    for (ResultForm form : forms) {
      if (closed || busy.getAsBoolean()) {
        break;
      }
      form.encode(made, (kind, name, content) -> content.writeTo(OutputStream.nullOutputStream()));
      count++;
    }
    return count;
  }

  private ResultCase madeUp() {
    QuantificationReport report = outcome.report(new UUID(0, 0).toString(), 1, Instant.EPOCH, null);
    SeriesDescription series = outcome.series();
    DataSet attributes =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
            .put(Tag.PatientName, VR.PN, series.patientName())
            .put(Tag.PatientID, VR.LO, series.patientId())
            .put(Tag.StudyInstanceUID, VR.UI, series.studyInstanceUid())
            .put(Tag.StudyDate, VR.DA, series.studyDate())
            .put(Tag.StudyTime, VR.TM, series.studyTime())
            .put(Tag.SeriesInstanceUID, VR.UI, series.seriesInstanceUid())
            .put(Tag.FrameOfReferenceUID, VR.UI, series.frameOfReferenceUid());
    return new ResultCase(
        report,
        ResultMaker.source(attributes, outcome.sources()),
        outcome.ct(),
        outcome.lungs(),
        outcome.lesions(),
        outcome.overview());
  }

  @Override
  public void close() {
    closed = true;
    try {
      thread.join(CLOSE_MS); // a daemon: what it does is of no use any more
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
