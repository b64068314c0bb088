// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

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
    "ISO_IR 109, ISO-8859-3, Ġorġ^Ħal",
    "ISO_IR 110, ISO-8859-4, Ķēniņš^Jānis",
    "ISO_IR 13, JIS_X0201, ﾔﾏﾀﾞ^ﾀﾛｳ",
    "ISO_IR 166, TIS-620, นามสกุล^ชื่อ",
    "ISO 2022 IR 100, ISO-8859-1, Buc^Jérôme",
    "ISO 2022 IR 166, TIS-620, นามสกุล^ชื่อ",
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

  /** PS3.5 sections J.1 and J.3: UTF-8 and GB18030. */
  @Test
  void chineseInUnicodeAndGb18030() {
    assertEquals(
        "Wang^XiaoDong=王^小東=",
        name("ISO_IR 192", hex("57616e675e5869616f446f6e673de78e8b5ee5b08fe69db13d")));
    assertEquals(
        "Wang^XiaoDong=王^小东=",
        name("GB18030", hex("57616e675e5869616f446f6e673dcdf55ed0a1b6ab3d")));
  }

  /** Supplementary characters of JIS X 0212 have a G0 set of their own. */
  @Test
  void japaneseSupplementaryCharacters() {
    byte[] euc = "丂".getBytes(Charset.forName("EUC-JP"));
    assertEquals((byte) 0x8F, euc[0]);
    byte[] value =
        hex(
            "416E3D1B242844"
                + HexFormat.of()
                    .formatHex(new byte[] {(byte) (euc[1] & 0x7F), (byte) (euc[2] & 0x7F)})
                + "1B2842");
    assertEquals("An=丂", name("\\ISO 2022 IR 87\\ISO 2022 IR 159", value));
  }

  /** PS3.5 section 6.1.2.5.3: each line, page, value and component begins with the first set. */
  @Test
  void delimitersBringBackTheFirstSet() {
    byte[] hong = hex("1B242943FBF3");
    byte[] afterwards = hex("E9");
    for (String delimiter : new String[] {"^", "=", "\\"}) {
      String name =
          names(
              "ISO 2022 IR 100\\ISO 2022 IR 149",
              Tag.PatientName,
              VR.PN,
              hong,
              delimiter,
              afterwards);
      assertEquals("洪" + delimiter + "é", name);
    }
    for (String delimiter : new String[] {"\r\n", "\f", "\t"}) {
      String text =
          names(
              "ISO 2022 IR 100\\ISO 2022 IR 149",
              Tag.PatientComments,
              VR.LT,
              hong,
              delimiter,
              afterwards);
      assertEquals("洪" + delimiter + "é", text);
    }
  }

  /** A caret delimits components of names only, a backslash values only. */
  @Test
  void whatDelimitsDependsOnTheValueRepresentation() {
    byte[] hong = hex("1B242943FBF3");
    byte[] gil = hex("D1CE");
    String terms = "\\ISO 2022 IR 149";
    assertEquals("洪^吉", names(terms, Tag.StudyDescription, VR.LO, hong, "^", gil));
    assertEquals("洪=吉", names(terms, Tag.StudyDescription, VR.LO, hong, "=", gil));
    assertEquals("洪\\吉", names(terms, Tag.PatientComments, VR.LT, hong, "\\", gil));
  }

  private static String names(
      String terms, int tag, VR vr, byte[] first, String between, byte[] second) {
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    value.writeBytes(first);
    value.writeBytes(between.getBytes(StandardCharsets.US_ASCII));
    value.writeBytes(second);
    DataSet dataSet =
        new DataSet()
            .putBytes(Tag.SpecificCharacterSet, VR.CS, terms.getBytes(StandardCharsets.US_ASCII))
            .putBytes(tag, vr, value.toByteArray());
    return String.join("\\", dataSet.strings(tag));
  }

  /** In JIS X 0201 the code of the backslash is the yen sign, and still separates values. */
  @Test
  void theYenSignSeparatesValues() {
    for (String term : new String[] {"ISO_IR 13", "ISO 2022 IR 13"}) {
      DataSet dataSet =
          new DataSet()
              .put(Tag.SpecificCharacterSet, VR.CS, term)
              .putBytes(Tag.OtherPatientIDs, VR.LO, hex("D4CF5CC0DE"));
      assertEquals(List.of("ﾔﾏ", "ﾀﾞ"), dataSet.strings(Tag.OtherPatientIDs), term);
    }
  }

  /** Terms that the standard does not allow so, but that occur. */
  @Test
  void misspeltAndMisplacedTerms() {
    byte[] utf8 = "王^小东".getBytes(StandardCharsets.UTF_8);
    for (String terms :
        new String[] {
          "ISO_IR 192\\ISO 2022 IR 58", "\\ISO_IR 192", "ISO-IR 192", "ISO IR 192", "iso_ir 192"
        }) {
      assertEquals("王^小东", name(terms, utf8), terms);
    }
    assertEquals("Müller", name("ISO-IR 100", "Müller".getBytes(StandardCharsets.ISO_8859_1)));
    assertEquals("홍^길동", name("ISO 2022 IR 149", "홍^길동".getBytes(Charset.forName("EUC-KR"))));
    assertEquals("张^小东", name("ISO 2022 IR 58", "张^小东".getBytes(Charset.forName("GB2312"))));
    assertEquals(
        "Müller", name("\\ISO 2022 IR 87", "Müller".getBytes(StandardCharsets.ISO_8859_1)));
  }

  /** What cannot be written without escape sequences is refused, not written wrong. */
  @Test
  void onlyTheFirstSetIsWritten() {
    DataSet dataSet =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "ISO 2022 IR 149")
            .put(Tag.PatientName, VR.PN, "홍^길동");
    assertThrows(
        DicomException.class,
        () -> DataSets.encode(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
  }

  /** Whatever set a name came in, it can be copied to a Unicode data set. */
  @Test
  void namesAreCopiedBetweenSets() throws DicomException {
    DataSet source =
        new DataSet()
            .put(Tag.SpecificCharacterSet, VR.CS, "", "ISO 2022 IR 149")
            .putBytes(Tag.PatientName, VR.PN, hex("486F6E673D1B242943FBF35E1B242943D1CED4D7"));
    DataSet target = new DataSet().put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192");
    target.copy(source, Tag.PatientName);
    byte[] encoded = DataSets.encode(target, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    assertEquals(
        "Hong=洪^吉洞",
        DataSets.decode(encoded, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN)
            .string(Tag.PatientName)
            .orElseThrow());
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

  /** A relay that did not know the attribute wrote UN; some write text. */
  @ParameterizedTest
  @EnumSource(
      value = VR.class,
      names = {"CS", "UN", "LO", "LT", "PN"})
  void theCharacterSetItselfWithAWrongVr(VR vr) throws DicomException {
    byte[] encoded =
        DataSets.encode(
            new DataSet()
                .putBytes(Tag.SpecificCharacterSet, vr, "ISO_IR 192".getBytes(US_ASCII))
                .putBytes(Tag.PatientName, VR.PN, "王^小东".getBytes(UTF_8)),
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    DataSet read = DataSets.decode(encoded, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    assertEquals("王^小东", read.string(Tag.PatientName).orElseThrow());
    assertEquals("ISO_IR 192", read.string(Tag.SpecificCharacterSet).orElseThrow());
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
