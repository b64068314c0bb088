// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.Optional;

/**
 * Told what a {@link DicomNode} received. Called on the node's spool threads, never on an event
 * loop; for one association in order and never at the same time, for different associations at the
 * same time. Must be quick: the next instance of the association waits for it, though no
 * acknowledgement of the instance told of does. What it throws is logged and changes nothing.
 */
public interface DicomNodeListener {
  /**
   * An instance is on disk and its C-STORE was answered with success. Also called for one that was
   * there already ({@link ReceivedInstance#duplicate()}).
   */
  void instanceStored(ReceivedInstance instance);

  /**
   * An association that had been established ended, by release or otherwise, and every {@link
   * #instanceStored} of it was called.
   */
  void associationClosed(AssociationSummary association);

  /**
   * Why no instance can be taken now; empty when one can. Asked before each C-STORE: what is
   * returned is answered as A700H, out of resources, so that the sender keeps the instance.
   */
  default Optional<String> refusal() {
    return Optional.empty();
  }

  /**
   * An archive reports on a storage commitment request that was made as {@link
   * StorageCommitmentScu}. When this returns the archive is told that the report was taken; when it
   * throws, that it was not.
   *
   * @param archiveAeTitle who reports, as it named itself
   */
  default void commitmentReported(String archiveAeTitle, CommitmentReport report) {}
}
