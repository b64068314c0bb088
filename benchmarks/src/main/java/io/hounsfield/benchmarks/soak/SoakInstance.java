// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/**
 * An instance to be sent.
 *
 * @param file Part 10 file
 * @param dataSetOffset where its data set begins, bytes
 */
record SoakInstance(
    Path file,
    String seriesInstanceUid,
    String sopClassUid,
    String sopInstanceUid,
    String transferSyntaxUid,
    int dataSetOffset) {

  /** Preamble, prefix, and the element that says how long the meta information is (PS3.10 7.1). */
  private static final int META_START = 144;

  private static final int GROUP_LENGTH_AT = 140;

  static SoakInstance of(Path file) throws IOException {
    DicomFile header = DicomFiles.readHeader(file);
    ByteBuffer length = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
    try (FileChannel channel = FileChannel.open(file)) {
      channel.read(length, GROUP_LENGTH_AT);
    }
    return new SoakInstance(
        file,
        header.dataSet().string(Tag.SeriesInstanceUID).orElseThrow(),
        header.dataSet().string(Tag.SOPClassUID).orElseThrow(),
        header.dataSet().string(Tag.SOPInstanceUID).orElseThrow(),
        header.transferSyntax().uid(),
        META_START + length.getInt(0));
  }

  /** The data set as it is sent. */
  byte[] dataSet() throws IOException {
    try (RandomAccessFile in = new RandomAccessFile(file.toFile(), "r")) {
      byte[] bytes = new byte[(int) (in.length() - dataSetOffset)];
      in.seek(dataSetOffset);
      in.readFully(bytes);
      return bytes;
    }
  }
}
