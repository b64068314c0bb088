// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisFilter;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.api.Page;
import io.hounsfield.api.ResultCatalog.ExportFormat;
import io.hounsfield.api.Review;
import io.hounsfield.api.ReviewState;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.report.ReportJson;
import io.hounsfield.results.export.ExportRow;
import io.hounsfield.results.export.ResearchExport;
import io.hounsfield.results.export.ResearchExport.Identity;
import io.hounsfield.service.store.AnalysisStore;
import io.hounsfield.service.store.ReviewStore;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;

/**
 * Analyses as rows, read from the store a page at a time: one page and one report are in memory,
 * whatever the length of the table.
 */
final class CaseTable {

  private final AnalysisStore store;
  private final ReviewStore reviews;

  CaseTable(AnalysisStore store) {
    this.store = store;
    this.reviews = store.reviews();
  }

  /** Writes the rows of a list of analyses, newest first. */
  void write(AnalysisFilter which, ExportFormat format, boolean withPatient, OutputStream out)
      throws IOException {
    Iterable<ExportRow> rows = () -> new Rows(which.from(null));
    Identity identity = withPatient ? Identity.WITH_PATIENT : Identity.WITHOUT_PATIENT;
    try {
      switch (format) {
        case CSV -> ResearchExport.csv(rows, identity, out);
        case JSON -> ResearchExport.json(rows, identity, out);
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private final class Rows implements Iterator<ExportRow> {
    private final AnalysisFilter filter;
    private Page page;
    private int next;

    Rows(AnalysisFilter filter) {
      this.filter = filter;
    }

    @Override
    public boolean hasNext() {
      try {
        if (page == null) {
          page = store.list(filter);
        }
        while (next == page.items().size() && page.next() != null) {
          page = store.list(filter.from(page.next()));
          next = 0;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      return next < page.items().size();
    }

    @Override
    public ExportRow next() {
      if (!hasNext()) {
        throw new NoSuchElementException();
      }
      try {
        return row(page.items().get(next++));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private ExportRow row(Analysis a) throws IOException {
    if (a.status() == AnalysisStatus.REPORTED) {
      // By version: a later one may have come since the page was read.
      byte[] json =
          store
              .reportJson(a.id(), a.version())
              .orElseThrow(
                  () ->
                      new IOException(
                          "the report of analysis %s version %d is not on record"
                              .formatted(a.id(), a.version())));
      QuantificationReport report = ReportJson.decode(json);
      return new ExportRow.Measured(report, reviewed(report, reviews.reviews(a.id(), a.version())));
    }
    return new ExportRow.NotMeasured(
        a.id(),
        a.version(),
        a.status().key(),
        series(a),
        a.refusal() == null ? null : a.refusal().code(),
        a.refusal() == null ? null : a.refusal().text());
  }

  /** The newest verdict counts: what a person accepted is what that review says. */
  private static ExportRow.Reviewed reviewed(QuantificationReport report, List<Review> reviews) {
    ReviewState state = Review.state(reviews);
    if (state != ReviewState.ACCEPTED) {
      return state == null ? null : new ExportRow.Reviewed(state.key(), null, null);
    }
    Review accepted = null;
    for (Review review : reviews) {
      accepted = review.verdict() == Review.Verdict.ACCEPT ? review : accepted;
    }
    for (Review.Edit edit : accepted.edits()) {
      if (edit.region() == Region.BOTH_LUNGS && edit.quantity() == Quantity.OPACITY_PERCENT) {
        return new ExportRow.Reviewed(state.key(), edit.value(), "edited");
      }
    }
    boolean recomputed = accepted.recomputed() != null;
    Measurement opacity =
        (recomputed ? accepted.recomputed() : report.regions())
            .get(Region.BOTH_LUNGS)
            .get(Quantity.OPACITY_PERCENT);
    return new ExportRow.Reviewed(
        state.key(),
        opacity instanceof Measurement.Value value ? value.value() : null,
        recomputed ? "recomputed" : "measured");
  }

  private static SeriesDescription series(Analysis a) {
    return new SeriesDescription(
        a.studyInstanceUid(),
        a.seriesInstanceUid(),
        null,
        a.patientName(),
        a.patientId(),
        null,
        null,
        null,
        a.studyDate(),
        null,
        a.studyDescription(),
        a.seriesDescription(),
        null,
        null,
        null,
        null,
        null,
        null,
        null);
  }
}
