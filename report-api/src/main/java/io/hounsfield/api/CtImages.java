// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.domain.VolumeGeometry;
import java.io.IOException;

/**
 * The CT volume that a report is about, read slice by slice from wherever it is held. Calls may
 * block and may come from several threads at once.
 */
public interface CtImages {

  /** The grid of the report and of its label maps. */
  VolumeGeometry geometry();

  /**
   * HU of one slice, {@code [row * columns + column]}; the caller's own.
   *
   * @param index slice on {@link #geometry()}, from 0
   * @throws IOException if it cannot be read (any more)
   */
  short[] slice(int index) throws IOException;

  /** The images of a report are not held; the message says why, in a sentence for people. */
  final class NotHeldException extends Exception {
    private static final long serialVersionUID = 1;

    public NotHeldException(String reason) {
      super(reason);
    }
  }
}
