// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/**
 * Zip archives (APPNOTE.TXT 6.3.10) member by member, also such as no honest program writes; sizes
 * and checksums stand in the local headers.
 */
final class TestZip {
  static final int STORED = 0;
  static final int DEFLATED = 8;

  private static final int ENCRYPTED = 1;
  private static final long IN_ZIP64 = 0xFFFFFFFFL;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final List<byte[]> directory = new ArrayList<>();
  private boolean zip64;

  /** What a header says of a member, true or not. */
  record Header(int flags, int method, long crc, long packed, long size) {}

  /** A member as it should be. */
  TestZip add(String name, byte[] content) {
    byte[] packed = deflate(content);
    return put(name, header(DEFLATED, content, packed), packed);
  }

  TestZip stored(String name, byte[] content) {
    return put(name, header(STORED, content, content), content);
  }

  /** Flagged as encrypted. */
  TestZip encrypted(String name, byte[] content) {
    byte[] packed = deflate(content);
    Header h = header(DEFLATED, content, packed);
    return put(name, new Header(ENCRYPTED, h.method(), h.crc(), h.packed(), h.size()), packed);
  }

  /** With the checksum of something else. */
  TestZip damaged(String name, byte[] content) {
    byte[] packed = deflate(content);
    Header h = header(DEFLATED, content, packed);
    return put(name, new Header(0, h.method(), h.crc() ^ 1, h.packed(), h.size()), packed);
  }

  /** Of a compression that browsers do not know, or that is not what it says. */
  TestZip method(String name, int method, byte[] content) {
    Header h = header(method, content, content);
    return put(name, h, content);
  }

  /** Longer than its header says. */
  TestZip longer(String name, byte[] content, long said) {
    byte[] packed = deflate(content);
    Header h = header(DEFLATED, content, packed);
    return put(name, new Header(0, h.method(), h.crc(), h.packed(), said), packed);
  }

  /** Another name for the member whose local header is at an offset. */
  TestZip again(String name, int offset, byte[] content) {
    directory.add(central(name, header(DEFLATED, content, deflate(content)), offset));
    return this;
  }

  /** From here on sizes and offsets are in extra fields of 64 bits. */
  TestZip zip64() {
    zip64 = true;
    return this;
  }

  int size() {
    return out.size();
  }

  private static Header header(int method, byte[] content, byte[] packed) {
    CRC32 crc = new CRC32();
    crc.update(content);
    return new Header(0, method, crc.getValue(), packed.length, content.length);
  }

  private static byte[] deflate(byte[] content) {
    Deflater deflater = new Deflater(Deflater.DEFAULT_COMPRESSION, true);
    deflater.setInput(content);
    deflater.finish();
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    byte[] piece = new byte[1 << 16];
    while (!deflater.finished()) {
      packed.write(piece, 0, deflater.deflate(piece));
    }
    deflater.end();
    return packed.toByteArray();
  }

  private TestZip put(String name, Header h, byte[] packed) {
    int offset = out.size();
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = buffer(30 + text.length + 20);
    b.putInt(0x04034b50);
    fields(b, h);
    b.putShort((short) text.length).putShort((short) (zip64 ? 20 : 0)).put(text);
    if (zip64) {
      b.putShort((short) 1).putShort((short) 16).putLong(h.size()).putLong(h.packed());
    }
    out.write(b.array(), 0, b.position());
    out.writeBytes(packed);
    directory.add(central(name, h, offset));
    return this;
  }

  private byte[] central(String name, Header h, int offset) {
    byte[] text = name.getBytes(StandardCharsets.UTF_8);
    ByteBuffer b = buffer(46 + text.length + 28);
    b.putInt(0x02014b50).putShort((short) 45);
    fields(b, h);
    b.putShort((short) text.length).putShort((short) (zip64 ? 28 : 0)).putShort((short) 0);
    b.putShort((short) 0).putShort((short) 0).putInt(0);
    b.putInt((int) (zip64 ? IN_ZIP64 : offset)).put(text);
    if (zip64) {
      b.putShort((short) 1).putShort((short) 24).putLong(h.size()).putLong(h.packed());
      b.putLong(offset);
    }
    byte[] record = new byte[b.position()];
    b.flip().get(record);
    return record;
  }

  private void fields(ByteBuffer b, Header h) {
    b.putShort((short) 45).putShort((short) (h.flags() | 0x800)).putShort((short) h.method());
    b.putInt(0).putInt((int) h.crc());
    b.putInt((int) (zip64 ? IN_ZIP64 : h.packed())).putInt((int) (zip64 ? IN_ZIP64 : h.size()));
  }

  private static ByteBuffer buffer(int size) {
    return ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
  }

  byte[] bytes() {
    ByteArrayOutputStream all = new ByteArrayOutputStream();
    all.writeBytes(out.toByteArray());
    int start = all.size();
    directory.forEach(all::writeBytes);
    int length = all.size() - start;
    if (zip64) {
      ByteBuffer b = buffer(56 + 20);
      b.putInt(0x06064b50).putLong(44).putShort((short) 45).putShort((short) 45).putInt(0);
      b.putInt(0).putLong(directory.size()).putLong(directory.size()).putLong(length);
      b.putLong(start);
      b.putInt(0x07064b50).putInt(0).putLong(start + length).putInt(1);
      all.writeBytes(b.array());
    }
    ByteBuffer end = buffer(22);
    short entries = (short) (zip64 ? -1 : directory.size());
    end.putInt(0x06054b50).putShort((short) 0).putShort((short) 0).putShort(entries);
    end.putShort(entries).putInt((int) (zip64 ? IN_ZIP64 : length));
    end.putInt((int) (zip64 ? IN_ZIP64 : start)).putShort((short) 0);
    all.writeBytes(end.array());
    return all.toByteArray();
  }
}
