// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The service in a process of its own, as an installation runs it, so that its memory is its own
 * and not the benchmark's.
 */
public final class ServiceProcess implements AutoCloseable {

  private static final Pattern DICOM = Pattern.compile("DICOM: .*:(\\d+)");
  private static final Pattern HTTP = Pattern.compile("HTTP:\\s+(http://\\S+)");
  private static final Pattern PEAK = Pattern.compile("VmHWM:\\s+(\\d+) kB");

  private final Process process;
  private final HttpClient client = HttpClient.newHttpClient();
  private int dicomPort;
  private String address;

  private ServiceProcess(Process process) {
    this.process = process;
  }

  /** Starts {@code serve} on free ports with this data folder; returns when it listens. */
  static ServiceProcess start(Path data) throws IOException {
    return start(data, Map.of());
  }

  /**
   * Starts {@code serve} on free ports with this data folder; returns when it listens.
   *
   * @param options more options, as environment variables
   */
  public static ServiceProcess start(Path data, Map<String, String> options) throws IOException {
    ProcessBuilder builder = command(List.of("serve"));
    builder.environment().putAll(options);
    builder
        .environment()
        .putAll(
            Map.of(
                "HOUNSFIELD_DATA_DIRECTORY", data.toString(),
                "HOUNSFIELD_DICOM_PORT", "0",
                "HOUNSFIELD_HTTP_PORT", "0",
                "HOUNSFIELD_LOG_LEVEL", "WARN"));
    builder.redirectError(ProcessBuilder.Redirect.INHERIT);
    ServiceProcess service = new ServiceProcess(builder.start());
    BufferedReader out =
        new BufferedReader(
            new InputStreamReader(service.process.getInputStream(), StandardCharsets.UTF_8));
    String line;
    while (service.address == null && (line = out.readLine()) != null) {
      Matcher dicom = DICOM.matcher(line);
      Matcher http = HTTP.matcher(line);
      if (dicom.matches()) {
        service.dicomPort = Integer.parseInt(dicom.group(1));
      } else if (http.matches()) {
        service.address = http.group(1);
      }
    }
    if (service.address == null) {
      service.close();
      throw new IOException("the service did not start; what it said is above");
    }
    return service;
  }

  /** A command of this installation with the options of this process. */
  static ProcessBuilder command(List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(java.lang.management.ManagementFactory.getRuntimeMXBean().getInputArguments());
    command.add("-Dhounsfield.root=" + System.getProperty("hounsfield.root", ""));
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.hounsfield.service.cli.Main");
    command.addAll(arguments);
    return new ProcessBuilder(command);
  }

  /** Address of the API and the page, {@code http://host:port}. */
  public String address() {
    return address;
  }

  /** Port of the DICOM node. */
  public int dicomPort() {
    return dicomPort;
  }

  /** Process identifier. */
  public long pid() {
    return process.pid();
  }

  /** Whether it runs. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** {@code kill -9}; returns when it is gone. */
  public void kill() throws InterruptedException {
    process.destroyForcibly();
    process.waitFor();
  }

  /** The body of a GET, or {@code null} where the answer is not 200. */
  public String get(String path) throws IOException, InterruptedException {
    HttpResponse<String> response =
        client.send(
            HttpRequest.newBuilder(URI.create(address + path)).build(),
            HttpResponse.BodyHandlers.ofString());
    return response.statusCode() == 200 ? response.body() : null;
  }

  /** Most memory that the process has had resident so far, bytes. */
  long peakResidentBytes() {
    return peakResidentBytes(process.pid());
  }

  static long peakResidentBytes(long pid) {
    try {
      Matcher matcher = PEAK.matcher(Files.readString(Path.of("/proc/" + pid + "/status")));
      if (!matcher.find()) {
        throw new IllegalStateException("/proc/" + pid + "/status has no VmHWM");
      }
      return Long.parseLong(matcher.group(1)) * 1024;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
