// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.ReportTable;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.ResultFiles;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hounsfield analyze}: folders or files of DICOM, without a server. */
@Command(
    name = "analyze",
    description = {
      "Measures the lung CT series in a folder (recursive) or file(s), without a server.",
      "Writes report.json, lungs.nii.gz (1 right lung, 2 left lung), lesions.nii.gz (1 ground",
      "glass, 2 consolidation) and overview.png. Where several series are measured, each gets a",
      "folder of its own below the output folder: series-1, series-2, ..."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class AnalyzeCommand implements Callable<Integer> {

  /** Reading and decoding side by side with the network; more threads than cores help nobody. */
  private static final int DECODE_THREADS =
      Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Folders or files of DICOM.")
  private List<Path> paths;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for the results; made if it is not there.")
  private Path out;

  @Mixin private ModelOptions modelOptions;

  private record Refusal(String series, int instances, String code, String text) {}

  @Override
  public Integer call()
      throws IOException, CommandFailedException, ModelException, InterruptedException {
    Logging.quiet();
    CompletableFuture<SegmentationModel> loading = new CompletableFuture<>();
    List<Path> dicom = new ArrayList<>();
    int others = 0;
    for (Path path : paths) {
      DicomPaths found = DicomPaths.find(path);
      dicom.addAll(found.dicom());
      others += found.others().size();
    }
    // The network loads while the headers are read.
    Thread loader =
        new Thread(
            () -> {
              try {
                loading.complete(modelOptions.load());
              } catch (ModelException | RuntimeException e) {
                loading.completeExceptionally(e);
              }
            },
            "model-loader");
    loader.setDaemon(true);
    loader.start();
    createOutput();

    List<Refusal> refusals = new ArrayList<>();
    Map<String, List<Path>> series = bySeries(dicom, refusals);
    PrintWriter console = spec.commandLine().getOut();
    List<Path> written = new ArrayList<>();
    try (SegmentationStage segmentation = new SegmentationStage(await(loading))) {
      int number = 0;
      for (Map.Entry<String, List<Path>> entry : series.entrySet()) {
        number++;
        Path directory = out.resolve("series-" + number);
        try {
          QuantificationReport report = analyze(segmentation, entry.getValue(), directory);
          console.println(ReportTable.render(report, System.console() != null));
          written.add(directory);
        } catch (SeriesRefusedException e) {
          refusals.add(
              new Refusal(
                  entry.getKey(), entry.getValue().size(), e.reason().code(), e.getMessage()));
        }
      }
    }
    Path results = settle(written);
    for (Refusal refusal : refusals) {
      console.printf(
          "Not measured: %s (%d %s)%n  %s: %s%n",
          refusal.series(),
          refusal.instances(),
          refusal.instances() == 1 ? "instance" : "instances",
          refusal.code(),
          refusal.text());
    }
    if (others > 0) {
      console.printf("Left alone: %d file(s) that are not DICOM%n", others);
    }
    if (results != null) {
      console.println("Results are in " + results);
    }
    console.flush();
    return written.isEmpty() ? ExitCodes.REFUSED : ExitCodes.OK;
  }

  private void createOutput() throws IOException, CommandFailedException {
    try {
      Files.createDirectories(out);
    } catch (FileAlreadyExistsException e) {
      throw new CommandFailedException(
          ExitCodes.USAGE, "--out " + out + " is a file; name a folder.");
    }
  }

  private static SegmentationModel await(CompletableFuture<SegmentationModel> loading)
      throws ModelException, InterruptedException {
    try {
      return loading.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof ModelException model) {
        throw model;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Files by Series Instance UID; files that cannot be read are refused one by one. */
  private static Map<String, List<Path>> bySeries(List<Path> files, List<Refusal> refusals)
      throws IOException {
    Map<String, List<Path>> series = new TreeMap<>();
    try (Progress progress = new Progress("Looking", "files")) {
      int done = 0;
      for (Path file : files) {
        try {
          DicomFile header = DicomFiles.readHeader(file);
          String uid = header.dataSet().string(Tag.SeriesInstanceUID).orElse("");
          if (Uid.isValid(uid)) {
            series.computeIfAbsent(uid, key -> new ArrayList<>()).add(file);
          } else {
            refusals.add(
                new Refusal(
                    file.toString(), 1, "no-series", "It has no valid Series Instance UID."));
          }
        } catch (DicomException e) {
          refusals.add(new Refusal(file.toString(), 1, "undecodable", e.getMessage()));
        }
        progress.update(++done, files.size());
      }
    }
    return series;
  }

  private static QuantificationReport analyze(
      SegmentationStage segmentation, List<Path> files, Path directory)
      throws IOException, InterruptedException, SeriesRefusedException, ModelException {
    SeriesAnalysis analysis = new SeriesAnalysis(segmentation);
    ExecutorService decoders = Executors.newFixedThreadPool(DECODE_THREADS);
    try (Progress progress = new Progress("Analysing", "slices")) {
      List<Future<Void>> accepted = new ArrayList<>();
      for (Path file : files) {
        accepted.add(
            decoders.submit(
                () -> {
                  analysis.accept(file);
                  return null;
                }));
      }
      int done = 0;
      for (Future<Void> future : accepted) {
        await(future);
        progress.update(++done, files.size());
      }
      AnalysisOutcome outcome = analysis.finish();
      QuantificationReport report =
          outcome.report(UUID.randomUUID().toString(), 1, Instant.now(), null);
      ResultFiles.writeOverview(directory, outcome);
      ResultFiles.writeLabelMaps(directory, outcome);
      Files.write(directory.resolve("report.json"), ReportJson.encode(report));
      return report;
    } finally {
      decoders.shutdownNow();
    }
  }

  private static void await(Future<Void> future) throws IOException, InterruptedException {
    try {
      future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException fault) {
        throw fault;
      }
      throw new IllegalStateException(e.getCause());
    }
  }

  /** Moves the results up where there is one series only; gives the folder that holds them. */
  private Path settle(List<Path> written) throws IOException {
    if (written.size() != 1) {
      return written.isEmpty() ? null : out;
    }
    try (Stream<Path> files = Files.list(written.get(0))) {
      for (Path file : files.toList()) {
        Files.move(file, out.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.delete(written.get(0));
    return out;
  }
}
