// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A frame read by itself is the frame of the file read whole. */
class FrameFileTest {
  private static final int FRAMES = 5;
  private static final int PIXELS = TestInstances.ROWS * TestInstances.COLUMNS;

  @TempDir Path folder;

  /** Several frames of 16 bits, behind values that hold what looks like pixel data. */
  private static DataSet frames() {
    byte[] decoy = {(byte) 0xE0, 0x7F, 0x10, 0, 'O', 'W', 0, 0, 4, 0, 0, 0, 1, 2, 3, 4};
    short[] pixels = new short[FRAMES * PIXELS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (short) (31 * i);
    }
    return ct(1, 1, 1)
        .put(Tag.NumberOfFrames, VR.IS, "" + FRAMES)
        .putItems(Tag.IconImageSequence, new DataSet().putBytes(Tag.PixelData, VR.OW, new byte[64]))
        .putBytes(0x00091001, VR.OB, decoy)
        .putShorts(Tag.PixelData, VR.OW, pixels);
  }

  /** Frames of 8 bits in RLE, PS3.5 annex G, each in so many fragments. */
  private static DataSet rle(int fragmentsEach, boolean basic, boolean extended) {
    return rle(fragmentsEach, basic, extended, ct(1, 1, 1));
  }

  /** The same, in place of this instance's image. */
  static DataSet rle(int fragmentsEach, boolean basic, boolean extended, DataSet instance) {
    List<byte[]> fragments = new ArrayList<>();
    ByteBuffer basicTable = ByteBuffer.allocate(4 * FRAMES).order(ByteOrder.LITTLE_ENDIAN);
    ByteBuffer extendedTable = ByteBuffer.allocate(8 * FRAMES).order(ByteOrder.LITTLE_ENDIAN);
    int offset = 0;
    for (int frame = 0; frame < FRAMES; frame++) {
      basicTable.putInt(offset);
      extendedTable.putLong(offset);
      byte[] encoded = new byte[64 + 2 + PIXELS + PIXELS % 2];
      encoded[0] = 1; // one segment
      encoded[4] = 64; // which begins behind the header
      encoded[64] = (byte) (PIXELS - 1); // one literal run
      for (int i = 0; i < PIXELS; i++) {
        encoded[65 + i] = (byte) (frame * 40 + i);
      }
      int piece = encoded.length / fragmentsEach & ~1;
      for (int i = 0; i < fragmentsEach; i++) {
        int end = i + 1 == fragmentsEach ? encoded.length : (i + 1) * piece;
        fragments.add(Arrays.copyOfRange(encoded, i * piece, end));
        offset += 8 + end - i * piece;
      }
    }
    DataSet dataSet =
        instance
            .put(Tag.NumberOfFrames, VR.IS, "" + FRAMES)
            .putInts(Tag.BitsAllocated, VR.US, 8)
            .putInts(Tag.BitsStored, VR.US, 8)
            .putInts(Tag.HighBit, VR.US, 7)
            .putInts(Tag.PixelRepresentation, VR.US, 0);
    if (extended) {
      dataSet.putBytes(Tag.ExtendedOffsetTable, VR.OV, extendedTable.array());
    }
    return dataSet.putFragments(Tag.PixelData, basic ? basicTable.array() : new byte[0], fragments);
  }

  private FrameFile open(byte[] bytes, TransferSyntax syntax) throws IOException {
    Path file = Files.write(folder.resolve("instance.dcm"), bytes);
    FrameFile frames = FrameFile.of(new Held("1.2.1", "1.2.1.1", "1.2.1.1.1", syntax, file));
    frames.open();
    return frames;
  }

  private void check(boolean byFrame, DataSet dataSet, TransferSyntax syntax) throws Exception {
    byte[] bytes = DicomFiles.encode(DicomFile.of(syntax, dataSet));
    DicomFile whole = DicomFiles.read(bytes);
    FrameFile frames = open(bytes, syntax);
    assertEquals(byFrame, frames.byFrame());
    assertEquals(FRAMES, frames.frames());
    for (int frame : new int[] {FRAMES - 1, 0, 2}) {
      assertEquals(PixelDecoders.decode(whole, frame).rows(), frames.decode(frame).rows());
      assertArrayEquals(
          PixelDecoders.decode(whole, frame).samples(), frames.decode(frame).samples());
    }
  }

  @ParameterizedTest
  @EnumSource(
      names = {
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_BIG_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN"
      })
  void uncompressedFramesAreFoundByTheirNumber(TransferSyntax syntax) throws Exception {
    check(!syntax.bigEndian() && !syntax.deflated(), frames(), syntax);
  }

  @Test
  void compressedFramesAreFoundByTheirFragmentsOrOffsetTables() throws Exception {
    check(true, rle(1, false, false), TransferSyntax.RLE_LOSSLESS);
    check(true, rle(3, true, false), TransferSyntax.RLE_LOSSLESS);
    check(true, rle(2, false, true), TransferSyntax.RLE_LOSSLESS);
  }

  @Test
  void framesThatNothingTellsApartAreLeftToTheReaderOfTheWholeFile() throws Exception {
    byte[] bytes =
        DicomFiles.encode(DicomFile.of(TransferSyntax.RLE_LOSSLESS, rle(2, false, false)));
    assertFalse(open(bytes, TransferSyntax.RLE_LOSSLESS).byFrame());
  }

  @Test
  void pixelDataBehindALongHeaderIsFound() throws Exception {
    DataSet dataSet = frames().putBytes(0x00091002, VR.OB, new byte[300_000]);
    check(true, dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
  }

  @Test
  void aFrameTakesMemoryForItselfNotForTheFile() throws Exception {
    byte[] pixels = new byte[2 * 512 * 512 * 20];
    DataSet dataSet =
        ct(1, 1, 1)
            .put(Tag.NumberOfFrames, VR.IS, "20")
            .putInts(Tag.Rows, VR.US, 512)
            .putInts(Tag.Columns, VR.US, 512)
            .putBytes(Tag.PixelData, VR.OW, pixels);
    TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    FrameFile frames = open(DicomFiles.encode(DicomFile.of(syntax, dataSet)), syntax);
    assertTrue(frames.byFrame());
    assertTrue(frames.workingBytes() < pixels.length / 2, () -> "of " + pixels.length);
  }

  @Test
  void framesOfRealFilesAreThoseOfTheWholeFile() throws Exception {
    Path data =
        Path.of(System.getProperty("hounsfield.root", ".."), "..", "shared/data/dicom/enhanced");
    assumeTrue(Files.isDirectory(data), "no ../shared/data/dicom/enhanced");
    List<Path> files;
    try (Stream<Path> all = Files.list(data)) {
      files = all.filter(file -> file.toString().endsWith(".dcm")).sorted().toList();
    }
    int compared = 0;
    for (Path file : files) {
      DicomFile whole = DicomFiles.read(file);
      FrameFile frames =
          FrameFile.of(new Held("1.2.1", "1.2.1.1", "1.2.1.1.1", whole.transferSyntax(), file));
      if (frames.byFrame()) {
        for (int frame = 0; frame < frames.frames(); frame++, compared++) {
          assertArrayEquals(
              PixelDecoders.decode(whole, frame).samples(), frames.decode(frame).samples());
        }
      }
    }
    assertTrue(compared > 0, "none of the files has several frames");
  }

  /** Damage anywhere: the same samples as from the whole file, or a fault; never another. */
  @Test
  void damagedFilesGiveTheSameFramesAsReadWholeOrAFault() throws Exception {
    Random random = new Random(20261123);
    int read = 0;
    List<DataSet> originals = List.of(frames(), rle(1, false, false), rle(3, true, false));
    for (int round = 0; round < 900; round++) {
      int which = round % originals.size();
      TransferSyntax syntax =
          which == 0 ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : TransferSyntax.RLE_LOSSLESS;
      byte[] bytes = DicomFiles.encode(DicomFile.of(syntax, originals.get(which)));
      for (int i = random.nextInt(3); i >= 0; i--) {
        bytes[400 + random.nextInt(bytes.length - 400)] = (byte) random.nextInt();
      }
      if (random.nextInt(4) == 0) {
        bytes = Arrays.copyOf(bytes, 400 + random.nextInt(bytes.length - 400));
      }
      int frame = random.nextInt(FRAMES);
      short[] expected = null;
      try {
        expected = PixelDecoders.decode(DicomFiles.read(bytes), frame).samples();
      } catch (DicomException e) {
        // it cannot be read whole
      }
      short[] actual = null;
      try {
        FrameFile frames = open(bytes, syntax);
        actual = frame < frames.frames() ? frames.decode(frame).samples() : null;
      } catch (DicomException | WebProblem e) {
        // a fault that the client is told
      }
      if (expected != null) {
        read++;
        assertArrayEquals(expected, actual, "round " + round);
      }
    }
    assertTrue(read > 150, "readable: " + read);
  }
}
