// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TagTest {
  private static final Pattern LINE =
      Pattern.compile("\\(([0-9A-Fa-f]{4}),([0-9A-Fa-f]{4})\\)\\s+(\\w\\w)\\s+(\\w+)\\s.*");

  @Test
  void tagsArePrintedAsInTheStandard() {
    assertEquals("(0008,0018)", Tag.toString(Tag.SOPInstanceUID));
    assertEquals("(7FE0,0010)", Tag.toString(Tag.PixelData));
    assertEquals("SOPInstanceUID", Tag.keyword(Tag.SOPInstanceUID).orElseThrow());
    assertTrue(Tag.keyword(0x00091001).isEmpty());
  }

  @Test
  void vrOfPrivateUnknownAndRepeatingAttributes() {
    assertEquals(VR.UN, Tag.vr(0x00091001, false));
    assertEquals(VR.LO, Tag.vr(0x00090010, false));
    assertEquals(VR.UL, Tag.vr(0x00080000, false));
    assertEquals(VR.UN, Tag.vr(0x0008FFFE, false));
    assertEquals(VR.US, Tag.vr(0x60020010, false));
    assertEquals(VR.OW, Tag.vr(0x601E3000, false));
    assertEquals(VR.UN, Tag.vr(0x60200010, false));
    assertTrue(Tag.isPrivate(0x00091001));
    assertFalse(Tag.isPrivate(Tag.PixelData));
  }

  @Test
  void pixelRepresentationDecidesBetweenUnsignedAndSigned() {
    assertEquals(VR.US, Tag.vr(Tag.PixelPaddingValue, false));
    assertEquals(VR.SS, Tag.vr(Tag.PixelPaddingValue, true));
    assertEquals(VR.US, Tag.vr(Tag.Rows, true));
  }

  /** DCMTK's dictionary judges ours: same tag, same keyword, same VR. */
  @Test
  void agreesWithTheDictionaryOfDcmtk() throws IOException {
    Map<Integer, String[]> judge = new HashMap<>();
    for (String line : Files.readAllLines(dcmtkDictionary(), StandardCharsets.ISO_8859_1)) {
      Matcher matcher = LINE.matcher(line);
      if (matcher.matches()) {
        int tag = Integer.parseUnsignedInt(matcher.group(1) + matcher.group(2), 16);
        judge.put(
            tag,
            new String[] {
              matcher.group(3).toUpperCase(), matcher.group(4).replaceFirst("^RETIRED_", "")
            });
      }
    }
    int compared = 0;
    for (var field : Tag.class.getFields()) {
      int tag;
      try {
        tag = field.getInt(null);
      } catch (IllegalAccessException e) {
        throw new AssertionError(e);
      }
      String[] entry = judge.get(tag);
      if (entry == null) {
        assertEquals(0x6000, tag >>> 16, () -> field.getName() + " is unknown to DCMTK");
        continue;
      }
      assertEquals(entry[1], field.getName(), Tag.toString(tag));
      String vr = Tag.vr(tag, false) + (Tag.vr(tag, true) == VR.SS ? "/SS" : "");
      // DCMTK's own codes: XS is US or SS, PX pixel data, LT is US, SS or OW.
      String expected =
          switch (entry[0]) {
            case "XS" -> "US/SS";
            case "PX" -> "OW";
            default -> tag == Tag.LUTData ? "OW" : entry[0].equals("SS") ? "SS/SS" : entry[0];
          };
      assertEquals(expected, vr, field.getName());
      compared++;
    }
    assertTrue(compared > 600, "compared " + compared);
  }

  private static Path dcmtkDictionary() throws IOException {
    Path share = Path.of("/usr/share");
    if (Files.isDirectory(share)) {
      try (Stream<Path> folders = Files.list(share)) {
        for (Path folder :
            folders.filter(path -> path.getFileName().toString().contains("dcmtk")).toList()) {
          if (Files.exists(folder.resolve("dicom.dic"))) {
            return folder.resolve("dicom.dic");
          }
        }
      }
    }
    assumeTrue(false, "skipped: no dictionary of DCMTK under /usr/share");
    return share;
  }
}
