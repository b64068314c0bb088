// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** What lies in folders, sorted; hidden files and folders are left alone. */
final class Folders {

  /** Most files of a case. */
  private static final int MAX_FILES = 20_000;

  private Folders() {}

  static boolean hidden(Path path) {
    return path.getFileName().toString().startsWith(".");
  }

  /** Folders right below. */
  static List<Path> folders(Path folder) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries.filter(p -> Files.isDirectory(p) && !hidden(p)).sorted().toList();
    }
  }

  /** Regular files right below whose name ends so, in any case. */
  static List<Path> files(Path folder, String end) throws IOException {
    try (Stream<Path> entries = Files.list(folder)) {
      return entries
          .filter(p -> Files.isRegularFile(p) && !hidden(p))
          .filter(p -> p.getFileName().toString().toLowerCase(java.util.Locale.ROOT).endsWith(end))
          .sorted()
          .toList();
    }
  }

  /**
   * Every regular file below.
   *
   * @throws CaseException if they are too many
   */
  static List<Path> allFiles(Path folder) throws IOException, CaseException {
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        folder.toRealPath(),
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path d, BasicFileAttributes attributes) {
            return hidden(d) ? FileVisitResult.SKIP_SUBTREE : FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile() && !hidden(file)) {
              files.add(file);
            }
            return files.size() > MAX_FILES ? FileVisitResult.TERMINATE : FileVisitResult.CONTINUE;
          }
        });
    if (files.size() > MAX_FILES) {
      throw CaseException.unreadable("It has more than %d files.", MAX_FILES);
    }
    files.sort(null);
    return files;
  }
}
