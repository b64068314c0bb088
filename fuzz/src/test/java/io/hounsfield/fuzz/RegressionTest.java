// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.fuzz;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.AssociationTarget;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Every seed and everything that fuzzing ever found, once through its target. */
class RegressionTest {

  @AfterAll
  static void endNode() throws IOException {
    AssociationTarget.fuzzerTearDown();
  }

  @TestFactory
  Stream<DynamicTest> seeds() {
    return Stream.of(Target.values())
        .map(
            target ->
                DynamicTest.dynamicTest(
                    target.title(),
                    () -> {
                      List<byte[]> seeds = target.seeds();
                      assertTrue(!seeds.isEmpty());
                      seeds.forEach(target::run);
                    }));
  }

  @TestFactory
  Stream<DynamicTest> findings() throws IOException, URISyntaxException {
    Path folder = Path.of(RegressionTest.class.getResource("/findings").toURI());
    List<Path> files;
    try (Stream<Path> all = Files.walk(folder, 2)) {
      files = all.filter(file -> Files.isRegularFile(file) && !isText(file)).sorted().toList();
    }
    return files.stream()
        .map(
            file -> {
              Target target = Target.named(file.getParent().getFileName().toString()).orElseThrow();
              return DynamicTest.dynamicTest(
                  folder.relativize(file).toString(), () -> target.run(Files.readAllBytes(file)));
            });
  }

  private static boolean isText(Path file) {
    return file.getFileName().toString().equals("README.md");
  }
}
