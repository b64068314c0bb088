// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.TransferSyntax;
import java.nio.file.Path;

/**
 * An instance held in the spool.
 *
 * @param file Part 10 file
 * @param bytes length of the data set
 */
public record SpooledInstance(
    String studyInstanceUid,
    String seriesInstanceUid,
    String sopInstanceUid,
    String sopClassUid,
    TransferSyntax transferSyntax,
    Path file,
    long bytes) {}
