// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.report.CaseProfile;
import io.hounsfield.report.OverviewSamples;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestChest;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

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
    putChest(catalog, folder, 3, TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 2, 2.5));
    return catalog;
  }

  /** Report, files and images of an analysis that is there. */
  static void putChest(MemoryCatalog catalog, Path folder, int n, TestChest chest)
      throws IOException {
    String id = TestAnalyses.id(n);
    catalog.putReport(
        id,
        ReportJson.encode(
            TestReports.on(
                TestReports.rightSided(id, 1, "Phantom^Number " + n), chest.ct().geometry())));
    Path files = Files.createDirectories(folder.resolve(id));
    for (Artifact artifact : Artifact.values()) {
      Path file = files.resolve(artifact.fileName());
      switch (artifact) {
        case OVERVIEW -> Files.write(file, OverviewSamples.png(chest));
        case PROFILE ->
            Files.write(file, CaseProfile.encode(chest.ct(), chest.lungs(), chest.lesions()));
        case LUNGS -> NiftiWriter.write(chest.lungs(), file);
        case LESIONS -> NiftiWriter.write(chest.lesions(), file);
      }
      catalog.putArtifact(id, artifact, file);
    }
    catalog.putImages(id, images(chest.ct()));
  }

  static CtImages images(CtVolume ct) {
    return new CtImages() {
      @Override
      public VolumeGeometry geometry() {
        return ct.geometry();
      }

      @Override
      public short[] slice(int index) {
        return ct.slice(index).clone();
      }
    };
  }

  static HttpApi serve(Vertx vertx, MemoryCatalog catalog, int port) throws IOException {
    return serve(vertx, catalog, port, List.of());
  }

  static HttpApi serve(Vertx vertx, MemoryCatalog catalog, int port, List<Mount> mounts)
      throws IOException {
    Health fine = new Health(List.of());
    return HttpApi.start(
        vertx,
        HttpApiOptions.of("127.0.0.1", port),
        catalog,
        ResultCatalog.NONE,
        List::of,
        new HealthSource() {
          @Override
          public Health live() {
            return fine;
          }

          @Override
          public Health ready() {
            return fine;
          }
        },
        () -> "",
        mounts);
  }

  /**
   * Serves it until the process ends, with ten thousand more; arguments: port, folder for files.
   */
  public static void main(String[] arguments) throws IOException {
    Path folder = Files.createDirectories(Path.of(arguments[1]));
    MemoryCatalog catalog = catalog(folder);
    for (int n = 100; n < 10_000; n++) {
      catalog.put(TestAnalyses.reported(n, n % 77 / 1.1, n % 4));
    }
    HttpApi api = serve(Vertx.vertx(), catalog, Integer.parseInt(arguments[0]));
    System.out.println(api.port());
  }
}
