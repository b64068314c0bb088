// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Where a binary value stands in an instance: its tag, behind the tags and item numbers of the
 * sequences around it.
 *
 * @param text {@code 7FE00010} or {@code 00081140/0/00081199}
 * @param steps tags at even, item numbers at odd positions
 */
record BulkDataPath(String text, List<Integer> steps) {
  private static final Pattern PATH =
      Pattern.compile("[0-9A-Fa-f]{8}(/[0-9]{1,6}/[0-9A-Fa-f]{8}){0,16}");

  /**
   * @throws WebProblem (400) when it is none
   */
  static BulkDataPath parse(String text) {
    if (text == null || !PATH.matcher(text).matches()) {
      throw WebProblem.invalid("The address of bulk data ends with its tag, as metadata gives it.");
    }
    String[] parts = text.split("/");
    Integer[] steps = new Integer[parts.length];
    for (int i = 0; i < parts.length; i++) {
      steps[i] = i % 2 == 0 ? Integer.parseUnsignedInt(parts[i], 16) : Integer.parseInt(parts[i]);
    }
    return new BulkDataPath(text, List.of(steps));
  }

  /** The value, little endian; that of encapsulated pixel data uncompressed. On a worker. */
  byte[] value(Held held) throws IOException {
    DicomFile file = DicomFiles.read(held.file());
    DataSet dataSet = file.dataSet();
    for (int i = 0; i + 2 < steps.size(); i += 2) {
      List<DataSet> items = dataSet.items(steps.get(i));
      int item = steps.get(i + 1);
      if (item >= items.size()) {
        throw missing();
      }
      dataSet = items.get(item);
    }
    int tag = steps.get(steps.size() - 1);
    if (steps.size() == 1 && tag == Tag.PixelData && !dataSet.fragments(tag).isEmpty()) {
      return frames(file);
    }
    return dataSet.bytes(tag).orElseThrow(BulkDataPath::missing);
  }

  private static byte[] frames(DicomFile file) throws DicomException {
    int frames = PixelDecoders.frameCount(file.dataSet());
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    for (int frame = 0; frame < frames; frame++) {
      byte[] bytes = Frames.uncompressed(file.dataSet(), PixelDecoders.decode(file, frame));
      if ((long) all.size() + bytes.length > DicomFiles.MAX_BYTES) {
        throw WebProblem.notAcceptable("The pixel data is too long; retrieve it by frames.");
      }
      all.writeBytes(bytes);
    }
    return all.toByteArray();
  }

  private static WebProblem missing() {
    return WebProblem.notFound("The instance has no such value.");
  }
}
