// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.inference.ModelException;
import io.hounsfield.service.HounsfieldService;
import io.hounsfield.service.config.ConfigException;
import io.hounsfield.service.config.ConfigLoader;
import io.hounsfield.service.config.ServiceConfig;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code hounsfield serve}: the service, until it is told to end. */
@Command(
    name = "serve",
    description = {
      "Runs the service: DICOM node, analysis and HTTP, until it is told to end.",
      "Listens for DICOM (default 127.0.0.1:11112, AE title HOUNSFIELD) and HTTP (default "
          + "127.0.0.1:8080); ends on Ctrl-C or SIGTERM. Every option can stand in the "
          + "configuration file or in the environment; docs/configuration.md lists them."
    },
    mixinStandardHelpOptions = true,
    versionProvider = VersionProvider.class)
final class ServeCommand implements Callable<Integer> {

  @Spec private CommandSpec spec;

  @Option(names = "--config", paramLabel = "FILE", description = "Configuration file, YAML.")
  private Path configFile;

  @Override
  public Integer call()
      throws IOException, CommandFailedException, ModelException, InterruptedException {
    ServiceConfig config = load();
    Logging.setLevel(config.logLevel());
    requireFree(config);
    CountDownLatch ended = new CountDownLatch(1);
    CountDownLatch told = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              told.countDown();
              try {
                ended.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            },
            "shutdown");
    Runtime.getRuntime().addShutdownHook(hook);
    try (HounsfieldService service = HounsfieldService.start(config)) {
      PrintWriter out = spec.commandLine().getOut();
      out.printf(
          "DICOM: %s@%s:%d%n",
          config.dicom().aeTitle(), config.dicom().bindAddress(), service.dicomPort());
      out.printf("HTTP:  %s%n", service.address());
      out.println("For research use; not a medical device. Ctrl-C ends.");
      out.flush();
      service.warmUpResults();
      told.await();
    } catch (IOException | ModelException e) {
      // Not through the shutdown hook, which would wait for us.
      Runtime.getRuntime().removeShutdownHook(hook);
      throw e;
    } finally {
      ended.countDown();
    }
    return ExitCodes.OK;
  }

  /** Before the network loads, which takes seconds; both addresses are reported at once. */
  private static void requireFree(ServiceConfig config) throws CommandFailedException {
    List<String> faults = new ArrayList<>();
    probe("dicom", config.dicom().bindAddress(), config.dicom().port(), faults);
    probe("http", config.http().bindAddress(), config.http().port(), faults);
    if (!faults.isEmpty()) {
      throw new CommandFailedException(ExitCodes.FAILED, String.join("\n", faults));
    }
  }

  private static void probe(String section, String host, int port, List<String> faults) {
    try (ServerSocket probe = new ServerSocket()) {
      probe.bind(new InetSocketAddress(host, port));
    } catch (IOException e) {
      faults.add(
          "%s: cannot listen on %s port %d: %s. Choose another %s.port or %s.bindAddress."
              .formatted(section, host, port, e.getMessage(), section, section));
    }
  }

  private ServiceConfig load() throws IOException, CommandFailedException {
    try {
      return ConfigLoader.load(configFile, System.getenv(), Installation.root());
    } catch (ConfigException e) {
      throw new CommandFailedException(ExitCodes.CONFIGURATION, e.getMessage());
    }
  }
}
