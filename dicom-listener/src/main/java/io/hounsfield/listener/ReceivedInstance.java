// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.TransferSyntax;
import java.nio.file.Path;

/**
 * An instance that was received and is held in the spool.
 *
 * @param associationId number of the association, unique for the life of the node
 * @param callingAeTitle AE title by which the sender named itself
 * @param calledAeTitle AE title by which the sender called this node
 * @param transferSyntax encoding of the data set in the file, as it was sent
 * @param file the Part 10 file that holds it
 * @param duplicate an instance of this UID was held already: nothing changed for readers of the
 *     series
 * @param bytes length of the data set as received
 * @param receivedNanos {@link System#nanoTime()} when its last byte came
 * @param conflicting duplicate of UID, but with other content: the newcomer is kept aside in {@code
 *     file}, the series goes on with the first
 */
public record ReceivedInstance(
    long associationId,
    String callingAeTitle,
    String calledAeTitle,
    String studyInstanceUid,
    String seriesInstanceUid,
    String sopInstanceUid,
    String sopClassUid,
    TransferSyntax transferSyntax,
    Path file,
    boolean duplicate,
    long bytes,
    long receivedNanos,
    boolean conflicting) {}
