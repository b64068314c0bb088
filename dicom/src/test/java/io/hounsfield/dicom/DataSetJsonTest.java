// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The DICOM JSON model, PS3.18 annex F, value representation by value representation. */
class DataSetJsonTest {

  private static String one(DataSet dataSet) {
    String json = DataSetJson.encode(dataSet);
    return json.substring(json.indexOf(':') + 1, json.length() - 1);
  }

  private static DataSet raw(VR vr, String text) {
    return new DataSet().putBytes(0x00091001, vr, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static String raw(VR vr, int bytes, Consumer<ByteBuffer> fill) {
    ByteBuffer buffer = ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    fill.accept(buffer);
    return one(new DataSet().putBytes(0x00091001, vr, buffer.array()));
  }

  @Test
  void attributesAreNamedByTheirTagInUpperCase() {
    assertEquals(
        "{\"0020000D\":{\"vr\":\"UI\",\"Value\":[\"1.2.3\"]},\"7FE00010\":{\"vr\":\"OW\"}}",
        DataSetJson.encode(
            new DataSet()
                .put(Tag.StudyInstanceUID, VR.UI, "1.2.3")
                .putBytes(Tag.PixelData, VR.OW, new byte[0])));
    assertEquals("{}", DataSetJson.encode(new DataSet()));
  }

  @Test
  void fileMetaInformationAndGroupLengthsAreLeftOut() {
    DataSet dataSet =
        new DataSet()
            .put(Tag.TransferSyntaxUID, VR.UI, "1.2")
            .putInts(0x00080000, VR.UL, 12)
            .put(Tag.PatientID, VR.LO, "x");
    assertEquals("{\"00100020\":{\"vr\":\"LO\",\"Value\":[\"x\"]}}", DataSetJson.encode(dataSet));
  }

  @Test
  void namesHaveTheirComponentGroups() {
    DataSet dataSet =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
            .put(Tag.PatientName, VR.PN, "Wang^XiaoDong=\u738b^\u5c0f\u6771=", "Doe^Jane", "");
    assertEquals(
        "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},\"00100010\":{\"vr\":\"PN\",\"Value\":["
            + "{\"Alphabetic\":\"Wang^XiaoDong\",\"Ideographic\":\"\u738b^\u5c0f\u6771\"},"
            + "{\"Alphabetic\":\"Doe^Jane\"},null]}}",
        DataSetJson.encode(dataSet));
    assertEquals(
        "{\"vr\":\"PN\",\"Value\":[{\"Phonetic\":\"x\"}]}",
        one(new DataSet().put(Tag.PatientName, VR.PN, "==x")));
  }

  @Test
  void textBecomesUnicode() throws Exception {
    DataSet latin =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 100")
            .put(Tag.PatientID, VR.LO, "M\u00fc\u00df");
    DataSet read =
        DataSets.decode(
            DataSets.encode(latin, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    assertEquals(
        "{\"00080005\":{\"vr\":\"CS\",\"Value\":[\"ISO_IR 192\"]},"
            + "\"00100020\":{\"vr\":\"LO\",\"Value\":[\"M\u00fc\u00df\"]}}",
        DataSetJson.encode(read));
  }

  @Test
  void numbersKeepTheirDigitsAndWhatIsNoneIsText() {
    assertEquals(
        "{\"vr\":\"DS\",\"Value\":[1.50,-0.25,1E-7,7,0.5,5,\"abc\",null,\"1,5\"]}",
        one(raw(VR.DS, "1.50\\-0.25\\1E-7\\007\\.5\\+5.\\abc\\\\1,5")));
    assertEquals(
        "{\"vr\":\"IS\",\"Value\":[12,-3,5,\"0x1\"]}", one(raw(VR.IS, "12\\-3\\+05\\0x1 ")));
    assertEquals("{\"vr\":\"DS\"}", one(raw(VR.DS, " ")));
  }

  @Test
  void binaryNumbersOfEachKind() {
    assertEquals(
        "{\"vr\":\"US\",\"Value\":[65535,1]}",
        raw(VR.US, 4, b -> b.putShort((short) -1).putShort((short) 1)));
    assertEquals("{\"vr\":\"SS\",\"Value\":[-1]}", raw(VR.SS, 2, b -> b.putShort((short) -1)));
    assertEquals("{\"vr\":\"UL\",\"Value\":[4294967295]}", raw(VR.UL, 4, b -> b.putInt(-1)));
    assertEquals("{\"vr\":\"SL\",\"Value\":[-1]}", raw(VR.SL, 4, b -> b.putInt(-1)));
    assertEquals(
        "{\"vr\":\"SV\",\"Value\":[-5,\"-9223372036854775808\"]}",
        raw(VR.SV, 16, b -> b.putLong(-5).putLong(Long.MIN_VALUE)));
    assertEquals(
        "{\"vr\":\"UV\",\"Value\":[\"18446744073709551615\"]}", raw(VR.UV, 8, b -> b.putLong(-1)));
    assertEquals(
        "{\"vr\":\"FL\",\"Value\":[0.1,\"NaN\"]}",
        raw(VR.FL, 8, b -> b.putFloat(0.1f).putFloat(Float.NaN)));
    assertEquals(
        "{\"vr\":\"FD\",\"Value\":[0.1,\"inf\",\"-inf\"]}",
        raw(
            VR.FD,
            24,
            b ->
                b.putDouble(0.1)
                    .putDouble(Double.POSITIVE_INFINITY)
                    .putDouble(Double.NEGATIVE_INFINITY)));
    assertEquals(
        "{\"vr\":\"AT\",\"Value\":[\"0020000D\"]}",
        one(new DataSet().putInts(0x00091001, VR.AT, Tag.StudyInstanceUID)));
  }

  @Test
  void bytesAreInlineOrElsewhere() {
    DataSet dataSet =
        new DataSet()
            .putBytes(0x00091001, VR.OB, new byte[] {1, 2, 3})
            .putItems(
                Tag.ReferencedImageSequence,
                new DataSet(),
                new DataSet().putBytes(0x00091001, VR.UN, new byte[] {1, 2, 3, 4}))
            .putFragments(Tag.PixelData, new byte[0], List.of(new byte[2]));
    String json = DataSetJson.encode(dataSet, 3, path -> "at/" + path);
    assertTrue(json.contains("\"00091001\":{\"vr\":\"OB\",\"InlineBinary\":\"AQID\"}"), json);
    assertTrue(
        json.contains(
            "\"Value\":[{},{\"00091001\":{\"vr\":\"UN\",\"BulkDataURI\":\"at/00081140/1/00091001\"}}]"),
        json);
    assertTrue(json.contains("\"7FE00010\":{\"vr\":\"OB\",\"BulkDataURI\":\"at/7FE00010\"}"), json);
    assertFalse(DataSetJson.encode(dataSet).contains("BulkDataURI"));
  }

  @Test
  void anyTextIsValidJson() {
    String nasty = "a\"b\\c\u0001\n\r\t\u007f/\ud83d\ude00";
    assertEquals("\"a\\\"b\\\\c\\u0001\\n\\r\\t\\u007f/\ud83d\ude00\"", DataSetJson.quoted(nasty));
    assertEquals("\"\\ud83d x \\ude00\"", DataSetJson.quoted("\ud83d x \ude00"), "halves of pairs");
  }

  @Test
  void keywordsLeadToTags() {
    assertEquals(Tag.PatientName, Tag.ofKeyword("PatientName").getAsInt());
    assertTrue(Tag.ofKeyword("patientname").isEmpty());
  }
}
