// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import io.hounsfield.dicom.DicomFiles;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The DICOM files of a path given on the command line.
 *
 * @param dicom files that look like DICOM, sorted
 * @param others files that do not, sorted
 */
record DicomPaths(List<Path> dicom, List<Path> others) {

  /**
   * Looks at files, and at every file below folders; a file that is named or reached twice counts
   * once.
   *
   * @throws CommandFailedException if a path is missing or holds no DICOM file
   */
  static DicomPaths find(List<Path> paths) throws IOException, CommandFailedException {
    Set<Path> seen = new HashSet<>();
    List<Path> dicom = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (Path path : paths) {
      DicomPaths found = find(path);
      for (Path file : found.dicom()) {
        if (seen.add(file.toRealPath())) {
          dicom.add(file);
        }
      }
      for (Path file : found.others()) {
        if (seen.add(file.toRealPath())) {
          others.add(file);
        }
      }
    }
    return new DicomPaths(dicom, others);
  }

  /**
   * Looks at a file, or at every file below a folder. The path itself may be a symbolic link; links
   * below it are not followed.
   */
  private static DicomPaths find(Path path) throws IOException, CommandFailedException {
    if (!Files.exists(path)) {
      throw new CommandFailedException(ExitCodes.NO_INPUT, path + " does not exist.");
    }
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        Files.isSymbolicLink(path) ? path.toRealPath() : path,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (attributes.isRegularFile()) {
              files.add(file);
            }
            return FileVisitResult.CONTINUE;
          }
        });
    files.sort(null);
    List<Path> dicom = new ArrayList<>();
    List<Path> others = new ArrayList<>();
    for (Path file : files) {
      // DICOMDIR is an index of files, not an image.
      boolean index = file.getFileName().toString().equalsIgnoreCase("DICOMDIR");
      (!index && DicomFiles.isDicom(file) ? dicom : others).add(file);
    }
    if (dicom.isEmpty()) {
      throw new CommandFailedException(
          ExitCodes.NO_INPUT,
          files.isEmpty()
              ? path + " holds no files."
              : "%s holds no DICOM file (looked at %d).".formatted(path, files.size()));
    }
    return new DicomPaths(dicom, others);
  }
}
