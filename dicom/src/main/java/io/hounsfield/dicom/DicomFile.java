// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.Objects;

/**
 * A DICOM file, PS3.10 section 7.
 *
 * @param fileMetaInformation group 0002; empty when the file had none
 * @param transferSyntax encoding that the data set was read in or is to be written in
 * @param dataSet the data set
 */
public record DicomFile(
    DataSet fileMetaInformation, TransferSyntax transferSyntax, DataSet dataSet) {
  public DicomFile {
    Objects.requireNonNull(fileMetaInformation);
    Objects.requireNonNull(transferSyntax);
    Objects.requireNonNull(dataSet);
  }

  /** A file to be written; the file meta information is made from the data set when writing. */
  public static DicomFile of(TransferSyntax transferSyntax, DataSet dataSet) {
    return new DicomFile(new DataSet(), transferSyntax, dataSet);
  }
}
