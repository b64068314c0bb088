// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.domain.Warning;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.Slice;
import io.hounsfield.preprocess.SliceHeader;
import io.hounsfield.preprocess.SliceReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Collection;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is to be said of instances that came under a known SOP Instance UID with other content: they
 * are not measured, but whoever reads the report must know of them.
 */
final class ConflictingInstances {
  private ConflictingInstances() {}

  /**
   * The warning, if there are any.
   *
   * @param files what was kept aside
   * @param measured the slice that is measured under that UID and frame
   */
  static Optional<Warning> warning(
      Collection<Path> files, Function<SliceHeader, Optional<Slice>> measured) {
    if (files.isEmpty()) {
      return Optional.empty();
    }
    long differing = files.stream().filter(file -> differs(file, measured)).count();
    String consequence =
        differing == 0
            ? "Their pixels and geometry are the same, so no number depends on it."
            : "In %d of them pixels or geometry differ: ask the sender which ones are right."
                .formatted(differing);
    return Optional.of(
        new Warning(
            "conflicting-instances",
            ("%d instance(s) came again under the same SOP Instance UID with other content. What"
                    + " came first was measured. %s")
                .formatted(files.size(), consequence)));
  }

  private static boolean differs(Path file, Function<SliceHeader, Optional<Slice>> measured) {
    try {
      boolean[] differs = {false};
      SliceReader.read(
          DicomFiles.read(file),
          (Slice slice) ->
              differs[0] |= measured.apply(slice.header()).filter(m -> same(m, slice)).isEmpty());
      return differs[0];
    } catch (IOException | SeriesRefusedException e) {
      return true; // what cannot be read is not the same
    }
  }

  private static boolean same(Slice one, Slice other) {
    SliceHeader a = one.header();
    SliceHeader b = other.header();
    return a.rows() == b.rows()
        && a.columns() == b.columns()
        && a.position().equals(b.position())
        && a.rowDirection().equals(b.rowDirection())
        && a.columnDirection().equals(b.columnDirection())
        && a.rowSpacingMm() == b.rowSpacingMm()
        && a.columnSpacingMm() == b.columnSpacingMm()
        && Arrays.equals(one.hu(), other.hu());
  }
}
