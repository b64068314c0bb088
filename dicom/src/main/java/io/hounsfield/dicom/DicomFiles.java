// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Optional;

/** Reads and writes DICOM files, PS3.10 section 7. */
public final class DicomFiles {
  /** Largest file, and largest inflated data set, that is read: 1 GiB. */
  public static final int MAX_BYTES = 1 << 30;

  private static final int PREAMBLE_BYTES = 128;
  private static final int PREFIX_BYTES = PREAMBLE_BYTES + 4;
  private static final int FIRST_CHUNK_BYTES = 64 << 10;
  private static final int GROUP_7FE0 = 0x7FE00000;

  /** How a file is written. */
  public enum WriteOption {
    /**
     * Written aside in the same directory ({@code <name>.part}), flushed to the disk, renamed over
     * the target, and the directory flushed: afterwards the file is whole or not there.
     */
    DURABLE
  }

  private DicomFiles() {}

  /**
   * Reads a whole file; pixel data stays undecoded. A file without preamble and meta information is
   * read when its first bytes make a plausible data set.
   *
   * @throws DicomException when it is no DICOM file, damaged, truncated, or over {@link #MAX_BYTES}
   */
  public static DicomFile read(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      return named(path, () -> read(readBytes(channel, checkedSize(channel))));
    }
  }

  /**
   * Reads the attributes before the pixel data (group 7FE0), and as a rule no more than the first
   * 64 KiB of the file. Whether the pixel data is there and whole is not checked.
   */
  public static DicomFile readHeader(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      int size = checkedSize(channel);
      return named(
          path,
          () -> {
            for (int count = FIRST_CHUNK_BYTES; ; count = (int) Math.min(4L * count, MAX_BYTES)) {
              byte[] bytes = readBytes(channel, Math.min(count, size));
              try {
                return read(ByteBuffer.wrap(bytes), GROUP_7FE0, bytes.length < size);
              } catch (DataSetReader.Truncated e) {
                if (bytes.length == size) {
                  throw e;
                }
              }
            }
          });
    }
  }

  /** Reads a file from memory; the result shares the array. */
  public static DicomFile read(byte[] bytes) throws DicomException {
    return read(ByteBuffer.wrap(bytes));
  }

  /** Reads a file from what remains in the buffer; the result shares an array-backed buffer. */
  public static DicomFile read(ByteBuffer buffer) throws DicomException {
    return read(buffer, 0, false);
  }

  /** True when the file starts like a DICOM file or like a plausible data set without a header. */
  public static boolean isDicom(Path path) throws IOException {
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      byte[] start = readBytes(channel, (int) Math.min(channel.size(), PREFIX_BYTES + 16));
      return hasPrefix(start, 0, start.length) || guess(start, 0, start.length, true).isPresent();
    }
  }

  /**
   * Writes a file: preamble, file meta information, data set in the file's transfer syntax. The
   * meta information's mandatory attributes are set from the data set and from this implementation;
   * elements of groups 0000 and 0002, which belong to messages and headers, are left out of the
   * data set.
   */
  public static void write(Path path, DicomFile file, WriteOption... options) throws IOException {
    byte[] encoded = encode(file);
    if (Arrays.asList(options).contains(WriteOption.DURABLE)) {
      writeDurably(path, encoded);
    } else {
      Files.write(path, encoded);
    }
  }

  /** The bytes of a file as {@link #write} writes them. */
  public static byte[] encode(DicomFile file) throws DicomException {
    DataSet dataSet = file.dataSet();
    String sopClass = required(dataSet, Tag.SOPClassUID);
    String sopInstance = required(dataSet, Tag.SOPInstanceUID);
    DataSet meta = file.fileMetaInformation().copy();
    meta.copy(
        fileMetaInformation(sopClass, sopInstance, file.transferSyntax()),
        Tag.FileMetaInformationVersion,
        Tag.MediaStorageSOPClassUID,
        Tag.MediaStorageSOPInstanceUID,
        Tag.TransferSyntaxUID,
        Tag.ImplementationClassUID,
        Tag.ImplementationVersionName);
    byte[] header = encodeHeader(meta);
    byte[] body = DataSets.encode(withoutHeaders(dataSet), file.transferSyntax());
    byte[] whole = Arrays.copyOf(header, Math.addExact(header.length, body.length));
    System.arraycopy(body, 0, whole, header.length, body.length);
    return whole;
  }

  /** Elements of messages and of file headers are none of a data set's, PS3.10 section 7.2. */
  private static DataSet withoutHeaders(DataSet dataSet) {
    int[] strays =
        dataSet.tags().stream()
            .mapToInt(tag -> tag)
            .filter(tag -> tag >>> 16 == 0x0000 || tag >>> 16 == 0x0002)
            .toArray();
    if (strays.length == 0) {
      return dataSet;
    }
    DataSet rest = dataSet.copy();
    for (int tag : strays) {
      rest.remove(tag);
    }
    return rest;
  }

  /** File meta information of an instance, with the names of this implementation. */
  public static DataSet fileMetaInformation(
      String sopClassUid, String sopInstanceUid, TransferSyntax syntax) {
    return new DataSet()
        .putBytes(Tag.FileMetaInformationVersion, VR.OB, new byte[] {0, 1})
        .put(Tag.MediaStorageSOPClassUID, VR.UI, sopClassUid)
        .put(Tag.MediaStorageSOPInstanceUID, VR.UI, sopInstanceUid)
        .put(Tag.TransferSyntaxUID, VR.UI, syntax.uid())
        .put(Tag.ImplementationClassUID, VR.UI, UIDs.IMPLEMENTATION_CLASS)
        .put(Tag.ImplementationVersionName, VR.SH, UIDs.IMPLEMENTATION_VERSION_NAME);
  }

  /**
   * Preamble, {@code DICM} and the file meta information with its group length: what stands before
   * an encoded data set in a file.
   */
  public static byte[] encodeHeader(DataSet fileMetaInformation) throws DicomException {
    byte[] meta =
        DataSetWriter.encode(fileMetaInformation, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    byte[] header = new byte[PREFIX_BYTES + meta.length];
    header[PREAMBLE_BYTES] = 'D';
    header[PREAMBLE_BYTES + 1] = 'I';
    header[PREAMBLE_BYTES + 2] = 'C';
    header[PREAMBLE_BYTES + 3] = 'M';
    System.arraycopy(meta, 0, header, PREFIX_BYTES, meta.length);
    return header;
  }

  // Reading

  private static DicomFile read(ByteBuffer buffer, int stopBefore, boolean partial)
      throws DicomException {
    ByteBuffer source = buffer;
    if (!buffer.hasArray()) {
      source = ByteBuffer.allocate(buffer.remaining()).put(buffer.duplicate()).flip();
    }
    byte[] bytes = source.array();
    int start = source.arrayOffset() + source.position();
    int end = start + source.remaining();
    DataSet meta = new DataSet();
    int at = start;
    boolean prefix = hasPrefix(bytes, start, end);
    if (prefix) {
      at = start + PREFIX_BYTES;
    }
    if (isGroup2(bytes, at, end)) {
      boolean explicit = isExplicit(bytes, at);
      int metaEnd = explicit ? endByGroupLength(bytes, at, end) : end;
      DataSetReader reader = new DataSetReader(bytes, at, metaEnd - at, explicit, false);
      meta = reader.only(0x0002).read();
      at = reader.position();
    }
    Optional<String> uid = meta.string(Tag.TransferSyntaxUID);
    TransferSyntax syntax;
    if (uid.isPresent()) {
      syntax =
          TransferSyntax.of(uid.get())
              .orElseThrow(
                  () ->
                      DicomException.in(
                          Tag.TransferSyntaxUID,
                          "unknown transfer syntax "
                              + uid.get().replaceAll("[^0-9.]", "?")
                              + "; convert the file to Explicit VR Little Endian"));
    } else {
      boolean headless = !prefix && meta.isEmpty();
      syntax =
          guess(bytes, at, end, headless)
              .orElseThrow(
                  () ->
                      new DicomException(
                          headless
                              ? "Not a DICOM file: no DICM at byte 128, and byte 0 starts no data"
                                  + " set"
                              : "File meta information without TransferSyntaxUID (0002,0010), and"
                                  + " the data set's encoding cannot be told"));
    }
    ByteBuffer body = ByteBuffer.wrap(bytes, at, end - at);
    DataSet dataSet =
        partial && syntax.deflated()
            ? DataSets.decodeDeflatedStart(body, stopBefore)
            : DataSets.decode(body, syntax, stopBefore);
    if (dataSet.isEmpty()) {
      throw new DicomException("The file ends before its data set; it is truncated or empty");
    }
    return new DicomFile(meta, syntax, dataSet);
  }

  private static boolean hasPrefix(byte[] bytes, int start, int end) {
    int at = start + PREAMBLE_BYTES;
    return end - start >= PREFIX_BYTES
        && bytes[at] == 'D'
        && bytes[at + 1] == 'I'
        && bytes[at + 2] == 'C'
        && bytes[at + 3] == 'M';
  }

  private static boolean isGroup2(byte[] bytes, int at, int end) {
    return end - at >= 8 && bytes[at] == 2 && bytes[at + 1] == 0 && bytes[at + 3] == 0;
  }

  private static boolean isExplicit(byte[] bytes, int at) {
    return VR.of(bytes[at + 4], bytes[at + 5]) != null;
  }

  /**
   * Where the file meta information ends by its group length, PS3.10 section 7.1, so that a data
   * set that begins with a stray element of group 0002 is not taken for a part of it. Group lengths
   * that are wrong do occur: one that ends within an element, before the transfer syntax, or with
   * more of the group in ascending order behind it does not count, and the group's last element is
   * the end.
   */
  private static int endByGroupLength(byte[] bytes, int at, int end) {
    ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    if (end - at < 12 || tag(little, at) != Tag.FileMetaInformationGroupLength) {
      return end;
    }
    long announced = at + 12 + (little.getInt(at + 8) & 0xFFFFFFFFL);
    if (announced > end) {
      return end;
    }
    int groupEnd = (int) announced;
    DataSet meta;
    try {
      meta = new DataSetReader(bytes, at, groupEnd - at, true, false).only(0x0002).read();
    } catch (DicomException e) {
      return end; // what is really wrong is found on the way there
    }
    boolean goesOn =
        isGroup2(bytes, groupEnd, end)
            && isExplicit(bytes, groupEnd)
            && meta.tags().stream().allMatch(tag -> tag < tag(little, groupEnd));
    return meta.contains(Tag.TransferSyntaxUID) && !goesOn ? groupEnd : end;
  }

  private static int tag(ByteBuffer little, int at) {
    return little.getShort(at) << 16 | little.getShort(at + 2) & 0xFFFF;
  }

  /**
   * The uncompressed encoding of a data set, told by its first element: known to the dictionary, of
   * a low group, and of a VR or length that suits it.
   *
   * @param strict the file has no DICM prefix that vouches for it
   */
  private static Optional<TransferSyntax> guess(byte[] bytes, int at, int end, boolean strict) {
    if (end - at < 8) {
      return Optional.empty();
    }
    ByteBuffer little = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    boolean bigEndian = bytes[at] == 0 && bytes[at + 1] != 0;
    int group = bigEndian ? bytes[at + 1] & 0xFF : little.getShort(at) & 0xFFFF;
    int element =
        (bigEndian ? Short.reverseBytes(little.getShort(at + 2)) : little.getShort(at + 2))
            & 0xFFFF;
    int tag = group << 16 | element;
    if (group > 0x0010 || (strict && group != 2 && group != 8)) {
      return Optional.empty();
    }
    VR listed = Tag.vr(tag, false);
    if (listed == VR.UN) {
      return Optional.empty();
    }
    VR vr = VR.of(bytes[at + 4], bytes[at + 5]);
    if (vr == listed) {
      return Optional.of(
          bigEndian
              ? TransferSyntax.EXPLICIT_VR_BIG_ENDIAN
              : TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }
    int length = little.getInt(at + 4);
    boolean plausible = length >= 0 && length <= 1024 || listed == VR.SQ;
    return !bigEndian && plausible
        ? Optional.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN)
        : Optional.empty();
  }

  private interface Reading {
    DicomFile run() throws IOException;
  }

  /** Faults say which file, by its last name only: directories may hold names of patients. */
  private static DicomFile named(Path path, Reading reading) throws IOException {
    try {
      return reading.run();
    } catch (DicomException e) {
      throw new DicomException(path.getFileName() + ": " + e.getMessage(), e);
    }
  }

  private static int checkedSize(FileChannel channel) throws IOException {
    long size = channel.size();
    if (size > MAX_BYTES) {
      throw new DicomException(
          "a file of " + size + " bytes is over the limit of " + MAX_BYTES + " bytes");
    }
    return (int) size;
  }

  private static byte[] readBytes(FileChannel channel, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, buffer.position()) < 0) {
        throw new EOFException("the file became shorter while it was read");
      }
    }
    return buffer.array();
  }

  // Writing

  private static String required(DataSet dataSet, int tag) throws DicomException {
    return dataSet
        .string(tag)
        .filter(Uid::isValid)
        .orElseThrow(() -> DicomException.in(tag, "a file needs a valid UID here"));
  }

  private static void writeDurably(Path path, byte[] bytes) throws IOException {
    Path target = path.toAbsolutePath();
    Path aside = target.resolveSibling(target.getFileName() + ".part");
    try (FileChannel channel =
        FileChannel.open(
            aside,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer buffer = ByteBuffer.wrap(bytes);
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      channel.force(true);
    } catch (IOException e) {
      Files.deleteIfExists(aside);
      throw e;
    }
    Files.move(aside, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    try (FileChannel directory = FileChannel.open(target.getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
