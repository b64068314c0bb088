// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Names in the character sets of PS3.5 section 6.1; the examples of its annexes H, I, J and K. */
class CharacterSetTest {

  private static String name(String terms, byte[] value) {
    DataSet dataSet = new DataSet();
    dataSet.putBytes(Tag.SpecificCharacterSet, VR.CS, terms.getBytes(StandardCharsets.US_ASCII));
    dataSet.putBytes(Tag.PatientName, VR.PN, value);
    return dataSet.string(Tag.PatientName).orElseThrow();
  }

  private static byte[] hex(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  @ParameterizedTest
  @CsvSource({
    "ISO_IR 6, US-ASCII, Smith^John",
    "ISO_IR 100, ISO-8859-1, Buc^Jérôme",
    "ISO_IR 101, ISO-8859-2, Wałęsa",
    "ISO_IR 144, ISO-8859-5, Люкceмбypг",
    "ISO_IR 127, ISO-8859-6, قباني^لنزار",
    "ISO_IR 126, ISO-8859-7, Διονυσιος",
    "ISO_IR 138, ISO-8859-8, שרון^דבורה",
    "ISO_IR 148, ISO-8859-9, Çavuşoğlu",
    "ISO_IR 203, ISO-8859-15, Œuvre€",
    "ISO_IR 192, UTF-8, Wang^XiaoDong=王^小东",
    "GB18030, GB18030, Wang^XiaoDong=王^小东",
    "GBK, GBK, Wang^XiaoDong=王^小东"
  })
  void singleCharacterSets(String term, String charset, String name) {
    assertEquals(name, name(term, name.getBytes(Charset.forName(charset))));
  }

  /** PS3.5 section H.3.1. */
  @Test
  void japaneseWithTheDefaultSetFirst() {
    assertEquals(
        "Yamada^Tarou=山田^太郎=やまだ^たろう",
        name(
            "\\ISO 2022 IR 87",
            hex(
                "59616D6164615E5461726F753D1B24423B3345441B28425E1B244242404F3A1B28423D"
                    + "1B2442246424 5E24401B28425E1B2442243F246D24261B2842")));
  }

  /** PS3.5 section H.3.2: the half-width katakana of JIS X 0201 in the first group. */
  @Test
  void japaneseWithKatakana() {
    assertEquals(
        "ﾔﾏﾀﾞ^ﾀﾛｳ=山田^太郎=やまだ^たろう",
        name(
            "ISO 2022 IR 13\\ISO 2022 IR 87",
            hex(
                "D4CFC0DE5EC0DBB33D1B24423B3345441B284A5E1B244242404F3A1B284A3D"
                    + "1B24422464245E24401B284A5E1B2442243F246D24261B284A")));
  }

  /** PS3.5 section I.2. */
  @Test
  void korean() {
    assertEquals(
        "Hong^Gildong=洪^吉洞=홍^길동",
        name(
            "\\ISO 2022 IR 149",
            hex(
                "486F6E675E47696C646F6E673D1B242943FBF35E1B242943D1CED4D73D"
                    + "1B242943C8AB5E1B242943B1E6B5BF")));
  }

  /** PS3.5 section K.2: simplified Chinese by code extension. */
  @Test
  void chineseByCodeExtension() {
    assertEquals(
        "Zhang^XiaoDong=张^小东=",
        name(
            "\\ISO 2022 IR 58",
            hex("5A68616E675E5869616F446F6E673D1B242941D5C55E1B242941D0A1B6AB3D")));
  }

  /** The second byte of a Chinese character may be 5C, which is no delimiter then. */
  @Test
  void aBackslashWithinACharacterSeparatesNothing() {
    byte[] value = "誠\\乗".getBytes(Charset.forName("GBK"));
    assertEquals(0x5C, value[1] == 0x5C ? 0x5C : value[value.length - 1] & 0xFF);
    DataSet dataSet =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "GBK")
            .putBytes(Tag.OtherPatientIDs, VR.LO, value);
    assertEquals(List.of("誠", "乗"), dataSet.strings(Tag.OtherPatientIDs));
  }

  @Test
  void bytesBeyondTheDeclaredSetAreNotLost() {
    assertEquals("Müller", name("ISO_IR 6", "Müller".getBytes(StandardCharsets.ISO_8859_1)));
    assertEquals("Müller", name("NONSENSE", "Müller".getBytes(StandardCharsets.ISO_8859_1)));
  }

  @Test
  void itemsInheritTheCharacterSetAndMayHaveTheirOwn() throws DicomException {
    DataSet inherits = new DataSet().put(Tag.CodeMeaning, VR.LO, "Lunge müde");
    DataSet own =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
            .put(Tag.CodeMeaning, VR.LO, "肺");
    DataSet dataSet =
        new DataSet()
            .putItems(Tag.ProcedureCodeSequence, inherits, own)
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 100");
    byte[] encoded = DataSets.encode(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    List<DataSet> items =
        DataSets.decode(encoded, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)
            .items(Tag.ProcedureCodeSequence);
    assertEquals("Lunge müde", items.get(0).string(Tag.CodeMeaning).orElseThrow());
    assertEquals("肺", items.get(1).string(Tag.CodeMeaning).orElseThrow());
  }

  @Test
  void textThatDoesNotFitTheCharacterSetIsNotWritten() {
    DataSet dataSet = new DataSet().put(Tag.PatientName, VR.PN, "王^小东");
    DicomException e =
        assertThrows(
            DicomException.class,
            () -> DataSets.encode(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
    assertTrue(e.getMessage().contains("ISO_IR 192"), e.getMessage());
  }
}
