// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;

/** Decodes one encoded frame. */
interface FrameCodec {
  /**
   * Samples {@code [row][column][sample]} as {@link PixelFrame} describes them.
   *
   * @throws DicomException when the frame is damaged or is not what the layout says
   */
  short[] decode(Bytes frame, PixelLayout layout) throws DicomException;
}
