// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.dicom.DataSet;
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
   */
  public record Frame(String sopClassUid, String sopInstanceUid, int frameNumber) {
    public Frame {
      Objects.requireNonNull(sopClassUid, "sopClassUid");
      Objects.requireNonNull(sopInstanceUid, "sopInstanceUid");
    }
  }

  public SourceImages {
    Objects.requireNonNull(attributes, "attributes");
    frames = List.copyOf(frames);
  }
}
