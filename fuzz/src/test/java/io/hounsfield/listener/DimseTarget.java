// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Words;
import io.hounsfield.fuzz.Bounds;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Command sets: decoded or refused; the answer to any of them can be encoded and reads back as it
 * was.
 */
public final class DimseTarget {
  private static final long BYTES_A_BYTE = 256;
  private static final long NANOS_A_BYTE = 100_000;

  private DimseTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    Bounds.hold(bytes.length * BYTES_A_BYTE, bytes.length * NANOS_A_BYTE, () -> take(bytes));
  }

  private static void take(byte[] bytes) {
    DimseCommand command;
    try {
      command = DimseCommand.decode(ByteBuffer.wrap(bytes));
    } catch (DicomException e) {
      return;
    }
    command.name();
    DimseCommand response =
        command.response(DimseStatus.UNRECOGNIZED_OPERATION.code(), command.errorComment());
    try {
      DimseCommand again = DimseCommand.decode(ByteBuffer.wrap(response.encode()));
      if (again.field() != response.field()
          || again.messageId() != command.messageId()
          || again.status() != response.status()
          || again.hasDataSet()
          || !again.sopClassUid().equals(response.sopClassUid())
          || !again.sopInstanceUid().equals(response.sopInstanceUid())) {
        throw new AssertionError(response + " came back as " + again);
      }
    } catch (DicomException e) {
      throw new AssertionError("the answer cannot be read: " + response, e);
    }
  }

  public static List<byte[]> seeds() {
    List<DimseCommand> requests =
        List.of(
            DimseCommand.cEchoRq(1, SopClass.VERIFICATION),
            DimseCommand.cStoreRq(2, SopClass.CT_IMAGE_STORAGE, "1.2.3.4"),
            DimseCommand.nActionRq(
                3, SopClass.STORAGE_COMMITMENT_PUSH_MODEL, Commitments.INSTANCE, 1),
            DimseCommand.nEventReportRq(
                4, SopClass.STORAGE_COMMITMENT_PUSH_MODEL, Commitments.INSTANCE, 2));
    List<byte[]> seeds = new ArrayList<>();
    for (DimseCommand request : requests) {
      seeds.add(request.encode());
      seeds.add(request.response(DimseStatus.SUCCESS.code(), "no comment").encode());
    }
    return seeds;
  }

  /** Commands' tags, and words of data sets. */
  public static List<byte[]> dictionary() {
    List<byte[]> words = new ArrayList<>(Words.dataSets());
    for (int element :
        new int[] {
          0x0000, 0x0002, 0x0003, 0x0100, 0x0110, 0x0120, 0x0700, 0x0800, 0x0900, 0x0902, 0x1000,
          0x1001, 0x1002, 0x1008
        }) {
      words.add(new byte[] {0, 0, (byte) element, (byte) (element >> 8)});
    }
    words.add(SopClass.VERIFICATION.getBytes(StandardCharsets.US_ASCII));
    return words;
  }
}
