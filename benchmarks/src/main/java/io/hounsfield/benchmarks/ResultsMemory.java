// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.Retry;
import io.hounsfield.delivery.Target;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.report.OverviewRenderer;
import io.hounsfield.report.ReportJson;
import io.hounsfield.results.text.Language;
import io.hounsfield.service.config.Deidentification;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.ResultFiles;
import io.hounsfield.service.pipeline.SourceSlice;
import io.hounsfield.service.pipeline.WarmUp;
import io.hounsfield.service.results.DeidentifiedResults;
import io.hounsfield.service.results.ResultMaker;
import io.hounsfield.service.results.ResultPublisher;
import io.hounsfield.service.results.StandardForms;
import io.hounsfield.service.store.AnalysisStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * How much heap the results of a case take besides what the report held (volume and label maps):
 * every form, label maps in DICOM and a de-identified copy of all included, is made in a process
 * whose heap is what is held and a share of one label map. The process ends at the first allocation
 * that does not fit, so a run that ends well is a proof, whatever the garbage collector does.
 */
final class ResultsMemory {

  private static final int SIDE = 512;

  /** Room for young objects, part of the heap: small, so that the rest holds what lives. */
  private static final int YOUNG_MIB = 8;

  private static final long MIB = 1 << 20;
  private static final String LOG = "results.log";
  private static final int RUN_MINUTES = 4;

  private ResultsMemory() {}

  /**
   * Measures a case of so many slices of 512 x 512, with the whole, the half and the quarter of a
   * label map.
   *
   * @param work a folder for its files
   * @return {@code heldMiB}, {@code labelMapMiB}, and {@code heapBesidesMiB}, the least of a label
   *     map, its half and its quarter that was enough; {@code null} where none was
   */
  static ObjectNode measure(int slices, Path work) throws IOException, InterruptedException {
    return measure(slices, work, 1, 2, 4);
  }

  /** The same with these shares of a label map: 1 for the whole, 2 for the half. */
  static ObjectNode measure(int slices, Path work, int... divisors)
      throws IOException, InterruptedException {
    long labelMap = (long) slices * SIDE * SIDE;
    long held = held(slices, work);
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("slices", slices).put("heldMiB", held / (double) MIB);
    result.put("labelMapMiB", labelMap / (double) MIB).putNull("heapBesidesMiB");
    for (int divisor : divisors) {
      if (run(slices, work, held + labelMap / divisor) != 0) {
        break;
      }
      result.put("heapBesidesMiB", labelMap / divisor / (double) MIB);
    }
    return result;
  }

  /** Live heap before the results are made, bytes. */
  private static long held(int slices, Path work) throws IOException, InterruptedException {
    Path out = work.resolve("held.json");
    int exit = run(slices, work, 10L * slices * SIDE * SIDE + 512 * MIB);
    if (exit != 0) {
      throw new IOException(
          "the results could not be made, exit code %d: %s"
              .formatted(exit, Files.readString(work.resolve(LOG))));
    }
    JsonNode said = new ObjectMapper().readTree(out.toFile());
    return said.get("heldBytes").asLong();
  }

  private static int run(int slices, Path work, long heap)
      throws IOException, InterruptedException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx" + heap / 1024 + "k",
            "-Xmn" + YOUNG_MIB + "m",
            "-XX:+UseSerialGC",
            "-XX:+ExitOnOutOfMemoryError",
            "-Djava.awt.headless=true",
            "-cp",
            System.getProperty("java.class.path"),
            ResultsMemory.class.getName(),
            Integer.toString(slices),
            work.toString());
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(work.resolve(LOG).toFile())
            .start();
    if (process.waitFor(RUN_MINUTES, TimeUnit.MINUTES)) {
      return process.exitValue();
    }
    process.destroyForcibly().waitFor(); // it does little but collect garbage
    return -1;
  }

  /** Makes the results once: slices, folder for files. */
  public static void main(String[] arguments) throws IOException {
    int slices = Integer.parseInt(arguments[0]);
    Path work = Path.of(arguments[1]);
    Path root = Files.createTempDirectory(work, "results");
    AnalysisOutcome small = WarmUp.run();
    publish(small, root); // fonts and the FHIR model stay for ever
    AnalysisOutcome large = large(small, slices, root);
    QuantificationReport report = report(large);
    ResultFiles.writeLabelMaps(root.resolve(report.analysisId()), large);
    ObjectNode said = new ObjectMapper().createObjectNode();
    said.put("heldBytes", live());
    new ObjectMapper().writeValue(work.resolve("held.json").toFile(), said);
    publish(large, report, root);
  }

  private static long live() {
    System.gc();
    System.gc(); // what the first one found to be finalized
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static QuantificationReport report(AnalysisOutcome outcome) {
    return outcome.report(UUID.randomUUID().toString(), 1, Instant.EPOCH, null);
  }

  private static void publish(AnalysisOutcome made, Path root) throws IOException {
    AnalysisOutcome outcome = withImage(made, made.sources(), root);
    QuantificationReport report = report(outcome);
    ResultFiles.writeLabelMaps(root.resolve(report.analysisId()), outcome);
    publish(outcome, report, root);
  }

  private static void publish(AnalysisOutcome outcome, QuantificationReport report, Path root)
      throws IOException {
    Path secret =
        Files.writeString(
            root.resolve("secret"), "a secret of a benchmark", StandardCharsets.UTF_8);
    Deidentification deidentification = new Deidentification(Set.of(), secret);
    Destination research =
        new Destination(
            "research",
            new Target.Folder(root),
            EnumSet.of(
                ObjectKind.SEG,
                ObjectKind.SEG_LABEL_MAP,
                ObjectKind.SR,
                ObjectKind.KEY_IMAGES,
                ObjectKind.CSV,
                ObjectKind.JSON),
            Set.of(),
            List.of(),
            true,
            1,
            Duration.ofSeconds(60),
            Optional.empty(),
            Optional.of(deidentification.variant("research")));
    try (AnalysisStore store = AnalysisStore.open(root.resolve(report.analysisId() + ".db"));
        DeliveryService delivery =
            new DeliveryService(store.outbox(), List.of(research), root, Retry.defaults())) {
      store.save(new AnalysisStore.Entry(analysis(report), null), null);
      ResultPublisher publisher =
          new ResultPublisher(
              root,
              new ResultMaker(StandardForms.all(Language.ENGLISH)),
              new DeidentifiedResults(List.of(research), Map.of("research", deidentification)),
              delivery,
              store);
      ResultMaker.Made results =
          publisher.publish(report, ReportJson.encode(report), outcome, null).orElseThrow();
      if (!results.failed().isEmpty()) {
        throw new IOException("not made: " + results.failed());
      }
    }
  }

  private static Analysis analysis(QuantificationReport report) {
    return new Analysis(
        report.analysisId(),
        report.series().studyInstanceUid(),
        report.series().seriesInstanceUid(),
        report.version(),
        AnalysisStatus.ANALYSING,
        report.geometry().slices(),
        report.createdAt(),
        report.createdAt(),
        null,
        null,
        0,
        null,
        null,
        null,
        null,
        null);
  }

  /** Ellipsoids for lungs, and balls of opacity in them, on a grid as large as a real one. */
  private static AnalysisOutcome large(AnalysisOutcome small, int slices, Path root)
      throws IOException {
    VolumeGeometry geometry =
        new VolumeGeometry(
            SIDE,
            SIDE,
            slices,
            0.7,
            0.7,
            300.0 / slices,
            new Vec3(-180, -180, 0),
            new Vec3(1, 0, 0),
            new Vec3(0, 1, 0));
    short[][] hu = new short[slices][SIDE * SIDE];
    byte[][] lungs = new byte[slices][SIDE * SIDE];
    byte[][] lesions = new byte[slices][SIDE * SIDE];
    for (int k = 0; k < slices; k++) {
      double z = (k + 0.5) / slices - 0.5;
      for (int i = 0; i < SIDE * SIDE; i++) {
        double x = (i % SIDE + 0.5) / SIDE - 0.5;
        double y = (i / SIDE + 0.5) / SIDE - 0.5;
        boolean lung = square((Math.abs(x) - 0.2) / 0.15) + square(y / 0.25) + square(z / 0.5) < 1;
        boolean opacity = lung && square(x / 0.3) + square((y - 0.1) / 0.15) + square(z / 0.45) < 1;
        lungs[k][i] = (byte) (lung ? x < 0 ? 1 : 2 : 0);
        lesions[k][i] = (byte) (opacity ? y > 0.12 ? 2 : 1 : 0);
        hu[k][i] = (short) (opacity ? y > 0.12 ? 20 : -500 : lung ? -850 : 40);
      }
    }
    CtVolume ct = new CtVolume(geometry, hu);
    LabelMap lungMap = new LabelMap(geometry, lungs, Segment.LUNGS);
    LabelMap lesionMap = new LabelMap(geometry, lesions, Segment.LESIONS);
    List<SourceSlice> sources = new ArrayList<>();
    for (int k = 0; k < slices; k++) {
      sources.add(
          new SourceSlice(
              Path.of("none"),
              small.sources().get(0).sopClassUid(),
              Uid.derive("results-memory", Integer.toString(k)),
              0,
              geometry.position(k, 0, 0)));
    }
    AnalysisOutcome outcome =
        new AnalysisOutcome(
            small.series(),
            ct,
            lungMap,
            lesionMap,
            sources,
            small.regions(),
            small.confidence(),
            small.warnings(),
            small.evidence(),
            small.model(),
            OverviewRenderer.render(ct, lungMap, lesionMap),
            small.timings());
    return withImage(outcome, sources, root);
  }

  private static double square(double v) {
    return v * v;
  }

  /** The same with an image on disk that says what the series says. */
  private static AnalysisOutcome withImage(
      AnalysisOutcome outcome, List<SourceSlice> sources, Path root) throws IOException {
    Path image = root.resolve("image.dcm");
    DataSet attributes =
        new DataSet()
            .put(Tag.SOPClassUID, VR.UI, sources.get(0).sopClassUid())
            .put(Tag.SOPInstanceUID, VR.UI, sources.get(0).sopInstanceUid())
            .put(Tag.PatientID, VR.LO, outcome.series().patientId())
            .put(Tag.StudyInstanceUID, VR.UI, outcome.series().studyInstanceUid())
            .put(Tag.SeriesInstanceUID, VR.UI, outcome.series().seriesInstanceUid())
            .put(Tag.FrameOfReferenceUID, VR.UI, outcome.series().frameOfReferenceUid());
    DicomFiles.write(image, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, attributes));
    return new AnalysisOutcome(
        outcome.series(),
        outcome.ct(),
        outcome.lungs(),
        outcome.lesions(),
        sources.stream()
            .map(
                s ->
                    new SourceSlice(
                        image, s.sopClassUid(), s.sopInstanceUid(), s.frame(), s.position()))
            .toList(),
        outcome.regions(),
        outcome.confidence(),
        outcome.warnings(),
        outcome.evidence(),
        outcome.model(),
        outcome.overview(),
        outcome.timings());
  }
}
