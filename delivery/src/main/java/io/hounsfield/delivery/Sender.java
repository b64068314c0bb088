// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.nio.file.Path;

/** Sends one file to one destination; used by several threads. */
interface Sender extends AutoCloseable {

  /**
   * Sends. Blocks, but no longer than the destination's timeout without anything moving.
   *
   * @param delivery what is sent; names it at destinations without names of their own
   * @throws IOException whatever kept it from being sent; tried again like {@link
   *     Attempt.Unavailable}
   */
  Attempt send(Delivery delivery, Path file) throws IOException, InterruptedException;

  @Override
  default void close() {}

  static Sender of(Destination destination) throws IOException {
    Target target = destination.target();
    if (target instanceof Target.Dicom dicom) {
      return new DicomSender(dicom, destination.timeout());
    }
    if (target instanceof Target.Stow stow) {
      return new StowSender(stow, HttpPost.of(destination, stow.tls()));
    }
    if (target instanceof Target.Fhir fhir) {
      return new FhirSender(fhir, HttpPost.of(destination, fhir.tls()));
    }
    if (target instanceof Target.Mllp mllp) {
      return new MllpSender(mllp, destination.timeout());
    }
    return new FolderSender((Target.Folder) target);
  }
}
