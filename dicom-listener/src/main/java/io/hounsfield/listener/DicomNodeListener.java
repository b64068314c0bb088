// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

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
}
