// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class DicomAddressTest {

  private final DicomAddress.Converter converter = new DicomAddress.Converter();

  @ParameterizedTest
  @CsvSource({
    "HOUNSFIELD@127.0.0.1:11112, HOUNSFIELD, 127.0.0.1, 11112",
    "LUNG CT@pacs.example.org:104, LUNG CT, pacs.example.org, 104",
    "A@h:1, A, h, 1",
    "SIXTEEN-LETTERS.@host:65535, SIXTEEN-LETTERS., host, 65535",
    "A@[::1]:104, A, ::1, 104"
  })
  void anAddressIsTitleHostAndPort(String text, String title, String host, int port) {
    assertEquals(new DicomAddress(title, host, port), converter.convert(text));
    assertEquals(text, converter.convert(text).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "A",
        "A@h",
        "A@h:",
        "A@:104",
        "@h:104",
        "A@h:0",
        "A@h:65536",
        "A@h:99999",
        "A@h:-1",
        "A@h:1x",
        "SEVENTEEN-LETTERS@h:104",
        "BACK\\SLASH@h:104",
        "A@B@h:104",
        "A@::1:104",
        "A@h h:104",
        "A\u0007@h:104"
      })
  void anythingElseIsNoAddress(String text) {
    assertThrows(TypeConversionException.class, () -> converter.convert(text));
  }
}
