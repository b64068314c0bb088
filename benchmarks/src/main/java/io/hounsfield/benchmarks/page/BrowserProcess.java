// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A program of this module's tests that drives the Chromium of this machine by Playwright, in a
 * process of its own. Playwright's driver is fetched by Maven when it is first needed.
 */
final class BrowserProcess {

  private static final Pattern VERSION = Pattern.compile("driver-(\\d[\\w.]*)\\.jar");

  private final Path target;
  private final Path root;

  BrowserProcess() {
    root = Path.of(System.getProperty("hounsfield.root", ".")).toAbsolutePath().normalize();
    target = root.resolve("benchmarks/target");
  }

  /** Chromium on the PATH. */
  static Path chromium() throws IOException {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(dir -> Stream.of(Path.of(dir, "chromium"), Path.of(dir, "google-chrome")))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(
            () -> new IOException("no chromium on the PATH (Debian: apt-get install chromium)"));
  }

  /**
   * Runs it; what it says goes to this process' own streams.
   *
   * @throws IOException where it is not built, the driver cannot be fetched or it ends with a fault
   */
  void run(String mainClass, List<String> arguments) throws IOException, InterruptedException {
    Path tests = target.resolve("test-classes");
    Path list = target.resolve("test-dependencies.txt");
    if (!Files.isDirectory(tests) || !Files.isReadable(list)) {
      throw new IOException(
          "the tests of the benchmarks are not compiled: run 'mvn -DskipTests package' in " + root);
    }
    String dependencies = Files.readString(list, StandardCharsets.UTF_8).strip();
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.add("-cp");
    command.add(
        String.join(
            File.pathSeparator,
            tests.toString(),
            target.resolve("classes").toString(),
            dependencies,
            driver(dependencies).toString()));
    command.add(mainClass);
    command.addAll(arguments);
    execute(command, "the browser's part of the benchmark");
  }

  private Path driver(String dependencies) throws IOException, InterruptedException {
    Matcher version = VERSION.matcher(dependencies);
    if (!version.find()) {
      throw new IOException("Playwright is not among the tests' dependencies: build again");
    }
    Path folder = target.resolve("playwright");
    Path jar = folder.resolve("driver-bundle-" + version.group(1) + ".jar");
    if (!Files.exists(jar)) {
      System.err.println("Fetching Playwright's driver (about 200 MB), once ...");
      execute(
          List.of(
              "mvn",
              "-B",
              "-q",
              "-N",
              "-f",
              root.resolve("pom.xml").toString(),
              "dependency:copy",
              "-Dartifact=com.microsoft.playwright:driver-bundle:" + version.group(1),
              "-DoutputDirectory=" + folder),
          "Maven");
    }
    return jar;
  }

  private static void execute(List<String> command, String what)
      throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).inheritIO().start();
    try {
      int exit = process.waitFor();
      if (exit != 0) {
        throw new IOException(what + " ended with exit code " + exit);
      }
    } finally {
      process.destroy();
    }
  }
}
