// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import java.nio.file.Path;

/**
 * A series as the index knows it: by the first instance found of it.
 *
 * @param folder in the spool
 * @param number Series Number; the largest integer where there is none
 * @param instances held
 * @param encoded the attributes of study and series that searches return, encoded
 */
record IndexedSeries(
    String studyInstanceUid,
    String seriesInstanceUid,
    String modality,
    int number,
    Path folder,
    int instances,
    byte[] encoded) {
  DataSet attributes() {
    return IndexAttributes.decode(encoded);
  }
}
