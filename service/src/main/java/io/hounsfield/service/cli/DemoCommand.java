// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisCatalog;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.inference.ModelException;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.phantom.Truth;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.ReportTable;
import io.hounsfield.service.HounsfieldService;
import io.hounsfield.service.config.ConfigException;
import io.hounsfield.service.config.ConfigLoader;
import io.hounsfield.service.config.ServiceConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hounsfield demo}: the whole way, from a phantom through a DICOM push to its report. */
@Command(
    name = "demo",
    description = {
      "Shows the whole way, from a phantom through a DICOM push to its report.",
      "Makes a chest CT phantom, starts the service, pushes the phantom to it over a DICOM "
          + "association, and shows the report beside the phantom's exact values. Then the page "
          + "stays up until Ctrl-C, or ends at once with --exit."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class DemoCommand implements Callable<Integer> {

  private static final int REPORT_MINUTES = 10;

  @Spec private CommandSpec spec;

  @Option(names = "--exit", description = "End when the report has been shown.")
  private boolean exit;

  @Mixin private PhantomOptionsMixin phantomOptions;

  @Override
  public Integer call()
      throws IOException, CommandFailedException, ModelException, InterruptedException {
    Logging.quiet();
    Path work = Files.createTempDirectory("hounsfield-demo");
    Thread cleaner = new Thread(() -> delete(work), "demo-cleaner");
    Runtime.getRuntime().addShutdownHook(cleaner);
    return run(work);
  }

  private int run(Path work)
      throws IOException, CommandFailedException, ModelException, InterruptedException {
    PrintWriter out = spec.commandLine().getOut();
    PhantomOptions options = phantomOptions.options();
    say(out, "1. Making the phantom ...");
    Sample sample = makeSample(options, work.resolve("phantom"));

    say(out, "2. Starting the service ...");
    ServiceConfig config = configuration(work);
    try (HounsfieldService service = HounsfieldService.start(config)) {
      say(
          out,
          "3. Pushing %d slices to %s@127.0.0.1:%d ..."
              .formatted(sample.files().size(), config.dicom().aeTitle(), service.dicomPort()));
      BlockingQueue<Analysis> ends = new ArrayBlockingQueue<>(16);
      AnalysisCatalog.Subscription subscription =
          service.catalog().subscribe(analysis -> offerEnd(ends, analysis));
      try {
        push(config, service, sample.files());
        Analysis end = ends.poll(REPORT_MINUTES, TimeUnit.MINUTES);
        return show(out, service, end, sample.truth());
      } finally {
        subscription.close();
      }
    }
  }

  /** A phantom's files and exact values, without its voxels, which the service needs room for. */
  private record Sample(List<Path> files, Map<Region, RegionMeasurements> truth) {}

  private static Sample makeSample(PhantomOptions options, Path folder) throws IOException {
    Phantom phantom = Phantom.generate(options);
    return new Sample(PhantomWriter.writeSeries(phantom, folder), Truth.of(phantom).regions());
  }

  private static void say(PrintWriter out, String line) {
    out.println(line);
    out.flush();
  }

  private static void offerEnd(BlockingQueue<Analysis> ends, Analysis analysis) {
    AnalysisStatus status = analysis.status();
    if (status == AnalysisStatus.REPORTED
        || status == AnalysisStatus.REFUSED
        || status == AnalysisStatus.FAILED) {
      boolean unused = ends.offer(analysis);
    }
  }

  private static void push(ServiceConfig config, HounsfieldService service, List<Path> files)
      throws IOException, CommandFailedException {
    try (Progress progress = new Progress("Sending", "instances")) {
      SendResult result =
          StorageScu.send(
              ScuOptions.of(config.dicom().aeTitle(), "127.0.0.1", service.dicomPort()),
              files,
              (done, total, bytes) -> progress.update(done, total));
      if (!result.failures().isEmpty()) {
        throw new CommandFailedException(
            ExitCodes.FAILED,
            "%d of %d instances were not stored: %s"
                .formatted(
                    result.failures().size(), files.size(), result.failures().get(0).reason()));
      }
    }
  }

  private int show(
      PrintWriter out,
      HounsfieldService service,
      Analysis end,
      Map<Region, RegionMeasurements> truth)
      throws IOException, CommandFailedException, InterruptedException {
    if (end == null) {
      throw new CommandFailedException(
          ExitCodes.FAILED, "There is no report after " + REPORT_MINUTES + " minutes.");
    }
    if (end.status() != AnalysisStatus.REPORTED) {
      say(out, "The series was %s: %s".formatted(end.status().key(), end.refusal().text()));
      return ExitCodes.REFUSED;
    }
    QuantificationReport report =
        ReportJson.decode(service.catalog().reportJson(end.id()).orElseThrow());
    out.println(ReportTable.render(report, Terminal.colours()));
    out.println(comparison(report, truth));
    if (exit) {
      out.println("Without --exit the report's page stays up at " + service.pageOf(end));
      out.flush();
      return ExitCodes.OK;
    }
    say(
        out,
        "Report: %s%nWork list: %s%nCtrl-C ends."
            .formatted(service.pageOf(end), service.address()));
    new CountDownLatch(1).await();
    return ExitCodes.OK;
  }

  private static String comparison(
      QuantificationReport report, Map<Region, RegionMeasurements> truth) {
    StringBuilder text = new StringBuilder("Against the phantom's exact values, both lungs:\n");
    for (Quantity quantity :
        List.of(Quantity.VOLUME, Quantity.OPACITY_VOLUME, Quantity.OPACITY_PERCENT)) {
      Measurement measured = report.regions().get(Region.BOTH_LUNGS).get(quantity);
      Measurement exact = truth.get(Region.BOTH_LUNGS).get(quantity);
      if (measured instanceof Measurement.Value m && exact instanceof Measurement.Value t) {
        text.append(
            String.format(
                Locale.ROOT,
                "  %-15s %9.1f %-3s exact %9.1f %-3s",
                quantity.title(),
                m.value(),
                quantity.unit(),
                t.value(),
                quantity.unit()));
        if (t.value() != 0) {
          text.append(
              String.format(
                  Locale.ROOT, "  (%+.1f %%)", (m.value() - t.value()) / t.value() * 100));
        }
        text.append('\n');
      }
    }
    return text.toString();
  }

  /** Loopback only, data in a folder of its own; the usual ports where they are free. */
  private static ServiceConfig configuration(Path work) throws IOException, CommandFailedException {
    Map<String, String> environment =
        Map.of(
            "HOUNSFIELD_DATA_DIRECTORY", work.resolve("data").toString(),
            "HOUNSFIELD_DICOM_PORT", Integer.toString(usualOrAny(11112)),
            "HOUNSFIELD_HTTP_PORT", Integer.toString(usualOrAny(8080)));
    try {
      return ConfigLoader.load(null, environment, Installation.root());
    } catch (ConfigException e) {
      throw new CommandFailedException(ExitCodes.CONFIGURATION, e.getMessage());
    }
  }

  private static int usualOrAny(int port) {
    try (ServerSocket probe = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
      return probe.getLocalPort();
    } catch (IOException e) {
      return 0;
    }
  }

  private static void delete(Path folder) {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      System.err.println("hounsfield: " + folder + " could not be removed: " + e.getMessage());
    }
  }
}
