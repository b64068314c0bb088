// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What was written reads back the same, in each transfer syntax. */
class RoundTripTest {

  /** Same attributes, VRs and values (but for padding), down to the last item. */
  static void assertSame(DataSet expected, DataSet actual) throws DicomException {
    assertEquals(List.copyOf(expected.tags()), List.copyOf(actual.tags()));
    for (int tag : expected.tags()) {
      String where = Tag.describe(tag);
      assertEquals(expected.vr(tag), actual.vr(tag), where);
      List<DataSet> items = expected.items(tag);
      assertEquals(items.size(), actual.items(tag).size(), where);
      for (int i = 0; i < items.size(); i++) {
        assertSame(items.get(i), actual.items(tag).get(i));
      }
      assertEquals(expected.strings(tag), actual.strings(tag), where);
      assertEquals(expected.fragments(tag), actual.fragments(tag), where);
      if (!expected.vr(tag).orElseThrow().isText() && expected.bytes(tag).isPresent()) {
        byte[] value = expected.bytes(tag).orElseThrow();
        assertArrayEquals(
            Arrays.copyOf(value, value.length + value.length % 2),
            actual.bytes(tag).orElseThrow(),
            where);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TransferSyntax.class,
      names = {
        "IMPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_LITTLE_ENDIAN",
        "DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN",
        "EXPLICIT_VR_BIG_ENDIAN"
      })
  void randomDataSets(TransferSyntax syntax) throws DicomException {
    Random random = new Random(20_01);
    int attributes = 0;
    for (int i = 0; i < 300; i++) {
      DataSet written = Samples.random(random, 0);
      byte[] encoded = DataSets.encode(written, syntax);
      DataSet read = DataSets.decode(encoded, syntax);
      assertSame(written, read);
      assertArrayEquals(encoded, DataSets.encode(read, syntax));
      attributes += read.size();
    }
    assertTrue(attributes > 3000, "attributes " + attributes);
  }

  @Test
  void encapsulatedPixelData() throws DicomException {
    DataSet written =
        Samples.image(8, 8, 16, 16, true)
            .putFragments(
                Tag.PixelData, new byte[0], List.of(new byte[] {1, 2, 3, 4}, new byte[] {5, 6}));
    byte[] encoded = DataSets.encode(written, TransferSyntax.RLE_LOSSLESS);
    DataSet read = DataSets.decode(encoded, TransferSyntax.RLE_LOSSLESS);
    assertSame(written, read);
    assertEquals(3, read.fragments(Tag.PixelData).size());
    assertThrows(
        DicomException.class,
        () -> DataSets.encode(read, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
    assertThrows(
        DicomException.class,
        () ->
            DataSets.encode(
                new DataSet().putBytes(Tag.PixelData, VR.OW, new byte[2]),
                TransferSyntax.RLE_LOSSLESS));
  }

  /** PS3.7 section 6.3.1: Implicit VR Little Endian, group length first. */
  @Test
  void commandSets() throws DicomException {
    DataSet command =
        new DataSet()
            .put(Tag.AffectedSOPClassUID, VR.UI, SopClass.VERIFICATION)
            .putInts(Tag.CommandField, VR.US, 0x0030)
            .putInts(Tag.MessageID, VR.US, 1)
            .putInts(Tag.CommandDataSetType, VR.US, 0x0101);
    byte[] encoded = DataSets.encode(command, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    assertArrayEquals(
        new byte[] {0, 0, 0, 0, 4, 0, 0, 0, 56, 0, 0, 0, 0, 0, 2, 0, 18, 0, 0, 0},
        Arrays.copyOf(encoded, 20));
    assertEquals(12 + 56, encoded.length);
    DataSet read = DataSets.decode(encoded, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    assertEquals(56, read.integer(Tag.CommandGroupLength).orElseThrow());
    assertEquals(0x0030, read.integer(Tag.CommandField).orElseThrow());
    assertEquals(SopClass.VERIFICATION, read.string(Tag.AffectedSOPClassUID).orElseThrow());
  }

  /** PS3.5 section 6.2.2: what a 16-bit length cannot say is written as UN. */
  @Test
  void valuesTooLongForAShortLength() throws DicomException {
    double[] table = new Random(3).doubles(9000, -1, 1).toArray();
    DataSet written = new DataSet().putDoubles(Tag.WindowCenter, VR.DS, table);
    byte[] encoded = DataSets.encode(written, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    assertEquals("UN", "" + (char) encoded[4] + (char) encoded[5]);
    assertSame(written, DataSets.decode(encoded, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
  }

  @ParameterizedTest
  @EnumSource(DurabilityCase.class)
  void files(DurabilityCase durability, @TempDir Path folder) throws IOException {
    DataSet dataSet =
        Samples.image(4, 4, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[16]);
    for (TransferSyntax syntax : TransferSyntax.values()) {
      if (syntax.encapsulated()) {
        continue;
      }
      Path path = folder.resolve("image.dcm");
      DicomFiles.write(path, DicomFile.of(syntax, dataSet), durability.options);
      assertTrue(DicomFiles.isDicom(path));
      DicomFile read = DicomFiles.read(path);
      assertEquals(syntax, read.transferSyntax());
      assertSame(dataSet, read.dataSet());
      DataSet meta = read.fileMetaInformation();
      assertEquals(Samples.SOP_INSTANCE, meta.string(Tag.MediaStorageSOPInstanceUID).orElseThrow());
      assertEquals(syntax.uid(), meta.string(Tag.TransferSyntaxUID).orElseThrow());
      byte[] bytes = Files.readAllBytes(path);
      int groupLength = meta.integer(Tag.FileMetaInformationGroupLength).orElseThrow();
      byte[] body = Arrays.copyOfRange(bytes, 128 + 4 + 12 + groupLength, bytes.length);
      assertArrayEquals(DataSets.encode(dataSet, syntax), body);
      DataSet header = DicomFiles.readHeader(path).dataSet();
      assertSame(dataSet.copy().remove(Tag.PixelData), header);
    }
    try (Stream<Path> left = Files.list(folder)) {
      assertEquals(1, left.count(), "nothing is left beside the file");
    }
  }

  enum DurabilityCase {
    PLAIN,
    DURABLE(DicomFiles.WriteOption.DURABLE);

    final DicomFiles.WriteOption[] options;

    DurabilityCase(DicomFiles.WriteOption... options) {
      this.options = options;
    }
  }

  @Test
  void aFileNeedsItsUids() {
    DataSet dataSet = Samples.image(4, 4, 16, 16, true).remove(Tag.SOPInstanceUID);
    DicomException e =
        assertThrows(
            DicomException.class,
            () ->
                DicomFiles.encode(DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, dataSet)));
    assertTrue(e.getMessage().contains("SOPInstanceUID (0008,0018)"), e.getMessage());
  }

  /** The header of a large file is read without the rest. */
  /** PS3.10 section 7.2; in Implicit VR they would even be taken for a part of the header. */
  @Test
  void elementsOfMessagesStayOutOfFiles() throws DicomException {
    DataSet dataSet =
        Samples.image(4, 4, 16, 16, true)
            .putInts(Tag.CommandField, VR.US, 0x0001)
            .put(Tag.MediaStorageSOPInstanceUID, VR.UI, "2.25.5");
    byte[] bytes =
        DicomFiles.encode(DicomFile.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, dataSet));
    DicomFile read = DicomFiles.read(bytes);
    assertEquals(
        Samples.SOP_INSTANCE,
        read.fileMetaInformation().string(Tag.MediaStorageSOPInstanceUID).orElseThrow());
    dataSet.remove(Tag.CommandField).remove(Tag.MediaStorageSOPInstanceUID);
    assertSame(dataSet, read.dataSet());
  }

  /** Some senders put them there: they are read as a part of the data set, in its encoding. */
  @Test
  void elementsOfMessagesInFilesAreRead() throws DicomException {
    byte[] file =
        DicomFiles.encode(
            DicomFile.of(
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, Samples.image(4, 4, 16, 16, true)));
    int header = 144 + ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getInt(140);
    byte[] command = {0, 0, 0, 1, 2, 0, 0, 0, 1, 0};
    byte[] whole =
        ByteBuffer.allocate(file.length + command.length)
            .put(file, 0, header)
            .put(command)
            .put(file, header, file.length - header)
            .array();
    DataSet read = DicomFiles.read(whole).dataSet();
    assertEquals(1, read.integer(Tag.CommandField).orElseThrow());
    assertSame(Samples.image(4, 4, 16, 16, true), read.remove(Tag.CommandField));
  }

  @Test
  void headersLargerThanTheFirstChunk(@TempDir Path folder) throws IOException {
    DataSet dataSet = Samples.image(4, 4, 16, 16, true);
    byte[] noise = new byte[700_000];
    new Random(5).nextBytes(noise);
    dataSet.putBytes(Tag.ICCProfile, VR.OB, noise);
    dataSet.putShorts(Tag.PixelData, VR.OW, new short[16]);
    for (TransferSyntax syntax :
        List.of(
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
            TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)) {
      Path path = folder.resolve("large.dcm");
      DicomFiles.write(path, DicomFile.of(syntax, dataSet));
      DataSet header = DicomFiles.readHeader(path).dataSet();
      assertArrayEquals(noise, header.bytes(Tag.ICCProfile).orElseThrow());
      assertEquals(4, header.integer(Tag.Rows).orElseThrow());
    }
  }
}
