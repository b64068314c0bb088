// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.fuzz;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;

/**
 * The program behind {@code fuzz/run}: fuzzes targets for so many seconds each, some at a time,
 * each in a process of its own, and says what came of it. What was found and what covers new code
 * is kept in a folder: the next run goes on from there.
 */
public final class FuzzRun {
  private final Path folder;
  private final int seconds;
  private final String classPath;
  private final Path runFolder;

  private FuzzRun(Path folder, int seconds) throws IOException {
    this.folder = folder;
    this.seconds = seconds;
    String stamp = LocalDateTime.now().format(DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH-mm-ss"));
    this.runFolder = Files.createDirectories(folder.resolve("runs").resolve(stamp));
    this.classPath = frozen(System.getProperty("java.class.path"));
  }

  /** {@code FOLDER SECONDS JOBS [TARGET...]}; ends with 1 when something was found. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]).toAbsolutePath();
    int seconds = Integer.parseInt(arguments[1]);
    int jobs = Integer.parseInt(arguments[2]);
    List<Target> targets = new ArrayList<>();
    for (String name : Arrays.asList(arguments).subList(3, arguments.length)) {
      targets.add(
          Target.named(name)
              .orElseThrow(
                  () ->
                      new IllegalArgumentException(
                          "no target "
                              + name
                              + "; there are "
                              + Arrays.stream(Target.values())
                                  .map(Target::title)
                                  .collect(Collectors.joining(" ")))));
    }
    if (targets.isEmpty()) {
      targets.addAll(List.of(Target.values()));
    }
    System.exit(new FuzzRun(folder, seconds).run(targets, jobs) ? 0 : 1);
  }

  private boolean run(List<Target> targets, int jobs) throws IOException, InterruptedException {
    ExecutorService pool = Executors.newFixedThreadPool(jobs);
    List<Future<FuzzProcess.Result>> running = new ArrayList<>();
    for (Target target : targets) {
      writeAll(folder.resolve("seeds").resolve(target.title()), target.seeds());
      Path dictionary = runFolder.resolve(target.title() + ".dict");
      Files.writeString(dictionary, dictionary(target.dictionary()), StandardCharsets.US_ASCII);
    }
    for (Target target : targets) {
      running.add(
          pool.submit(() -> new FuzzProcess(target, folder, runFolder, classPath, seconds).run()));
    }
    pool.shutdown();
    System.out.println(FuzzProcess.Result.HEADER);
    StringBuilder table = new StringBuilder(FuzzProcess.Result.HEADER).append('\n');
    boolean sound = true;
    for (Future<FuzzProcess.Result> each : running) {
      try {
        FuzzProcess.Result result = each.get();
        System.out.println(result.row());
        table.append(result.row()).append('\n');
        sound &= result.sound();
        for (String finding : result.findings()) {
          System.out.println("FOUND " + finding);
          table.append("\nFOUND ").append(finding).append('\n');
        }
      } catch (ExecutionException e) {
        throw new IOException("a target could not be run", e.getCause());
      }
      Files.writeString(runFolder.resolve("summary.md"), table);
    }
    System.out.println("Logs: " + runFolder);
    return sound;
  }

  private static void writeAll(Path folder, List<byte[]> inputs) throws IOException {
    Files.createDirectories(folder);
    for (int i = 0; i < inputs.size(); i++) {
      Files.write(folder.resolve(String.format("seed-%03d", i)), inputs.get(i));
    }
  }

  /** As libFuzzer reads it: a word a line, quoted, in hexadecimal. */
  private static String dictionary(List<byte[]> words) {
    StringBuilder text = new StringBuilder();
    for (byte[] word : words) {
      text.append('"');
      for (byte octet : word) {
        text.append(String.format("\\x%02X", octet & 0xFF));
      }
      text.append("\"\n");
    }
    return text.toString();
  }

  /** A copy of what is built here, so that a build beside a long run changes nothing in it. */
  private String frozen(String original) throws IOException {
    Path copies = runFolder.resolve("classes");
    List<String> entries = new ArrayList<>();
    for (String entry : original.split(File.pathSeparator)) {
      Path path = Path.of(entry);
      boolean ours = Files.isDirectory(path) || entry.contains("-SNAPSHOT");
      if (ours && Files.exists(path)) {
        Path copy = copies.resolve(entries.size() + "-" + path.getFileName());
        copy(path, copy);
        entries.add(copy.toString());
      } else {
        entries.add(entry);
      }
    }
    return String.join(File.pathSeparator, entries);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(
        from,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
              throws IOException {
            Files.createDirectories(to.resolve(from.relativize(directory).toString()));
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Path target = from.equals(file) ? to : to.resolve(from.relativize(file).toString());
            Files.createDirectories(target.getParent());
            Files.copy(file, target);
            return FileVisitResult.CONTINUE;
          }
        });
  }
}
