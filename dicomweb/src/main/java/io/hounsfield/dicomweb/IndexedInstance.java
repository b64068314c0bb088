// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.TransferSyntax;
import java.nio.file.Path;

/**
 * An instance as the index knows it.
 *
 * @param file Part 10 file in the spool
 * @param number Instance Number; the largest integer where there is none
 * @param encoded the attributes that searches return, encoded
 */
record IndexedInstance(
    String sopInstanceUid,
    String sopClassUid,
    TransferSyntax transferSyntax,
    Path file,
    int number,
    byte[] encoded) {
  DataSet attributes() {
    return IndexAttributes.decode(encoded);
  }
}
