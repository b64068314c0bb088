// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** A node on a free loopback port with its spool, for one test. */
final class TestNode implements AutoCloseable {
  final RecordingListener listener = new RecordingListener();
  final Path directory;
  final Spool spool;
  final DicomNode node;
  private final Vertx vertx = Vertx.vertx();

  TestNode(Path directory) throws IOException {
    this(directory, options -> options);
  }

  TestNode(Path directory, UnaryOperator<DicomNodeOptions.Builder> settings) throws IOException {
    this(directory, settings, SpoolOptions.defaults());
  }

  TestNode(
      Path directory, UnaryOperator<DicomNodeOptions.Builder> settings, SpoolOptions spoolOptions)
      throws IOException {
    this.directory = directory;
    this.spool = Spool.open(directory, spoolOptions);
    this.node =
        DicomNode.start(
            vertx,
            settings.apply(DicomNodeOptions.builder().address("127.0.0.1", 0)).build(),
            spool,
            listener);
  }

  int port() {
    return node.port();
  }

  ScuOptions scu() {
    return ScuOptions.of("HOUNSFIELD", "127.0.0.1", port()).withCallingAeTitle("TESTSCU");
  }

  /** Everything in the spool directory but the lock. */
  List<String> files() throws IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      return all.filter(Files::isRegularFile)
          .map(path -> directory.relativize(path).toString())
          .filter(name -> !name.equals(".lock"))
          .sorted()
          .toList();
    }
  }

  @Override
  public void close() throws IOException {
    node.close();
    spool.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }
}
