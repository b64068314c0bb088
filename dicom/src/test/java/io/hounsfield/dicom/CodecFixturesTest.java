// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JPEG, JPEG-LS, JPEG 2000 and HTJ2K frames that others encoded, without any tool at hand. */
class CodecFixturesTest {

  private static void assumeNatives() {
    assumeTrue(DecoderPool.available(), "skipped: no native decoders for this system");
  }

  private static short[] decode(TransferSyntax syntax, int bits, boolean signed, byte[] frame)
      throws DicomException {
    return PixelDecoders.decode(CodecFixtures.image(syntax, bits, signed, frame), 0).samples();
  }

  @ParameterizedTest
  @CsvSource({
    "u8.j2c, 8, false, HTJ2K_LOSSLESS",
    "u12.j2c, 12, false, HTJ2K_LOSSLESS_RPCL",
    "u16.j2c, 16, false, HTJ2K_LOSSLESS_RPCL",
    "s12.j2c, 12, true, HTJ2K_LOSSLESS",
    "s16.j2c, 16, true, HTJ2K",
    "u12lrcp.j2c, 12, false, HTJ2K_LOSSLESS",
    "u16.j2k, 16, false, JPEG_2000_LOSSLESS",
    "s12.j2k, 12, true, JPEG_2000_LOSSLESS",
    "s16.j2k, 16, true, JPEG_2000_LOSSLESS",
    "u12.j2k, 12, false, JPEG_2000",
    "u8.jls, 8, false, JPEG_LS_LOSSLESS",
    "u16.jls, 16, false, JPEG_LS_LOSSLESS"
  })
  void losslessFramesAreExact(String name, int bits, boolean signed, TransferSyntax syntax)
      throws DicomException {
    assumeNatives();
    assertArrayEquals(
        CodecFixtures.field(bits, signed), decode(syntax, bits, signed, CodecFixtures.read(name)));
  }

  /**
   * Writers that do not know signed samples code the cells as they are; the data set's own Pixel
   * Representation says what they mean.
   */
  @Test
  void theDataSetDecidesOnTheSign() throws DicomException {
    assumeNatives();
    short[] expected = CodecFixtures.field(16, false);
    for (String name : new String[] {"u16.j2k", "u16.j2c", "u16.jls"}) {
      TransferSyntax syntax =
          name.endsWith("jls")
              ? TransferSyntax.JPEG_LS_LOSSLESS
              : name.endsWith("j2k") ? TransferSyntax.JPEG_2000 : TransferSyntax.HTJ2K;
      assertArrayEquals(expected, decode(syntax, 16, true, CodecFixtures.read(name)), name);
    }
    short[] twelve = CodecFixtures.field(12, false);
    for (int i = 0; i < twelve.length; i++) {
      twelve[i] = (short) (twelve[i] << 20 >> 20);
    }
    assertArrayEquals(
        twelve, decode(TransferSyntax.JPEG_2000, 12, true, CodecFixtures.read("u12.j2k")));
  }

  @Test
  void nearLosslessFramesKeepTheirBound() throws DicomException {
    assumeNatives();
    short[] expected = CodecFixtures.field(16, false);
    short[] actual =
        decode(TransferSyntax.JPEG_LS_NEAR_LOSSLESS, 16, false, CodecFixtures.read("u16near3.jls"));
    int largest = largestDifference(expected, actual);
    assertTrue(largest > 0 && largest <= 3, "differs by " + largest);
  }

  @Test
  void lossyHtj2kIsNear() throws DicomException {
    assumeNatives();
    short[] expected = CodecFixtures.field(12, false);
    short[] actual = decode(TransferSyntax.HTJ2K, 12, false, CodecFixtures.read("u12lossy.j2c"));
    int largest = largestDifference(expected, actual);
    assertTrue(largest > 0 && largest <= 8, "differs by " + largest);
  }

  @Test
  void jpegOfTwelveBits() throws DicomException {
    short[] actual =
        decode(TransferSyntax.JPEG_EXTENDED, 12, false, CodecFixtures.read("smooth12.jpg"));
    int largest = largestDifference(CodecFixtures.smooth(), actual);
    assertTrue(largest > 0 && largest <= 12, "differs by " + largest);
  }

  /** Eight bits against the JDK's reader, with and without restart markers. */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 7, 9})
  void jpegOfEightBits(int restartInterval) throws IOException {
    byte[] frame = baseline(0.9f, restartInterval);
    short[] actual = decode(TransferSyntax.JPEG_BASELINE, 8, false, frame);
    var judged = ImageIO.read(new ByteArrayInputStream(frame)).getRaster();
    short[] expected = new short[actual.length];
    int[] all = judged.getPixels(0, 0, CodecFixtures.COLUMNS, CodecFixtures.ROWS, (int[]) null);
    for (int i = 0; i < all.length; i++) {
      expected[i] = (short) all[i];
    }
    assertTrue(largestDifference(expected, actual) <= 1);
  }

  static byte[] baseline(float quality, int restartInterval) throws IOException {
    BufferedImage picture =
        new BufferedImage(CodecFixtures.COLUMNS, CodecFixtures.ROWS, BufferedImage.TYPE_BYTE_GRAY);
    short[] field = CodecFixtures.smooth();
    for (int i = 0; i < field.length; i++) {
      int x = i % CodecFixtures.COLUMNS;
      picture.getRaster().setSample(x, i / CodecFixtures.COLUMNS, 0, (field[i] >> 4) ^ (i & 7));
    }
    ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(bytes)) {
      writer.setOutput(out);
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      parameters.setCompressionQuality(quality);
      IIOMetadata metadata =
          writer.getDefaultImageMetadata(new ImageTypeSpecifier(picture), parameters);
      if (restartInterval > 0) {
        String format = "javax_imageio_jpeg_image_1.0";
        IIOMetadataNode tree = (IIOMetadataNode) metadata.getAsTree(format);
        IIOMetadataNode restart = new IIOMetadataNode("dri");
        restart.setAttribute("interval", Integer.toString(restartInterval));
        tree.getElementsByTagName("markerSequence").item(0).appendChild(restart);
        metadata.setFromTree(format, tree);
      }
      writer.write(null, new IIOImage(picture, null, metadata), parameters);
    } finally {
      writer.dispose();
    }
    return bytes.toByteArray();
  }

  static int largestDifference(short[] expected, short[] actual) {
    int largest = 0;
    for (int i = 0; i < expected.length; i++) {
      largest = Math.max(largest, Math.abs((expected[i] & 0xFFFF) - (actual[i] & 0xFFFF)));
    }
    return largest;
  }

  /** What was cut is refused, however much of an image a decoder could show of it. */
  @ParameterizedTest
  @CsvSource({
    "u16.j2c, 16, HTJ2K_LOSSLESS",
    "u12lrcp.j2c, 12, HTJ2K_LOSSLESS",
    "u16.j2k, 16, JPEG_2000_LOSSLESS",
    "u16.jls, 16, JPEG_LS_LOSSLESS",
    "u16near3.jls, 16, JPEG_LS_NEAR_LOSSLESS",
    "smooth12.jpg, 12, JPEG_EXTENDED"
  })
  void truncatedFramesAreRefused(String name, int bits, TransferSyntax syntax) {
    assumeNatives();
    byte[] whole = CodecFixtures.read(name);
    for (int length = 0; length < whole.length - 8; length += 97) {
      byte[] cut = Arrays.copyOf(whole, length);
      int at = length;
      DicomException e =
          assertThrows(
              DicomException.class,
              () -> decode(syntax, bits, false, cut),
              () -> name + " of " + at + " bytes");
      assertTrue(e.getMessage().startsWith("PixelData (7FE0,0010)"), e.getMessage());
    }
  }

  /** Coded data that was lost before an end marker that is there; nothing is made up for it. */
  @ParameterizedTest
  @CsvSource({
    "u8.jls, 8, JPEG_LS_LOSSLESS",
    "u16.jls, 16, JPEG_LS_LOSSLESS",
    "u16near3.jls, 16, JPEG_LS_NEAR_LOSSLESS",
    "smooth12.jpg, 12, JPEG_EXTENDED"
  })
  void dataLostBeforeTheEndMarkerIsRefused(String name, int bits, TransferSyntax syntax) {
    byte[] whole = CodecFixtures.read(name);
    for (int length = whole.length - 4; length > 200; length -= 61) {
      byte[] cut = Arrays.copyOf(whole, length + 2);
      cut[length] = (byte) 0xFF;
      cut[length + 1] = (byte) 0xD9;
      int at = length;
      assertThrows(
          DicomException.class,
          () -> decode(syntax, bits, false, cut),
          () -> name + " of " + at + " bytes");
    }
  }

  @ParameterizedTest
  @CsvSource({
    "u8.j2c, HTJ2K, 16",
    "u16.j2k, JPEG_2000, 16",
    "u16.jls, JPEG_LS_LOSSLESS, 16",
    "smooth12.jpg, JPEG_EXTENDED, 16"
  })
  void framesOfAnotherSizeAreRefused(String name, TransferSyntax syntax, int bits) {
    assumeNatives();
    DicomFile file = CodecFixtures.image(syntax, bits, false, CodecFixtures.read(name));
    file.dataSet().putInts(Tag.Rows, VR.US, 62);
    DicomException e = assertThrows(DicomException.class, () -> PixelDecoders.decode(file, 0));
    assertTrue(e.getMessage().contains("61 x 67"), e.getMessage());
  }

  /** Frames may be cut into fragments anywhere, PS3.5 section A.4. */
  @Test
  void aFrameInSeveralFragments() throws DicomException {
    assumeNatives();
    byte[] frame = CodecFixtures.read("u16.jls");
    DicomFile file =
        CodecFixtures.image(
            TransferSyntax.JPEG_LS_LOSSLESS,
            16,
            false,
            Arrays.copyOf(frame, 1000),
            Arrays.copyOfRange(frame, 1000, 3000),
            Arrays.copyOfRange(frame, 3000, frame.length));
    DicomFile read = DicomFiles.read(DicomFiles.encode(file));
    assertArrayEquals(CodecFixtures.field(16, false), PixelDecoders.decode(read, 0).samples());
    assertEquals(4, read.dataSet().fragments(Tag.PixelData).size());
  }
}
