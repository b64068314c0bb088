// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.PixelFrame;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The frames of an instance. Of several frames only the bytes of those wanted are read, where
 * {@link PixelDataMap} knows them; otherwise the file is read whole. Methods block; not
 * thread-safe.
 */
final class FrameFile {
  /** All that the layout of a frame depends on, PS3.3 section C.7.6.3. */
  private static final int[] LAYOUT = {
    Tag.SamplesPerPixel,
    Tag.PhotometricInterpretation,
    Tag.PlanarConfiguration,
    Tag.Rows,
    Tag.Columns,
    Tag.BitsAllocated,
    Tag.BitsStored,
    Tag.HighBit,
    Tag.PixelRepresentation
  };

  private final Held held;
  private final Optional<PixelDataMap> map;
  private DicomFile whole;

  private FrameFile(Held held, Optional<PixelDataMap> map) {
    this.held = held;
    this.map = map;
  }

  /** Looks where the frames are. */
  static FrameFile of(Held held) throws IOException {
    DicomFile header = DicomFiles.readHeader(held.file());
    try {
      boolean several = PixelDecoders.frameCount(header.dataSet()) > 1;
      return new FrameFile(held, several ? PixelDataMap.of(held.file(), header) : Optional.empty());
    } catch (DicomException e) {
      return new FrameFile(
          held, Optional.empty()); // the reader of the whole file says what is wrong
    }
  }

  /** Whether frames are read by themselves. */
  boolean byFrame() {
    return map.isPresent();
  }

  /** What it takes of memory to decode one frame after the other, about, bytes. */
  long workingBytes() throws IOException {
    return map.isPresent()
        ? map.get().value() + map.get().longestFrame() + 4 * map.get().decodedBytes()
        : held.workingBytes();
  }

  /**
   * Reads what is needed of every frame: when there is memory for it.
   *
   * @throws WebProblem (404) when it holds no pixel data
   */
  void open() throws IOException {
    if (map.isEmpty()) {
      whole = DicomFiles.read(held.file());
      if (!whole.dataSet().contains(Tag.PixelData)) {
        throw WebProblem.notFound("The instance has no pixel data.");
      }
    }
  }

  /** The attributes of the instance. */
  DataSet attributes() {
    return map.isPresent() ? map.get().attributes() : whole.dataSet();
  }

  /** How many frames it announces. */
  int frames() throws DicomException {
    return PixelDecoders.frameCount(attributes());
  }

  /**
   * Decodes a frame.
   *
   * @param frame index from 0
   */
  PixelFrame decode(int frame) throws IOException {
    if (map.isEmpty()) {
      return PixelDecoders.decode(whole, frame);
    }
    DataSet one = new DataSet().copy(attributes(), LAYOUT);
    List<byte[]> pieces = new ArrayList<>();
    try (FileChannel channel = FileChannel.open(held.file(), StandardOpenOption.READ)) {
      for (PixelDataMap.Range range : map.get().frame(frame)) {
        pieces.add(read(channel, range.offset(), range.length()));
      }
    }
    TransferSyntax syntax = held.transferSyntax();
    if (syntax.encapsulated()) {
      one.putFragments(Tag.PixelData, new byte[0], pieces);
    } else {
      one.putBytes(Tag.PixelData, VR.OW, pieces.get(0));
    }
    return PixelDecoders.decode(DicomFile.of(syntax, one), 0);
  }

  static byte[] read(FileChannel channel, long offset, int length) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(length);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, offset + buffer.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return buffer.array();
  }
}
