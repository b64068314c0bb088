// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** RFC 9110 section 12.5.1: the most specific range weighs a type. */
class AcceptTest {
  private static String chosen(String header) {
    return new Accept(MediaType.accepted(header)).single("image/jpeg", "image/png");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*/*                                | image/jpeg",
        "image/png, */*                     | image/png",
        "*/*, image/png                     | image/jpeg",
        "image/png;q=0.5, image/jpeg;q=0.4  | image/png",
        "*/*, image/jpeg;q=0                | image/png",
        "image/jpeg;q=0, image/*;q=0.1      | image/png",
        "*/*, image/jpeg;q=0.9              | image/png",
        "image/*;q=0, image/png;q=0.001     | image/png",
        "text/html, image/*;q=0.5, */*;q=0  | image/jpeg",
        "image/png;q=0.5, image/jpeg;q=.5   | image/png"
      })
  void theMostSpecificRangeWeighs(String header, String expected) {
    assertEquals(expected, chosen(header));
  }

  @ParameterizedTest
  @ValueSource(strings = {"text/html", "image/*;q=0", "*/*, image/*;q=0", "*/*;q=0.0"})
  void whatIsExcludedIsNotGiven(String header) {
    WebProblem problem = assertThrows(WebProblem.class, () -> chosen(header));
    assertEquals(406, problem.status());
  }

  @Test
  void weightsThatAreNoneAreRefused() {
    for (String weight : new String[] {"x", "-1", "NaN", "1d", "0x1p3", ""}) {
      assertThrows(
          IllegalArgumentException.class, () -> MediaType.accepted("image/png;q=" + weight));
    }
  }
}
