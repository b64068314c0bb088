// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.domain.Vec3;
import java.util.List;
import java.util.Objects;

/**
 * The images that an analysis measured.
 *
 * @param attributes patient, study, series and equipment as one of the images says, with its
 *     Specific Character Set; without pixel data; to be read only
 * @param frames the slices of the volume in its order
 */
public record SourceImages(DataSet attributes, List<Frame> frames) {

  /**
   * One slice.
   *
   * @param frameNumber from 1 in an image with several frames, 0 for the only frame of an image
   * @param position Image Position (Patient) as the image says, mm; {@code null} where it is not at
   *     hand: then results say the position on the regular grid
   */
  public record Frame(String sopClassUid, String sopInstanceUid, int frameNumber, Vec3 position) {
    public Frame {
      Objects.requireNonNull(sopClassUid, "sopClassUid");
      Objects.requireNonNull(sopInstanceUid, "sopInstanceUid");
      if (frameNumber < 0) {
        throw new IllegalArgumentException("frame number must not be negative: " + frameNumber);
      }
    }

    /** A slice on the regular grid. */
    public Frame(String sopClassUid, String sopInstanceUid, int frameNumber) {
      this(sopClassUid, sopInstanceUid, frameNumber, null);
    }
  }

  public SourceImages {
    Objects.requireNonNull(attributes, "attributes");
    frames = List.copyOf(frames);
  }
}
