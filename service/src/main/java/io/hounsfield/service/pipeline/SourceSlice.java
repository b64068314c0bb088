// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.domain.Vec3;
import java.nio.file.Path;
import java.util.Objects;

/**
 * Where a slice of a volume came from.
 *
 * @param file the instance
 * @param frame frame within the instance, from 0
 * @param position Image Position (Patient) as the instance says, mm
 */
public record SourceSlice(
    Path file, String sopClassUid, String sopInstanceUid, int frame, Vec3 position) {
  public SourceSlice {
    Objects.requireNonNull(file, "file");
    Objects.requireNonNull(sopClassUid, "sopClassUid");
    Objects.requireNonNull(sopInstanceUid, "sopInstanceUid");
    Objects.requireNonNull(position, "position");
  }
}
