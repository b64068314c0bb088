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
import java.util.List;

/**
 * The DICOM files of a path given on the command line.
 *
 * @param dicom files that look like DICOM, sorted
 * @param others files that do not, sorted
 */
record DicomPaths(List<Path> dicom, List<Path> others) {

  /**
   * Looks at a file, or at every file below a folder. Symbolic links are not followed.
   *
   * @throws CommandFailedException if the path is missing or holds no DICOM file
   */
  static DicomPaths find(Path path) throws IOException, CommandFailedException {
    if (!Files.exists(path)) {
      throw new CommandFailedException(ExitCodes.NO_INPUT, path + " does not exist.");
    }
    List<Path> files = new ArrayList<>();
    Files.walkFileTree(
        path,
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
