// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.Deflater;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Encodings as the standard describes them, as others write them, and as an attacker would. */
@Timeout(60)
class DataSetReaderTest {
  private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
  private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
  private static final TransferSyntax DEFLATED = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;

  /** Hexadecimal with text in quotes: {@code 0800 1800 'UI' 0400 '1.2' 00}. */
  private static byte[] bytes(String annotated) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    String[] parts = annotated.split("'", -1);
    for (int i = 0; i < parts.length; i++) {
      out.writeBytes(
          i % 2 == 1
              ? parts[i].getBytes(StandardCharsets.ISO_8859_1)
              : HexFormat.of().parseHex(parts[i].replaceAll("\\s", "")));
    }
    return out.toByteArray();
  }

  private static DataSet explicit(String annotated) throws DicomException {
    return DataSets.decode(bytes(annotated), EXPLICIT);
  }

  private static String fault(byte[] bytes, TransferSyntax syntax) {
    return assertThrows(DicomException.class, () -> DataSets.decode(bytes, syntax)).getMessage();
  }

  @Test
  void sequencesOfDefinedAndUndefinedLength() throws DicomException {
    String code = "0800 0001 'SH' 0200 'T1'";
    for (String sequence :
        List.of(
            "0800 1822 'SQ' 0000 12000000  FEFF 00E0 0A000000 " + code,
            "0800 1822 'SQ' 0000 FFFFFFFF  FEFF 00E0 0A000000 " + code + " FEFF DDE0 00000000",
            "0800 1822 'SQ' 0000 1A000000  FEFF 00E0 FFFFFFFF " + code + " FEFF 0DE0 00000000",
            "0800 1822 'SQ' 0000 FFFFFFFF  FEFF 00E0 FFFFFFFF "
                + code
                + " FEFF 0DE0 00000000 FEFF DDE0 00000000")) {
      DataSet dataSet = explicit(sequence + " 1000 2000 'LO' 0200 '17'");
      List<DataSet> items = dataSet.items(Tag.AnatomicRegionSequence);
      assertEquals(1, items.size(), sequence);
      assertEquals("T1", items.get(0).string(Tag.CodeValue).orElseThrow());
      assertEquals("17", dataSet.string(Tag.PatientID).orElseThrow());
    }
  }

  /** PS3.5 section 6.2.2: UN of undefined length is a sequence in Implicit VR Little Endian. */
  @Test
  void unknownVrWithUndefinedLength() throws DicomException {
    DataSet dataSet =
        explicit(
            "0900 0110 'UN' 0000 FFFFFFFF  FEFF 00E0 FFFFFFFF 0800 0001 02000000 'T1'"
                + " FEFF 0DE0 00000000 FEFF DDE0 00000000 1000 2000 'LO' 0200 '17'");
    assertEquals("T1", dataSet.items(0x00091001).get(0).string(Tag.CodeValue).orElseThrow());
    assertEquals("17", dataSet.string(Tag.PatientID).orElseThrow());
  }

  @Test
  void knownAttributesWrittenAsUnknown() throws DicomException {
    DataSet dataSet =
        explicit(
            "0800 1822 'UN' 0000 12000000  FEFF 00E0 0A000000 0800 0001 02000000 'T1'"
                + " 2800 1000 'UN' 0000 02000000 0002");
    assertEquals(512, dataSet.integer(Tag.Rows).orElseThrow());
    assertEquals(
        "T1", dataSet.items(Tag.AnatomicRegionSequence).get(0).string(Tag.CodeValue).orElseThrow());
  }

  /** Private sequences in private sequences, each with undefined length, in both encodings. */
  @Test
  void nestedPrivateSequencesOfUndefinedLength() throws DicomException {
    String item = " FEFF 00E0 FFFFFFFF";
    String itemEnd = " FEFF 0DE0 00000000";
    String end = " FEFF DDE0 00000000";
    String implicit =
        "0900 1000 04000000 'ACME' 0900 0110 FFFFFFFF"
            + item
            + " 0900 0110 FFFFFFFF"
            + item
            + " 0900 0210 03000000 'odd'"
            + itemEnd
            + end
            + itemEnd
            + end
            + " 1000 2000 02000000 '17'";
    String explicit =
        "0900 1000 'LO' 0400 'ACME' 0900 0110 'SQ' 0000 FFFFFFFF"
            + item
            + " 0900 0110 'UN' 0000 FFFFFFFF"
            + item
            + " 0900 0210 03000000 'odd'"
            + itemEnd
            + end
            + itemEnd
            + end
            + " 1000 2000 'LO' 0200 '17'";
    for (DataSet dataSet :
        List.of(DataSets.decode(bytes(implicit), IMPLICIT), explicit(explicit))) {
      DataSet inner = dataSet.items(0x00091001).get(0).items(0x00091001).get(0);
      assertEquals("odd", inner.string(0x00091002).orElseThrow());
      assertEquals("17", dataSet.string(Tag.PatientID).orElseThrow());
      // What was odd is written even.
      byte[] again = DataSets.encode(dataSet, EXPLICIT);
      assertEquals(0, again.length % 2);
      assertEquals("17", DataSets.decode(again, EXPLICIT).string(Tag.PatientID).orElseThrow());
    }
  }

  @Test
  void aVrToComeHasALongLength() throws DicomException {
    DataSet dataSet = explicit("0900 0110 'ZZ' 0000 02000000 0102 1000 2000 'LO' 0200 '17'");
    assertEquals(VR.UN, dataSet.vr(0x00091001).orElseThrow());
    assertEquals("17", dataSet.string(Tag.PatientID).orElseThrow());
  }

  @Test
  void oddLengthsAndWrongGroupLengthsAreTolerated() throws DicomException {
    DataSet dataSet =
        explicit("0800 0000 'UL' 0400 FFFFFF7F 0800 1800 'UI' 0300 '1.2' 1000 2000 'LO' 0100 '1'");
    assertEquals("1.2", dataSet.string(Tag.SOPInstanceUID).orElseThrow());
    assertEquals("1", dataSet.string(Tag.PatientID).orElseThrow());
  }

  @Test
  void unorderedTagsAreSortedAndTheFirstOfTwoCounts() throws DicomException {
    DataSet dataSet =
        explicit("1000 2000 'LO' 0200 '17' 0800 6000 'CS' 0200 'CT' 1000 2000 'LO' 0200 '99'");
    assertEquals(List.of(Tag.Modality, Tag.PatientID), List.copyOf(dataSet.tags()));
    assertEquals("17", dataSet.string(Tag.PatientID).orElseThrow());
  }

  @Test
  void pixelRepresentationGivesImplicitPaddingItsSign() throws DicomException {
    DataSet dataSet =
        DataSets.decode(bytes("2800 0301 02000000 0100  2800 2001 02000000 30F8"), IMPLICIT);
    assertEquals(-2000, dataSet.integer(Tag.PixelPaddingValue).orElseThrow());
  }

  @Test
  void garbageAfterThePixelDataIsTolerated() throws DicomException {
    DataSet image = Samples.image(2, 2, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[4]);
    for (String garbage :
        List.of(
            "00", "0000000000000000000000", "'garbage, not DICOM at all'", "0A0D", "FCFFFCFF")) {
      for (TransferSyntax syntax : List.of(IMPLICIT, EXPLICIT)) {
        byte[] clean = DataSets.encode(image, syntax);
        byte[] tail = bytes(garbage);
        byte[] dirty = Arrays.copyOf(clean, clean.length + tail.length);
        System.arraycopy(tail, 0, dirty, clean.length, tail.length);
        DataSet read = DataSets.decode(dirty, syntax);
        RoundTripTest.assertSame(image, read);
      }
    }
  }

  @Test
  void zerosAfterAHeaderWithoutPixelDataAreTolerated() throws DicomException {
    DataSet dataSet = explicit("1000 2000 'LO' 0200 '17' 0000 0000 0000 0000 0000 0000");
    assertEquals(1, dataSet.size());
  }

  @Test
  void garbageBeforeThePixelDataIsAnError() {
    String message = fault(bytes("1000 2000 'LO' 0200 '17' 'garbage, not DICOM'"), EXPLICIT);
    assertTrue(message.contains("byte 10"), message);
  }

  @Test
  void truncationIsAnErrorThatSaysWhere() throws DicomException {
    DataSet image =
        Samples.image(16, 16, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[256]);
    byte[] whole = DataSets.encode(image, EXPLICIT);
    String message = fault(Arrays.copyOf(whole, whole.length - 1), EXPLICIT);
    assertTrue(message.contains("PixelData (7FE0,0010) at byte"), message);
    assertTrue(message.contains("announces 512 bytes, but only 511 remain"), message);
  }

  @Test
  void huge_lengths_are_refused_before_memory_is_given() {
    assertTrue(
        fault(bytes("0800 0500 'UT' 0000 FEFFFF7F 00"), EXPLICIT).contains("2147483646 bytes"));
    assertTrue(fault(bytes("0800 0500 FEFFFFFF 00"), IMPLICIT).contains("4294967294 bytes"));
    assertTrue(
        fault(bytes("0800 1822 'SQ' 0000 FFFFFFFF FEFF 00E0 FEFFFFFF 0000000000000000"), EXPLICIT)
            .contains("4294967294 bytes"));
    assertTrue(
        fault(
                bytes("E07F 1000 'OB' 0000 FFFFFFFF FEFF 00E0 00000000 FEFF 00E0 FEFFFFFF"),
                TransferSyntax.RLE_LOSSLESS)
            .contains("4294967294 bytes"));
  }

  @Test
  void undefinedLengthIsRefusedWhereItHasNoMeaning() {
    assertTrue(
        fault(bytes("0800 0500 'UT' 0000 FFFFFFFF 0000"), EXPLICIT).contains("undefined length"));
  }

  @Test
  void deepNestingIsRefused() {
    ByteBuffer nested = ByteBuffer.allocate(16 * 200_000).order(ByteOrder.LITTLE_ENDIAN);
    while (nested.hasRemaining()) {
      nested.putInt(0x22180008).putInt(-1).putInt(0xE000FFFE).putInt(-1);
    }
    String message = fault(nested.array(), IMPLICIT);
    assertTrue(message.contains("nested deeper than 64"), message);
  }

  @Test
  void countlessItemsAreRefused() {
    ByteBuffer items = ByteBuffer.allocate(8 + 8 * 2_000_000).order(ByteOrder.LITTLE_ENDIAN);
    items.putInt(0x22180008).putInt(8 * 2_000_000);
    while (items.hasRemaining()) {
      items.putInt(0xE000FFFE).putInt(0);
    }
    String message = fault(items.array(), IMPLICIT);
    assertTrue(message.contains("more than 1000000 elements"), message);
  }

  @Test
  void deflateBombsAreRefused() {
    Deflater deflater = new Deflater(9, true);
    byte[] bomb = new byte[300_000];
    byte[] zeros = new byte[1 << 20];
    int length = 0;
    for (int i = 0; i < 200; i++) {
      deflater.setInput(zeros);
      length += deflater.deflate(bomb, length, bomb.length - length);
    }
    deflater.finish();
    length += deflater.deflate(bomb, length, bomb.length - length);
    deflater.end();
    String message = fault(Arrays.copyOf(bomb, length), DEFLATED);
    assertTrue(message.contains("refused to bound memory"), message);
  }

  /**
   * Also where the end mark follows the byte that filled the buffer, or nothing comes before it.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 65535, 65536, 65537, 131072, 262144})
  void deflatedStreamsOfAnyLength(int length) throws DicomException {
    ByteBuffer deflated = ByteBuffer.wrap(Deflate.deflate(new byte[length]));
    assertEquals(length, Deflate.inflate(deflated).remaining());
  }

  @Test
  void deflatedStreamsMustEnd() throws DicomException {
    byte[] whole = DataSets.encode(Samples.image(4, 4, 16, 16, true), DEFLATED);
    assertTrue(fault(Arrays.copyOf(whole, whole.length / 2), DEFLATED).contains("truncated"));
  }

  @Test
  void aPrefixGivesTheElementsThatAreThereAsAWhole() throws DicomException {
    DataSet image =
        Samples.image(4, 4, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[16]);
    for (TransferSyntax syntax : List.of(IMPLICIT, EXPLICIT, DEFLATED)) {
      byte[] whole = DataSets.encode(image, syntax);
      for (int length = 0; length <= whole.length; length++) {
        DataSet start =
            DataSets.decodePrefix(ByteBuffer.wrap(whole, 0, length), syntax, Tag.PixelData);
        assertFalse(start.contains(Tag.PixelData));
        for (int tag : start.tags()) {
          assertEquals(image.strings(tag), start.strings(tag));
        }
        if (length == whole.length) {
          assertEquals(image.size() - 1, start.size());
        }
      }
    }
  }

  @Test
  void filesWithoutHeaderAreRecognised(@TempDir Path folder) throws IOException {
    DataSet image =
        Samples.image(4, 4, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[16]);
    for (TransferSyntax syntax :
        List.of(IMPLICIT, EXPLICIT, TransferSyntax.EXPLICIT_VR_BIG_ENDIAN)) {
      Path path = folder.resolve("raw");
      Files.write(path, DataSets.encode(image, syntax));
      assertTrue(DicomFiles.isDicom(path));
      DicomFile read = DicomFiles.read(path);
      assertEquals(syntax, read.transferSyntax());
      RoundTripTest.assertSame(image, read.dataSet());
      assertEquals(4, DicomFiles.readHeader(path).dataSet().integer(Tag.Rows).orElseThrow());
    }
  }

  /** Group 0002 without preamble, or with a wrong group length, as some archives write it. */
  @Test
  void damagedFileMetaInformationIsRead() throws DicomException {
    DataSet image =
        Samples.image(4, 4, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[16]);
    byte[] whole = DicomFiles.encode(DicomFile.of(EXPLICIT, image));
    byte[] withoutPreamble = Arrays.copyOfRange(whole, 132, whole.length);
    RoundTripTest.assertSame(image, DicomFiles.read(withoutPreamble).dataSet());
    byte[] wrongLength = whole.clone();
    wrongLength[132 + 8] = 1;
    RoundTripTest.assertSame(image, DicomFiles.read(wrongLength).dataSet());
  }

  /**
   * The File Meta Information ends where its group length says: what stands behind it belongs to
   * the data set, also a stray element of group 0002, which some senders leave there.
   */
  @Test
  void aDataSetThatBeginsWithFileMetaInformationIsReadAsDataSet(@TempDir Path folder)
      throws IOException {
    DataSet image =
        Samples.image(4, 4, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[16]);
    for (TransferSyntax syntax : List.of(IMPLICIT, EXPLICIT)) {
      byte[] stray =
          syntax == IMPLICIT
              ? bytes("0200 1000 04000000 '1.9' 00")
              : bytes("0200 1000 'UI' 0400 '1.9' 00");
      byte[] header =
          DicomFiles.encodeHeader(
              DicomFiles.fileMetaInformation("1.2", Samples.SOP_INSTANCE, syntax));
      ByteArrayOutputStream file = new ByteArrayOutputStream();
      file.writeBytes(header);
      file.writeBytes(stray);
      file.writeBytes(DataSets.encode(image, syntax));
      DicomFile read = DicomFiles.read(file.toByteArray());
      assertEquals(syntax, read.transferSyntax());
      assertEquals("1.9", read.dataSet().string(Tag.TransferSyntaxUID).orElseThrow());
      RoundTripTest.assertSame(image, read.dataSet().copy().remove(Tag.TransferSyntaxUID));
      Path path = folder.resolve("stray.dcm");
      Files.write(path, file.toByteArray());
      assertEquals(4, DicomFiles.readHeader(path).dataSet().integer(Tag.Rows).orElseThrow());
    }
  }

  /** A group length that leaves out the last elements, as one that was not brought up to date. */
  @Test
  void fileMetaInformationThatIsLongerThanItsGroupLengthIsReadWhole() throws DicomException {
    DataSet image =
        Samples.image(4, 4, 16, 16, true).putShorts(Tag.PixelData, VR.OW, new short[16]);
    byte[] whole = DicomFiles.encode(DicomFile.of(IMPLICIT, image));
    int name = 8 + "HOUNSFIELD".length();
    whole[132 + 8] -= (byte) name;
    DicomFile read = DicomFiles.read(whole);
    RoundTripTest.assertSame(image, read.dataSet());
    assertTrue(read.fileMetaInformation().contains(Tag.ImplementationVersionName));
  }

  @Test
  void whatIsNoDicomIsRefusedInWords(@TempDir Path folder) throws IOException {
    for (String content :
        List.of("", "hello", "A text file that is long enough. ".repeat(20), "\u0000\u0001")) {
      Path path = folder.resolve("file.txt");
      Files.writeString(path, content);
      assertFalse(DicomFiles.isDicom(path));
      String message = assertThrows(DicomException.class, () -> DicomFiles.read(path)).getMessage();
      assertTrue(message.startsWith("file.txt: Not a DICOM file"), message);
      assertThrows(DicomException.class, () -> DicomFiles.readHeader(path));
    }
  }

  @Test
  void unknownTransferSyntaxesAreNamed() throws DicomException {
    DataSet meta = DicomFiles.fileMetaInformation("1.2", "1.3", EXPLICIT);
    meta.put(Tag.TransferSyntaxUID, VR.UI, "1.2.840.113619.5.2");
    String message =
        assertThrows(DicomException.class, () -> DicomFiles.read(DicomFiles.encodeHeader(meta)))
            .getMessage();
    assertTrue(message.contains("1.2.840.113619.5.2"), message);
  }
}
