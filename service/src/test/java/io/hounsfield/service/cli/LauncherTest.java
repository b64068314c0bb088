// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher in a tree of its own (with a space in its name), with a java and an mvn that only
 * say how they were called.
 */
@Timeout(120)
class LauncherTest {

  private static final Path SHELL = Path.of("/bin/sh");

  @TempDir Path folder;
  private Path tree;
  private Path bin;
  private Path jar;
  private Path builds;

  private record Ended(int code, String output) {}

  @BeforeEach
  void plant() throws IOException {
    assumeTrue(Files.isExecutable(SHELL), "there is no /bin/sh to run the launcher");
    // The real path: the launcher resolves links, and a temporary folder may lie behind one.
    Path real = folder.toRealPath();
    tree = Files.createDirectories(real.resolve("a tree"));
    bin = Files.createDirectories(real.resolve("bin"));
    jar = tree.resolve("one.jar");
    builds = real.resolve("builds");
    Files.copy(
        Path.of(System.getProperty("hounsfield.root", "..")).resolve("hounsfield"),
        tree.resolve("hounsfield"),
        StandardCopyOption.COPY_ATTRIBUTES);
    program("java", javaOfVersion("17.0.9"));
    program("javac", "exit 0");
    program("df", "echo header; echo 'disk 90000 1 80000 1% /'");
    Path classpath = tree.resolve("benchmarks/target/classpath.txt");
    Files.createDirectories(classpath.getParent());
    program(
        "mvn",
        "echo built >>'%s'; : >'%s'; printf %%s '%s' >'%s'".formatted(builds, jar, jar, classpath));
  }

  private static String javaOfVersion(String version) {
    return """
        if [ "$1" = -version ]; then echo 'openjdk version "%s" 2023-10-17' >&2; exit 0; fi
        for word in "$@"; do echo "<$word>"; done
        exit 42
        """
        .formatted(version);
  }

  private void program(String name, String script) throws IOException {
    Path file = bin.resolve(name);
    Files.writeString(file, "#!/bin/sh\n" + script + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }

  private Process start(Path launcher, String javaHome, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of(launcher.toString()));
    command.addAll(List.of(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(folder.toFile())
            .redirectErrorStream(true)
            .redirectInput(new File("/dev/null"));
    builder.environment().put("PATH", bin + File.pathSeparator + "/usr/bin:/bin");
    builder.environment().remove("JAVA_HOME");
    builder.environment().remove("HOUNSFIELD_JAVA_OPTS");
    if (javaHome != null) {
      builder.environment().put("JAVA_HOME", javaHome);
    }
    return builder.start();
  }

  private static Ended await(Process process, BufferedReader output) throws Exception {
    StringBuilder text = new StringBuilder();
    for (String line = output.readLine(); line != null; line = output.readLine()) {
      text.append(line).append('\n');
    }
    assertTrue(process.waitFor(60, TimeUnit.SECONDS));
    return new Ended(process.exitValue(), text.toString());
  }

  private Ended launch(Path launcher, String javaHome, String... arguments) throws Exception {
    Process process = start(launcher, javaHome, arguments);
    return await(process, process.inputReader(StandardCharsets.UTF_8));
  }

  private Ended launch(String... arguments) throws Exception {
    return launch(tree.resolve("hounsfield"), null, arguments);
  }

  private long builds() throws IOException {
    return Files.exists(builds) ? Files.readAllLines(builds).size() : 0;
  }

  @Test
  void theFirstUseBuildsAndTheNextDoesNot() throws Exception {
    Ended first = launch("push", "a b", "--to", "X@h:1");
    assertEquals(42, first.code(), "the command's exit code is the launcher's: " + first.output());
    assertTrue(first.output().contains("<-Dhounsfield.root=" + tree + ">"), first.output());
    assertTrue(first.output().endsWith("Main>\n<push>\n<a b>\n<--to>\n<X@h:1>\n"), first.output());
    assertEquals(42, launch("--version").code());
    assertEquals(1, builds());
  }

  @Test
  void changedSourcesAndMissingJarsAreBuiltAgain() throws Exception {
    launch("--version");
    Files.delete(jar);
    launch("--version");
    assertEquals(2, builds());
    Path source = tree.resolve("service/src/main/java/A.java");
    Files.createDirectories(source.getParent());
    Files.writeString(source, "class A {}");
    assertTrue(source.toFile().setLastModified(System.currentTimeMillis() + 5_000));
    launch("--version");
    assertEquals(3, builds());
  }

  @Test
  void itFindsItsTreeThroughLinks() throws Exception {
    Path direct = Files.createSymbolicLink(folder.resolve("direct"), tree.resolve("hounsfield"));
    Path relative = Files.createSymbolicLink(folder.resolve("relative"), Path.of("direct"));
    for (Path link : List.of(direct, relative)) {
      Ended ended = launch(link, null, "--version");
      assertEquals(42, ended.code(), ended.output());
      assertTrue(ended.output().contains("<-Dhounsfield.root=" + tree + ">"), ended.output());
    }
  }

  @Test
  void twoAtOnceBuildOnce() throws Exception {
    Path go = folder.resolve("go");
    String build = Files.readString(bin.resolve("mvn"));
    program("mvn", "until [ -e '%s' ]; do sleep 0.1; done\n%s".formatted(go, build));
    Process first = start(tree.resolve("hounsfield"), null, "--version");
    BufferedReader firstOutput = first.inputReader(StandardCharsets.UTF_8);
    assertTrue(firstOutput.readLine().startsWith("Building"));
    Process second = start(tree.resolve("hounsfield"), null, "--version");
    BufferedReader secondOutput = second.inputReader(StandardCharsets.UTF_8);
    assertEquals(
        "Waiting for the build of process " + first.pid() + " ...", secondOutput.readLine());
    Files.createFile(go);
    assertEquals(42, await(first, firstOutput).code());
    assertEquals(42, await(second, secondOutput).code());
    assertEquals(1, builds());
    assertFalse(Files.isSymbolicLink(tree.resolve("target/build.lock")), "the lock is gone");
  }

  @Test
  void aLockWhoseOwnerDiedIsTaken() throws Exception {
    Files.createDirectories(tree.resolve("target"));
    Process dead = new ProcessBuilder("true").start();
    dead.waitFor();
    Files.createSymbolicLink(tree.resolve("target/build.lock"), Path.of(Long.toString(dead.pid())));
    assertEquals(42, launch("--version").code());
    assertEquals(1, builds());
  }

  @Test
  void aFailedBuildShowsItsErrorsAndTheLog() throws Exception {
    program("mvn", "echo '[INFO] fine'; echo '[ERROR] A.java:[3,7] what is this'; exit 1");
    Ended ended = launch("--version");
    assertEquals(70, ended.code());
    assertTrue(ended.output().contains("[ERROR] A.java:[3,7]"), ended.output());
    assertTrue(ended.output().contains("the whole log is " + tree), ended.output());
  }

  @Test
  void whatIsMissingIsNamedWithWhatToDo() throws Exception {
    Ended noHome = launch(tree.resolve("hounsfield"), "/nowhere", "--version");
    assertEquals(70, noHome.code());
    assertTrue(noHome.output().contains("JAVA_HOME is /nowhere"), noHome.output());

    program("df", "echo header; echo 'disk 90000 1 12 1% /'");
    Ended full = launch("--version");
    assertEquals(74, full.code());
    assertTrue(full.output().contains("only 12 MiB are free"), full.output());

    program("java", javaOfVersion("11.0.2"));
    Ended old = launch("--version");
    assertEquals(70, old.code());
    assertTrue(old.output().contains("is Java 11; Hounsfield needs 17"), old.output());
    assertEquals(0, builds());
  }
}
