// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.listener.AssociationException;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageCommitmentScu;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.listener.TlsOptions;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code hounsfield push}: C-STORE to another node. */
@Command(
    name = "push",
    description = "Sends the DICOM files of folders (recursive) or files to a node by C-STORE.",
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class PushCommand implements Callable<Integer> {

  private static final int SHOWN_REASONS = 10;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "PATH", arity = "1..*", description = "Folders or files of DICOM.")
  private List<Path> paths;

  @Option(
      names = "--to",
      paramLabel = "AET@HOST:PORT",
      required = true,
      converter = DicomAddress.Converter.class,
      description = "Node to send to, such as HOUNSFIELD@127.0.0.1:11112.")
  private DicomAddress to;

  @Option(
      names = "--calling",
      paramLabel = "AET",
      description = "Our own AE title (default: ${DEFAULT-VALUE}).",
      defaultValue = "HOUNSFIELD_SCU")
  private String calling;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Most instances a second; 0: as fast as it goes (default: ${DEFAULT-VALUE}).",
      defaultValue = "0")
  private double rate;

  @Option(
      names = "--tls-trusted",
      paramLabel = "FILE",
      description =
          "Send over TLS; the node's certificate must lead to one of these (PEM, PKCS#12).")
  private Path trusted;

  @Option(
      names = "--tls-certificate",
      paramLabel = "FILE",
      description = "Our own certificate, where the node asks for one (PEM chain, or PKCS#12).")
  private Path certificate;

  @Option(
      names = "--tls-key",
      paramLabel = "FILE",
      description = "Private key for a certificate in PEM (PKCS#8).")
  private Path privateKey;

  @Option(
      names = "--tls-password-file",
      paramLabel = "FILE",
      description = "File whose first line is the password of key or PKCS#12.")
  private Path passwordFile;

  @Option(
      names = "--commit",
      paramLabel = "SECONDS",
      description =
          "Ask for storage commitment of what was stored, and wait so long for the report on the"
              + " same association.")
  private Integer commitSeconds;

  @Override
  public Integer call() throws IOException, CommandFailedException {
    ScuOptions options = options();
    List<Path> files = DicomPaths.find(paths).dicom();
    requireHost();
    SendResult result;
    try (Progress progress = new Progress("Sending", "instances")) {
      result =
          StorageScu.send(options, files, (done, total, bytes) -> progress.update(done, total));
    } catch (AssociationException e) {
      // The message begins with the node's address.
      throw new CommandFailedException(ExitCodes.PEER, e.getMessage());
    }
    PrintWriter out = spec.commandLine().getOut();
    double seconds = result.elapsed().toNanos() / 1e9;
    out.printf(
        Locale.ROOT,
        "%d of %d instances stored by %s: %.1f MB in %.1f s%n",
        result.stored(),
        files.size(),
        to,
        result.bytes() / 1e6,
        seconds);
    printFailures(out, result.failures());
    boolean committed = commitSeconds == null || commit(options, files, result, out);
    out.flush();
    return result.failures().isEmpty() && committed ? ExitCodes.OK : ExitCodes.REFUSED;
  }

  private boolean commit(ScuOptions options, List<Path> files, SendResult result, PrintWriter out)
      throws IOException, CommandFailedException {
    List<Path> stored = new ArrayList<>(files);
    stored.removeAll(result.failures().stream().map(SendResult.Failure::file).toList());
    if (stored.isEmpty()) {
      return false;
    }
    StorageCommitmentScu.Outcome outcome;
    try {
      outcome =
          StorageCommitmentScu.request(
              options, StorageCommitmentScu.references(stored), Duration.ofSeconds(commitSeconds));
    } catch (AssociationException e) {
      throw new CommandFailedException(ExitCodes.PEER, e.getMessage());
    }
    if (outcome.report().isEmpty()) {
      out.printf("Storage commitment: asked for, no report within %d s%n", commitSeconds);
      return false;
    }
    CommitmentReport report = outcome.report().get();
    out.printf(
        "Storage commitment: %d of %d instances%n", report.committed().size(), stored.size());
    return report.failed().isEmpty() && report.committed().size() == stored.size();
  }

  /** Each reason once, since a whole series usually fails for one. */
  private static void printFailures(PrintWriter out, List<SendResult.Failure> failures) {
    Map<String, List<SendResult.Failure>> byReason = new LinkedHashMap<>();
    failures.forEach(
        failure ->
            byReason.computeIfAbsent(failure.reason(), reason -> new ArrayList<>()).add(failure));
    byReason.entrySet().stream()
        .limit(SHOWN_REASONS)
        .forEach(
            entry -> {
              int more = entry.getValue().size() - 1;
              out.printf(
                  "Not stored: %s%s: %s%n",
                  entry.getValue().get(0).file(),
                  more == 0 ? "" : " and " + more + " more",
                  Terminal.plain(entry.getKey()));
            });
    if (byReason.size() > SHOWN_REASONS) {
      out.printf("... and more for %d other reasons%n", byReason.size() - SHOWN_REASONS);
    }
  }

  private ScuOptions options() {
    if (commitSeconds != null && commitSeconds < 0) {
      throw new ParameterException(
          spec.commandLine(), "--commit is " + commitSeconds + "; it must be 0 or more seconds");
    }
    if (!(rate >= 0) || Double.isInfinite(rate)) {
      throw new ParameterException(
          spec.commandLine(), "--rate is " + rate + "; it must be 0 or more instances a second");
    }
    try {
      ScuOptions options =
          ScuOptions.of(to.aeTitle(), to.host(), to.port()).withCallingAeTitle(calling);
      if (trusted != null || certificate != null) {
        options = options.withTls(tls());
      }
      return rate > 0 ? options.withSlicesPerSecond(rate) : options;
    } catch (IllegalArgumentException e) {
      String text =
          e.getMessage().replace("callingAeTitle", "--calling").replace("calledAeTitle", "--to");
      throw new ParameterException(spec.commandLine(), text, e);
    }
  }

  private TlsOptions tls() {
    return new TlsOptions(
        Optional.ofNullable(certificate),
        Optional.ofNullable(privateKey),
        Optional.ofNullable(passwordFile),
        Optional.ofNullable(trusted),
        false,
        TlsOptions.defaults().reloadInterval());
  }

  private void requireHost() throws CommandFailedException {
    try {
      InetAddress unused = InetAddress.getByName(to.host());
    } catch (UnknownHostException e) {
      throw new CommandFailedException(
          ExitCodes.PEER, to + ": no address is known for the host '" + to.host() + "'.");
    }
  }
}
