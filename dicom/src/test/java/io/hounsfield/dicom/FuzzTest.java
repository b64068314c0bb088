// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.Element.Bytes;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Damaged files of every kind are read, walked through and decoded: either that works or it ends in
 * a {@link DicomException}; anything else, endless work included, fails the test. More rounds by
 * {@code -Dhounsfield.fuzz.rounds=N}.
 */
@Timeout(600)
class FuzzTest {
  private static final int ROUNDS = Integer.getInteger("hounsfield.fuzz.rounds", 6000);
  private static final int ROWS = 12;
  private static final int COLUMNS = 16;
  private static final int[] LENGTHS = {
    -1, -2, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, 1, 0xFFFF, 0xE000FFFE, 0xE00DFFFE, 0xE0DDFFFE
  };

  /** Those that the encoders of the tests know; the frames of others are damaged by themselves. */
  private static final List<TransferSyntax> SEED_SYNTAXES =
      List.of(
          TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
          TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
          TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
          TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
          TransferSyntax.RLE_LOSSLESS,
          TransferSyntax.JPEG_LOSSLESS,
          TransferSyntax.JPEG_LOSSLESS_SV1);

  private static List<byte[]> seeds() throws DicomException {
    Random random = new Random(11);
    List<byte[]> seeds = new ArrayList<>();
    short[] pixels = Samples.pixels(random, ROWS, COLUMNS, 16, true);
    for (TransferSyntax syntax : SEED_SYNTAXES) {
      for (int i = 0; i < 3; i++) {
        DataSet image = Samples.random(random, 0);
        image.remove(Tag.PlanarConfiguration);
        image.copy(Samples.image(ROWS, COLUMNS, 16, 16, true), imageTags());
        image.putInts(Tag.NumberOfFrames, VR.IS, i == 2 ? 2 : 1);
        if (syntax.encapsulated()) {
          byte[] frame =
              syntax == TransferSyntax.RLE_LOSSLESS
                  ? RleEncoder.encode(pixels, 1, 2)
                  : JpegLosslessEncoder.encode(pixels, ROWS, COLUMNS, 16, 1 + random.nextInt(7));
          image.putFragments(
              Tag.PixelData, new byte[0], i == 2 ? List.of(frame, frame) : List.of(frame));
        } else {
          image.putShorts(
              Tag.PixelData, VR.OW, Arrays.copyOf(pixels, pixels.length * (i == 2 ? 2 : 1)));
        }
        byte[] whole = DicomFiles.encode(DicomFile.of(syntax, image));
        seeds.add(whole);
        if (!syntax.encapsulated() && !syntax.deflated()) {
          seeds.add(DataSets.encode(image, syntax));
        }
      }
    }
    return seeds;
  }

  private static int[] imageTags() {
    return Samples.image(1, 1, 16, 16, true).tags().stream().mapToInt(tag -> tag).toArray();
  }

  @Test
  void damagedFilesEndInDicomExceptions() throws DicomException {
    List<byte[]> seeds = seeds();
    for (byte[] seed : seeds) {
      walk(seed);
    }
    Random random = new Random(12);
    int refused = 0;
    int read = 0;
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = mutate(seeds.get(random.nextInt(seeds.size())), random);
      try {
        walk(input);
        read++;
      } catch (DicomException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(input), e);
      }
    }
    int both = Math.min(refused, read);
    assertTrue(both > ROUNDS / 20, "refused " + refused + ", read " + read);
  }

  /** The first bytes of a data set, as a listener sees them, in the wrong syntax as well. */
  @Test
  void damagedPrefixesEndInDicomExceptions() throws DicomException {
    List<byte[]> seeds = seeds();
    Random random = new Random(14);
    TransferSyntax[] syntaxes = TransferSyntax.values();
    for (int round = 0; round < ROUNDS; round++) {
      byte[] input = mutate(seeds.get(random.nextInt(seeds.size())), random);
      int start = Math.min(input.length, random.nextInt(400));
      TransferSyntax syntax = syntaxes[random.nextInt(syntaxes.length)];
      try {
        ByteBuffer prefix = ByteBuffer.wrap(input, start, input.length - start);
        walk(DataSets.decodePrefix(prefix, syntax, Tag.PixelData));
      } catch (DicomException e) {
        // As it should be.
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(input), e);
      }
    }
  }

  /** The encoded frame alone is damaged, so that each round reaches the decoder. */
  @Test
  void damagedFramesEndInDicomExceptions() throws DicomException {
    Random random = new Random(13);
    short[] pixels = Samples.pixels(random, ROWS, COLUMNS, 16, true);
    for (int round = 0; round < ROUNDS; round++) {
      boolean rle = round % 2 == 0;
      byte[] frame =
          rle
              ? RleEncoder.encode(pixels, 1, 2)
              : JpegLosslessEncoder.encode(pixels, ROWS, COLUMNS, 16, 1 + random.nextInt(7));
      byte[] input = mutate(frame, random);
      DataSet image =
          Samples.image(ROWS, COLUMNS, 16, 16, true)
              .putFragments(Tag.PixelData, new byte[0], List.of(input));
      try {
        PixelDecoders.decode(
            DicomFile.of(rle ? TransferSyntax.RLE_LOSSLESS : TransferSyntax.JPEG_LOSSLESS, image),
            0);
      } catch (DicomException e) {
        // As it should be.
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(input), e);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"u8.jls, 8", "u16.jls, 16", "u16near3.jls, 16"})
  void damagedJpegLsFramesEndInDicomExceptions(String name, int bits) {
    byte[] sound = CodecFixtures.read(name);
    Random random = new Random(18);
    int refused = 0;
    for (int round = 0; round < ROUNDS / 5; round++) {
      byte[] input = mutate(sound, random);
      try {
        PixelDecoders.decode(
            CodecFixtures.image(TransferSyntax.JPEG_LS_NEAR_LOSSLESS, bits, false, input), 0);
      } catch (DicomException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(input), e);
      }
    }
    assertTrue(refused > ROUNDS / 10, "refused " + refused);
  }

  @Test
  void damagedJpegFramesEndInDicomExceptions() throws IOException {
    Random random = new Random(16);
    byte[] twelve = CodecFixtures.read("smooth12.jpg");
    byte[] eight = CodecFixturesTest.baseline(0.8f, 5);
    int refused = 0;
    for (int round = 0; round < ROUNDS; round++) {
      boolean wide = round % 2 == 0;
      byte[] input = mutate(wide ? twelve : eight, random);
      DicomFile file =
          CodecFixtures.image(TransferSyntax.JPEG_EXTENDED, wide ? 12 : 8, false, input);
      try {
        PixelDecoders.decode(file, 0);
      } catch (DicomException e) {
        refused++;
      } catch (RuntimeException | Error e) {
        throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(input), e);
      }
    }
    assertTrue(refused > ROUNDS / 4, "refused " + refused);
  }

  /**
   * The native decoders: what they answer, or that they end, is known within the time that they
   * have, and a new process decodes what is sound. Fewer rounds, since each is a journey.
   */
  @ParameterizedTest
  @CsvSource({"u16.j2k, 16", "u12.j2k, 12", "u12lrcp.j2c, 12", "u12lossy.j2c, 12"})
  void damagedFramesOfNativeDecoders(String name, int bits) throws IOException {
    assumeTrue(DecoderPool.available(), "skipped: no native decoders for this system");
    PixelLayout layout =
        PixelLayout.of(Samples.image(CodecFixtures.ROWS, CodecFixtures.COLUMNS, 16, bits, false));
    byte[] sound = CodecFixtures.read(name);
    Random random = new Random(17);
    DecoderProcess process = DecoderProcess.start();
    int ended = 0;
    try {
      short[] expected = decode(process, layout, sound);
      for (int round = 0; round < ROUNDS / 20; round++) {
        byte[] input = mutate(sound, random);
        try {
          decode(process, layout, input);
        } catch (DicomException e) {
          // As it should be.
        } catch (DecoderProcess.Ended | DecoderProcess.TooSlow e) {
          ended++;
          process.close();
          process = DecoderProcess.start();
        } catch (RuntimeException | Error e) {
          throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(input), e);
        }
      }
      assertArrayEquals(expected, decode(process, layout, sound));
    } finally {
      process.close();
    }
    // None did when this was written; a few would be borne, since they cost a slice each.
    assertTrue(ended <= ROUNDS / 200, name + ": processes that ended: " + ended);
  }

  private static short[] decode(DecoderProcess process, PixelLayout layout, byte[] input)
      throws IOException {
    Bytes frame = Bytes.of(input);
    int precision = Jpeg2000Header.require(frame, layout).precision();
    return process.decode(layout.columns(), layout.rows(), precision, frame, 20);
  }

  /** Text is for people: whatever its bytes are, it can be shown. */
  @Test
  void damagedTextIsStillText() {
    String[] terms = {
      "",
      "ISO_IR 6",
      "ISO_IR 192",
      "GB18030",
      "GBK",
      "ISO 2022 IR 13",
      "ISO 2022 IR 87",
      "ISO 2022 IR 149",
      "ISO 2022 IR 58",
      "ISO 2022 IR 159",
      "ISO 2022 IR 166",
      "NONSENSE"
    };
    byte[] escapes = {0x1B, '$', '(', ')', '-', 'A', 'B', 'C', 'D', 'I', 'J', 'T', '\\', '^'};
    Random random = new Random(15);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] value = new byte[random.nextInt(24)];
      random.nextBytes(value);
      for (int i = 0; i < value.length; i++) {
        if (random.nextBoolean()) {
          value[i] = escapes[random.nextInt(escapes.length)];
        }
      }
      DataSet dataSet =
          new DataSet()
              .putBytes(
                  Tag.SpecificCharacterSet,
                  VR.CS,
                  (terms[random.nextInt(terms.length)] + "\\" + terms[random.nextInt(terms.length)])
                      .getBytes(StandardCharsets.US_ASCII))
              .putBytes(Tag.PatientName, VR.PN, value)
              .putBytes(Tag.PatientComments, VR.LT, value);
      try {
        dataSet.strings(Tag.PatientName);
        dataSet.strings(Tag.PatientComments);
      } catch (RuntimeException e) {
        throw new AssertionError("round " + round + ": " + HexFormat.of().formatHex(value), e);
      }
    }
  }

  private static void walk(byte[] input) throws DicomException {
    DicomFile file = DicomFiles.read(input);
    walk(file.dataSet());
    int frames = Math.min(3, PixelDecoders.frameCount(file.dataSet()));
    for (int i = 0; i < frames; i++) {
      PixelDecoders.decode(file, i);
    }
    DicomFiles.encode(file);
  }

  private static void walk(DataSet dataSet) {
    for (int tag : dataSet.tags()) {
      dataSet.strings(tag);
      try {
        dataSet.decimals(tag);
        dataSet.integers(tag);
      } catch (DicomException e) {
        // Most attributes are no numbers.
      }
      dataSet.items(tag).forEach(FuzzTest::walk);
      dataSet.fragments(tag);
    }
  }

  private static byte[] mutate(byte[] seed, Random random) {
    byte[] input = seed.clone();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count && input.length > 8; i++) {
      // The preamble is of no interest.
      int at = Math.min(input.length - 5, random.nextInt(input.length));
      switch (random.nextInt(6)) {
        case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> input[at] = (byte) random.nextInt();
        case 2 -> input = Arrays.copyOf(input, at);
        case 3 -> {
          int value = LENGTHS[random.nextInt(LENGTHS.length)];
          for (int b = 0; b < 4; b++) {
            input[at + b] = (byte) (value >> 8 * b);
          }
        }
        case 4 -> {
          int from = random.nextInt(input.length - 4);
          int length = Math.min(random.nextInt(32), input.length - Math.max(at, from));
          System.arraycopy(input, from, input, at, length);
        }
        default -> {
          int cut = Math.min(random.nextInt(16), input.length - at);
          byte[] shorter = new byte[input.length - cut];
          System.arraycopy(input, 0, shorter, 0, at);
          System.arraycopy(input, at + cut, shorter, at, shorter.length - at);
          input = shorter;
        }
      }
    }
    return input;
  }
}
