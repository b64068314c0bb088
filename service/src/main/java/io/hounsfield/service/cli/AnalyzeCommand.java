// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.api.Artifact;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.preprocess.SeriesAttributes;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.ReportTable;
import io.hounsfield.results.export.ExportRow;
import io.hounsfield.results.export.ResearchExport;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.CoordinatorOptions;
import io.hounsfield.service.pipeline.ResultFiles;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import io.hounsfield.service.pipeline.WarmUp;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
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
      "Writes report.json, lungs.nii.gz (1 right lung, 2 left lung), lesions.nii.gz (1 ground "
          + "glass, 2 consolidation) and overview.png. Where several series are measured, each "
          + "gets a folder of its own below the output folder: series-1, series-2, ... Results "
          + "of an earlier run in the output folder are removed. --csv writes a table beside."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class AnalyzeCommand implements Callable<Integer> {

  /** Reading and decoding side by side with the network; more threads than cores help nobody. */
  private static final int DECODE_THREADS =
      Math.max(1, Math.min(4, Runtime.getRuntime().availableProcessors()));

  private static final long MAX_VOXELS = CoordinatorOptions.voxelsOfHeap();

  private static final String REPORT = "report.json";

  private static final String SERIES_FOLDER = "series-";

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Folders or files of DICOM.")
  private List<Path> paths;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      required = true,
      description = "Folder for the results; made if it is not there.")
  private Path out;

  @Option(
      names = "--csv",
      paramLabel = "FILE",
      description =
          "Also writes a table: one row for each series, measured or refused with the reason; "
              + "columns as of /api/v1/export.csv. Replaces the file.")
  private Path csv;

  @Option(
      names = "--csv-identity",
      description = "Adds patient ID, name, birth date and accession number to the table.")
  private boolean csvIdentity;

  @Mixin private ModelOptions modelOptions;

  /**
   * The instances of one series.
   *
   * @param label number and description, for a person
   */
  private record SeriesFiles(
      String uid, String label, SeriesDescription description, List<Path> files) {
    String title() {
      return label.isEmpty() ? uid : label + ", " + uid;
    }
  }

  private record Refusal(String what, int instances, String code, String text) {}

  private record Written(SeriesFiles series, Path directory) {}

  @Override
  public Integer call()
      throws IOException, CommandFailedException, ModelException, InterruptedException {
    Logging.quiet();
    CompletableFuture<SegmentationModel> loading = new CompletableFuture<>();
    DicomPaths found = DicomPaths.find(paths);
    prepareOutput();
    prepareCsv();
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
    // Loading leaves a core free: what comes after the last slice is compiled meanwhile.
    Thread warmUp = new Thread(WarmUp::run, "warm-up");
    warmUp.setDaemon(true);
    warmUp.start();

    List<Refusal> refusals = new ArrayList<>();
    Collection<SeriesFiles> series = bySeries(found.dicom(), refusals);
    PrintWriter console = spec.commandLine().getOut();
    List<Written> written = new ArrayList<>();
    List<ExportRow> rows = new ArrayList<>();
    try (SegmentationStage segmentation = new SegmentationStage(await(loading))) {
      for (SeriesFiles each : series) {
        Path directory = out.resolve(SERIES_FOLDER + (written.size() + 1));
        try {
          QuantificationReport report = analyze(segmentation, each.files(), directory);
          console.println(ReportTable.render(report, Terminal.colours()));
          console.flush();
          written.add(new Written(each, directory));
          rows.add(new ExportRow.Measured(report));
        } catch (SeriesRefusedException e) {
          refusals.add(
              new Refusal(each.title(), each.files().size(), e.reason().code(), e.getMessage()));
          rows.add(
              new ExportRow.NotMeasured(
                  null, null, "refused", each.description(), e.reason().code(), e.getMessage()));
        }
      }
    }
    if (csv != null) {
      writeCsv(rows);
    }
    for (Refusal refusal : refusals) {
      console.printf(
          "Not measured: %s (%d %s)%n  %s: %s%n",
          refusal.what(),
          refusal.instances(),
          refusal.instances() == 1 ? "instance" : "instances",
          refusal.code(),
          refusal.text());
    }
    if (!found.others().isEmpty()) {
      console.printf("Left alone: %d file(s) that are not DICOM%n", found.others().size());
    }
    if (written.size() == 1) {
      moveUp(written.get(0).directory());
      console.println("Results are in " + out);
    } else {
      written.forEach(
          w -> console.printf("Results are in %s: %s%n", w.directory(), w.series().title()));
    }
    if (csv != null) {
      console.println("The table is " + csv);
    }
    console.flush();
    return written.isEmpty() ? ExitCodes.REFUSED : ExitCodes.OK;
  }

  /**
   * Makes the output folder, and takes an earlier run's results out of it: they would be taken for
   * results of this run when this run's series is refused.
   */
  private void prepareOutput() throws IOException, CommandFailedException {
    if (Files.exists(out) && !Files.isDirectory(out)) {
      throw new CommandFailedException(
          ExitCodes.USAGE, "--out " + out + " is a file; name a folder.");
    }
    Files.createDirectories(out);
    removeResults(out);
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(out, SERIES_FOLDER + "*")) {
      for (Path folder : folders) {
        if (folder.getFileName().toString().matches(SERIES_FOLDER + "\\d+")
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          removeResults(folder);
          deleteIfEmpty(folder);
        }
      }
    }
  }

  /** Hours of work must not end in a table that cannot be written. */
  private void prepareCsv() throws IOException, CommandFailedException {
    if (csv == null) {
      if (csvIdentity) {
        throw new CommandFailedException(ExitCodes.USAGE, "--csv-identity needs --csv FILE.");
      }
      return;
    }
    if (Files.isDirectory(csv)) {
      throw new CommandFailedException(
          ExitCodes.USAGE, "--csv " + csv + " is a folder; name a file.");
    }
    Path folder = csv.toAbsolutePath().getParent();
    if (!Files.isDirectory(folder)) {
      throw new CommandFailedException(
          ExitCodes.USAGE, "--csv: there is no folder " + folder + "; make it first.");
    }
    // A table of an earlier run would be taken for one of this run if this one fails.
    Files.deleteIfExists(csv);
  }

  private void writeCsv(List<ExportRow> rows) throws IOException {
    Path file = csv.toAbsolutePath();
    Path aside = file.resolveSibling("." + file.getFileName() + ".part");
    try {
      try (OutputStream stream = Files.newOutputStream(aside)) {
        ResearchExport.csv(
            rows,
            csvIdentity
                ? ResearchExport.Identity.WITH_PATIENT
                : ResearchExport.Identity.WITHOUT_PATIENT,
            stream);
      }
      Files.move(aside, file, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
  }

  private static void removeResults(Path folder) throws IOException {
    Files.deleteIfExists(folder.resolve(REPORT));
    for (Artifact artifact : Artifact.values()) {
      Files.deleteIfExists(folder.resolve(artifact.fileName()));
    }
  }

  private static void deleteIfEmpty(Path folder) throws IOException {
    try {
      Files.delete(folder);
    } catch (DirectoryNotEmptyException e) {
      // Something that is not ours stays.
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
      throw unexpected(e);
    }
  }

  /** A fault that no input should cause; lack of memory is told apart by {@link Main}. */
  private static IllegalStateException unexpected(ExecutionException e) {
    if (e.getCause() instanceof Error error) {
      throw error;
    }
    return new IllegalStateException(e.getCause());
  }

  /** Files by Series Instance UID; files that cannot be read are refused one by one. */
  private static Collection<SeriesFiles> bySeries(List<Path> files, List<Refusal> refusals)
      throws IOException {
    Map<String, SeriesFiles> series = new TreeMap<>();
    try (Progress progress = new Progress("Looking", "files")) {
      int done = 0;
      for (Path file : files) {
        try {
          DataSet header = DicomFiles.readHeader(file).dataSet();
          String uid = header.string(Tag.SeriesInstanceUID).orElse("");
          if (Uid.isValid(uid)) {
            series
                .computeIfAbsent(
                    uid,
                    key ->
                        new SeriesFiles(
                            key, label(header), SeriesAttributes.of(header), new ArrayList<>()))
                .files()
                .add(file);
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
    return series.values();
  }

  private static String label(DataSet header) {
    String number = header.string(Tag.SeriesNumber).map(n -> "series " + n).orElse("");
    String description =
        header.string(Tag.SeriesDescription).map(text -> "\"" + text + "\"").orElse("");
    return Terminal.plain(number + " " + description);
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
                  accept(analysis, file, files.size());
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
      Files.write(directory.resolve(REPORT), ReportJson.encode(report));
      return report;
    } finally {
      decoders.shutdownNow();
    }
  }

  private static void accept(SeriesAnalysis analysis, Path file, int files)
      throws IOException, InterruptedException, SeriesRefusedException {
    try {
      analysis.accept(file, voxels -> analysis.reserveWithin(voxels, MAX_VOXELS));
    } catch (SeriesAnalysis.NoRoomException e) {
      throw new SeriesRefusedException(
          RefusalReason.TOO_LARGE,
          ("The series has %d instances; after %d slices the memory of this process (%d million"
                  + " voxels) is full. Give it a larger heap: HOUNSFIELD_JAVA_OPTS=-Xmx4g.")
              .formatted(files, analysis.sliceCount(), MAX_VOXELS / 1_000_000),
          e);
    }
  }

  private static void await(Future<Void> future)
      throws IOException, InterruptedException, SeriesRefusedException {
    try {
      future.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof SeriesRefusedException refusal) {
        throw refusal;
      }
      if (e.getCause() instanceof IOException fault) {
        throw fault;
      }
      throw unexpected(e);
    }
  }

  /** Moves the results up, where there is one series only. */
  private void moveUp(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : files.toList()) {
        Files.move(file, out.resolve(file.getFileName()), StandardCopyOption.REPLACE_EXISTING);
      }
    }
    Files.delete(directory);
  }
}
