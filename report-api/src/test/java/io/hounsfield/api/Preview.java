// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.LesionComponent;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.VoxelIndex;
import io.hounsfield.domain.VoxelSums;
import io.hounsfield.report.CaseProfile;
import io.hounsfield.report.ComponentsJson;
import io.hounsfield.report.OverviewSamples;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestChest;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
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
    catalog.put(
        new ChangedAnalysis(TestAnalyses.reported(10, 3.3, 0))
            .patientName(HOSTILE_NAME)
            .patientId("\"><b>id</b>")
            .descriptions("</td><script>alert(3)</script>", null)
            .get());
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
        // Each of the two balls is of one kind, so that kinds and lesions have the same numbers.
        case LESIONS, COMPONENT_MAP -> NiftiWriter.write(chest.lesions(), file);
        case COMPONENTS -> Files.write(file, ComponentsJson.encode(components(chest)));
      }
      catalog.putArtifact(id, artifact, file);
    }
    catalog.putImages(id, images(chest.ct()));
  }

  /**
   * The ground glass ball, number 1, in the right lung and the smaller one, number 2, in the left.
   */
  private static LesionComponents components(TestChest chest) {
    VolumeGeometry g = chest.ct().geometry();
    List<LesionComponent> items = new ArrayList<>();
    for (int number = 1; number <= 2; number++) {
      int[] first = {g.columns(), g.rows(), g.slices()};
      int[] last = {0, 0, 0};
      for (int k = 0; k < g.slices(); k++) {
        for (int at = 0; at < g.sliceLength(); at++) {
          if (chest.lesions().slice(k)[at] == number) {
            int[] voxel = {at % g.columns(), at / g.columns(), k};
            for (int axis = 0; axis < 3; axis++) {
              first[axis] = Math.min(first[axis], voxel[axis]);
              last[axis] = Math.max(last[axis], voxel[axis]);
            }
          }
        }
      }
      items.add(
          new LesionComponent(
              number,
              number == 1 ? Region.RIGHT_LUNG : Region.LEFT_LUNG,
              1,
              sums(chest, chest.lesions(), number),
              new VoxelIndex(first[0], first[1], first[2]),
              new VoxelIndex(last[0], last[1], last[2]),
              new VoxelIndex(
                  (first[0] + last[0]) / 2, (first[1] + last[1]) / 2, (first[2] + last[2]) / 2)));
    }
    return new LesionComponents(
        g.voxelVolumeMl(), sums(chest, chest.lungs(), 1), sums(chest, chest.lungs(), 2), items);
  }

  private static VoxelSums sums(TestChest chest, LabelMap map, int label) {
    long voxels = 0;
    long high = 0;
    long sum = 0;
    long squares = 0;
    for (int k = 0; k < chest.ct().geometry().slices(); k++) {
      for (int at = 0; at < chest.ct().geometry().sliceLength(); at++) {
        if (map.slice(k)[at] == label) {
          short hu = chest.ct().slice(k)[at];
          voxels++;
          high += hu >= -200 ? 1 : 0;
          sum += hu;
          squares += (long) hu * hu;
        }
      }
    }
    return new VoxelSums(voxels, high, BigInteger.valueOf(sum), BigInteger.valueOf(squares));
  }

  /** Empty histories of the reports that tests put into a catalogue. */
  static MemoryReviews reviews() {
    MemoryReviews reviews = new MemoryReviews();
    for (int n = 3; n <= 6; n++) {
      reviews.putReport(TestAnalyses.id(n), 1, TestReports.rightSided().regions());
    }
    return reviews;
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

  static HttpApi serve(Vertx vertx, MemoryCatalog catalog, MemoryReviews reviews, int port)
      throws IOException {
    return serve(vertx, catalog, reviews, port, List.of());
  }

  static HttpApi serve(Vertx vertx, MemoryCatalog catalog, int port, List<Mount> mounts)
      throws IOException {
    return serve(vertx, catalog, reviews(), port, mounts);
  }

  private static HttpApi serve(
      Vertx vertx, MemoryCatalog catalog, MemoryReviews reviews, int port, List<Mount> mounts)
      throws IOException {
    return HttpApi.start(
        vertx,
        HttpApiOptions.of("127.0.0.1", port),
        catalog,
        ResultCatalog.NONE,
        reviews,
        List::of,
        FixedHealth.FINE,
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
