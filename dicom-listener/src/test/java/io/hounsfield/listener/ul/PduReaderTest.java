// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PduReaderTest {
  private static final int MAX_DATA = 4096;

  /** Gathers what the reader finds; values are put together again. */
  private static final class Collector implements PduReader.Sink {
    final List<Object> found = new ArrayList<>();
    final ByteArrayOutputStream value = new ByteArrayOutputStream();
    long delivered;
    PduException fault;

    @Override
    public void pdu(Pdu pdu) {
      found.add(pdu);
    }

    @Override
    public void dataPdu() {
      found.add("P-DATA-TF");
    }

    @Override
    public void fragment(
        int contextId, boolean command, boolean last, ByteBuffer piece, boolean end) {
      delivered += piece.remaining();
      byte[] bytes = new byte[piece.remaining()];
      piece.get(bytes);
      value.writeBytes(bytes);
      if (end) {
        found.add(
            contextId
                + (command ? " command" : " data")
                + (last ? " last " : " ")
                + HexFormat.of().formatHex(value.toByteArray()));
        value.reset();
      }
    }

    @Override
    public void invalid(PduException e) {
      assertEquals(null, fault, "reported once only");
      fault = e;
    }
  }

  private static byte[] stream() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    PduCodecTest.examples().forEach(pdu -> all.writeBytes(PduCodec.encode(pdu)));
    return all.toByteArray();
  }

  private static Collector read(byte[] bytes, int... cuts) {
    Collector collector = new Collector();
    PduReader reader = new PduReader(MAX_DATA, collector);
    int from = 0;
    for (int cut : cuts) {
      reader.feed(ByteBuffer.wrap(bytes, from, cut - from));
      from = cut;
    }
    reader.feed(ByteBuffer.wrap(bytes, from, bytes.length - from));
    return collector;
  }

  @Test
  void theBordersOfReadsDoNotMatter() {
    byte[] bytes = stream();
    Collector whole = read(bytes);
    assertEquals(null, whole.fault);
    List<Object> expected = new ArrayList<>();
    for (Pdu pdu : PduCodecTest.examples()) {
      if (pdu instanceof Pdu.PDataTf) {
        expected.addAll(List.of("P-DATA-TF", "1 command 01020304", "255 data last "));
      } else {
        expected.add(pdu);
      }
    }
    assertEquals(expected, whole.found);
    for (int cut = 0; cut <= bytes.length; cut++) {
      assertEquals(expected, read(bytes, cut).found, "cut at " + cut);
    }
    int[] everywhere = new int[bytes.length];
    for (int i = 0; i < everywhere.length; i++) {
      everywhere[i] = i;
    }
    assertEquals(expected, read(bytes, everywhere).found, "byte by byte");
  }

  @Test
  void itKnowsWhetherItIsWithinAPdu() {
    PduReader reader = new PduReader(MAX_DATA, new Collector());
    byte[] release = PduCodec.encode(new Pdu.ReleaseRq());
    assertFalse(reader.inPdu());
    reader.feed(ByteBuffer.wrap(release, 0, 3));
    assertTrue(reader.inPdu());
    reader.feed(ByteBuffer.wrap(release, 3, 7));
    assertFalse(reader.inPdu());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0400 ffffffff", // 4 GiB of data
        "0400 00001001", // one byte more than agreed
        "0400 00000000", // no value at all
        "0400 00000005", // not even a value's header
        "0100 ffffffff", // a request of 4 GiB
        "0100 00080001", // a request above its bound
        "0300 00000005", // a reject is always 4 bytes
        "0700 00000003", // an abort is always 4 bytes
        "0700 7fffffff",
        "4745 54202f20", // GET / HTTP
        "1603 01020001", // TLS
        "0000 00000000",
      })
  void aHeaderThatCannotBeIsRefusedAtOnce(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    Collector collector = read(bytes);
    assertTrue(collector.fault != null, "refused with the header alone");
    assertEquals(List.of(), collector.found);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "0400 0000000a 00000001 0103 00000000", // shorter than its own header
        "0400 0000000a 00000007 0103 00000000", // longer than its PDU
        "0400 0000000a ffffffff 0103 00000000",
        "0400 0000000a 00000004 0103 0000 0000", // two bytes left over
      })
  void aValueMustFitItsPdu(String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex.replace(" ", ""));
    assertTrue(read(bytes).fault != null);
  }

  @Test
  void afterAnErrorNothingMoreIsRead() {
    byte[] release = PduCodec.encode(new Pdu.ReleaseRq());
    Collector collector = new Collector();
    PduReader reader = new PduReader(MAX_DATA, collector);
    reader.feed(ByteBuffer.wrap(new byte[6]));
    reader.feed(ByteBuffer.wrap(release));
    assertEquals(List.of(), collector.found);
  }

  /** Random mutations of a good stream in random portions: an error or PDUs, nothing else. */
  @Test
  void fuzz() {
    Random random = new Random(20260131);
    byte[] good = stream();
    long until = System.nanoTime() + 3_000_000_000L;
    int rounds = 0;
    int faults = 0;
    while (rounds < 20_000 || System.nanoTime() < until && rounds < 2_000_000) {
      byte[] bytes = mutate(good, random);
      Collector collector = new Collector();
      PduReader reader = new PduReader(MAX_DATA, collector);
      for (int from = 0; from < bytes.length; ) {
        int length = Math.min(bytes.length - from, 1 + random.nextInt(200));
        reader.feed(ByteBuffer.wrap(bytes, from, length));
        from += length;
      }
      assertTrue(collector.delivered <= bytes.length, "no byte from nowhere");
      faults += collector.fault == null ? 0 : 1;
      for (Object found : collector.found) {
        if (found instanceof Pdu pdu) {
          reencode(pdu);
        }
      }
      rounds++;
    }
    assertTrue(faults > rounds / 10, "mutations do find errors: " + faults + " of " + rounds);
  }

  /** What was decoded can be encoded, and is then understood as the same. */
  private static void reencode(Pdu pdu) {
    byte[] bytes = PduCodec.encode(pdu);
    try {
      assertEquals(
          pdu, PduCodec.decode(bytes[0] & 0xFF, ByteBuffer.wrap(bytes, 6, bytes.length - 6)));
    } catch (PduException e) {
      throw new AssertionError("own encoding refused: " + pdu, e);
    }
  }

  private static byte[] mutate(byte[] good, Random random) {
    byte[] bytes = good.clone();
    int count = 1 + random.nextInt(4);
    for (int i = 0; i < count; i++) {
      int at = random.nextInt(bytes.length);
      switch (random.nextInt(5)) {
        case 0 -> bytes[at] = (byte) random.nextInt(256);
        case 1 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> bytes[at] = (byte) (random.nextBoolean() ? 0xFF : 0);
        case 3 -> bytes = java.util.Arrays.copyOf(bytes, Math.max(1, at));
        default -> {
          int length = Math.min(random.nextInt(16), bytes.length - at);
          System.arraycopy(good, random.nextInt(good.length - 16), bytes, at, length);
        }
      }
    }
    return bytes;
  }
}
