// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file to be sent.
 *
 * @param transferSyntaxUid encoding of the file
 * @param dataSetOffset where the data set begins in the file, bytes; -1 when the file cannot be
 *     sent as it is (no Part 10 header) and must be read and encoded
 */
record OutgoingInstance(
    Path file,
    String sopClassUid,
    String sopInstanceUid,
    String transferSyntaxUid,
    int dataSetOffset) {

  /**
   * Looks at a file's header.
   *
   * @throws DicomException when it is no DICOM instance
   */
  static OutgoingInstance of(Path file) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      Part10Header header = Part10Header.read(channel);
      if (header != null
          && InstanceUids.isUsable(header.sopClassUid())
          && InstanceUids.isUsable(header.sopInstanceUid())
          && InstanceUids.isUsable(header.transferSyntaxUid())) {
        return new OutgoingInstance(
            file,
            header.sopClassUid(),
            header.sopInstanceUid(),
            header.transferSyntaxUid(),
            header.dataSetOffset());
      }
    }
    DicomFile read = DicomFiles.readHeader(file);
    return new OutgoingInstance(
        file,
        uid(read.dataSet(), Tag.SOPClassUID),
        uid(read.dataSet(), Tag.SOPInstanceUID),
        read.transferSyntax().uid(),
        -1);
  }

  private static String uid(DataSet dataSet, int tag) throws DicomException {
    return dataSet
        .string(tag)
        .filter(InstanceUids::isUsable)
        .orElseThrow(() -> new DicomException(Tag.toString(tag) + " is missing or no UID"));
  }

  /**
   * Reads the whole data set once, so that a file that was cut off is not sent as if it were whole.
   * What this product cannot read for another reason is sent as it is: the peer may know it.
   *
   * @throws DicomException when it is damaged or truncated
   */
  private void requireWhole() throws IOException {
    if (TransferSyntax.of(transferSyntaxUid).isEmpty() || Files.size(file) > DicomFiles.MAX_BYTES) {
      return;
    }
    DicomFile whole = DicomFiles.read(file);
    if (!whole.dataSet().contains(Tag.SOPInstanceUID)) {
      throw new DicomException(file.getFileName() + ": the data set has no SOP Instance UID");
    }
  }

  /** Sends it in this presentation context, whose transfer syntax may be another. */
  DimseCommand send(ScuAssociation association, int contextId, String acceptedSyntax, long[] sent)
      throws IOException {
    DimseCommand request =
        DimseCommand.cStoreRq(association.nextMessageId(), sopClassUid, sopInstanceUid);
    if (acceptedSyntax.equals(transferSyntaxUid) && dataSetOffset >= 0) {
      requireWhole();
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
        channel.position(dataSetOffset);
        sent[0] = channel.size() - dataSetOffset;
        return association.call(contextId, request, channel, sent[0]);
      }
    }
    byte[] encoded = encode(acceptedSyntax);
    sent[0] = encoded.length;
    return association.call(contextId, request, ScuAssociation.channelOf(encoded), encoded.length);
  }

  private byte[] encode(String syntaxUid) throws IOException {
    TransferSyntax target =
        TransferSyntax.of(syntaxUid)
            .orElseThrow(() -> new DicomException("transfer syntax " + syntaxUid + " is unknown"));
    DicomFile read = DicomFiles.read(file);
    DicomFile plain =
        read.transferSyntax() == target ? read : PixelDecoders.decompress(read, target);
    return DataSets.encode(plain.dataSet(), target);
  }
}
