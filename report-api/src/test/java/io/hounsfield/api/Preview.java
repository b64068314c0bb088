// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.report.OverviewSamples;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestReports;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A work list with one analysis of each kind, for tests of the page and for looking at it. */
final class Preview {

  static final String HOSTILE_NAME = "<img src=x onerror=alert(1)>^<script>alert(2)</script>";

  private Preview() {}

  static MemoryCatalog catalog(Path folder) throws IOException {
    MemoryCatalog catalog = new MemoryCatalog();
    catalog.put(TestAnalyses.receiving(1, 137));
    catalog.put(TestAnalyses.analysing(2));
    catalog.put(TestAnalyses.reported(3, 12.3561, 1));
    catalog.put(TestAnalyses.reported(4, 0.0, 0));
    catalog.put(TestAnalyses.reported(5, 0.03, 0));
    catalog.put(TestAnalyses.reported(6, 68.249, 3));
    catalog.put(TestAnalyses.reported(7, null, 1));
    catalog.put(
        TestAnalyses.refused(
            8, "too-few-slices", "The series has 5 slices; a chest needs 20 or more."));
    catalog.put(
        TestAnalyses.analysis(
            9,
            AnalysisStatus.FAILED,
            300,
            new Analysis.Refusal("disk-full", "The disk is full: 0.2 GB free, 1 GB is needed."),
            null,
            0));
    Analysis a = TestAnalyses.reported(10, 3.3, 0);
    catalog.put(
        new Analysis(
            a.id(),
            a.studyInstanceUid(),
            a.seriesInstanceUid(),
            a.version(),
            a.status(),
            a.slicesReceived(),
            a.createdAt(),
            a.updatedAt(),
            null,
            a.opacityPercent(),
            0,
            HOSTILE_NAME,
            "\"><b>id</b>",
            "20260131",
            "</td><script>alert(3)</script>",
            null));
    catalog.putReport(
        TestAnalyses.id(3),
        ReportJson.encode(TestReports.rightSided(TestAnalyses.id(3), 1, "Phantom^Number 3")));
    Path overview = folder.resolve("overview.png");
    Files.write(overview, OverviewSamples.png());
    catalog.putArtifact(TestAnalyses.id(3), Artifact.OVERVIEW, overview);
    return catalog;
  }
}
