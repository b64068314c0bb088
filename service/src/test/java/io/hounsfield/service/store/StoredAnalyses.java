// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.store;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import java.io.IOException;
import java.time.Instant;

/** Analyses in the database, for tests of what refers to them. */
public final class StoredAnalyses {
  /** Their Series Instance UID. */
  public static final String SERIES = "1.2.3";

  private StoredAnalyses() {}

  /** Stores an analysis that is being received from CT1. */
  public static void receiving(AnalysisStore store, String id, Instant now) throws IOException {
    Analysis analysis =
        new Analysis(
            id,
            "1.2",
            SERIES,
            1,
            AnalysisStatus.RECEIVING,
            0,
            now,
            now,
            null,
            null,
            0,
            null,
            null,
            null,
            null,
            null);
    store.save(new AnalysisStore.Entry(analysis, null), "CT1");
  }
}
