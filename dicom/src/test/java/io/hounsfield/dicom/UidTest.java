// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UidTest {
  @Test
  void generatedUidsAreValidAndDiffer() {
    String uid = Uid.generate();
    assertTrue(Uid.isValid(uid), uid);
    assertTrue(uid.startsWith("2.25."));
    assertNotEquals(uid, Uid.generate());
  }

  @Test
  void derivedUidsDependOnEachPartAndItsBorders() {
    assertEquals(Uid.derive("a", "b"), Uid.derive("a", "b"));
    assertNotEquals(Uid.derive("a", "b"), Uid.derive("b", "a"));
    assertNotEquals(Uid.derive("a", "b"), Uid.derive("ab"));
    assertTrue(Uid.isValid(Uid.derive("a")));
  }

  @Test
  void everyUidOfThisModuleIsValid() throws IllegalAccessException {
    for (Class<?> holder : new Class<?>[] {SopClass.class, UIDs.class}) {
      for (var field : holder.getFields()) {
        String value = (String) field.get(null);
        assertTrue(Uid.isValid(value) || value.equals("HOUNSFIELD"), value);
      }
    }
    for (TransferSyntax syntax : TransferSyntax.values()) {
      assertTrue(Uid.isValid(syntax.uid()), syntax.uid());
      assertEquals(syntax, TransferSyntax.of(syntax.uid()).orElseThrow());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "1.",
        ".1",
        "1..2",
        "1.02",
        "01.2",
        "1.2a",
        "../etc/passwd",
        "1.2 ",
        "1.2.3.4567890123456789012345678901234567890123456789012345678901234"
      })
  void malformedUidsAreNotValid(String uid) {
    assertFalse(Uid.isValid(uid));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "0", "1.0.2", "1.2.840.10008.1.2"})
  void wellFormedUidsAreValid(String uid) {
    assertTrue(Uid.isValid(uid));
  }
}
