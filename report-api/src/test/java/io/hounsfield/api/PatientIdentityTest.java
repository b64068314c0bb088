// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static io.hounsfield.api.PatientIdentity.Attribute.BIRTH_DATE;
import static io.hounsfield.api.PatientIdentity.Attribute.NAME;
import static io.hounsfield.api.PatientIdentity.Attribute.SEX;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** One Patient ID, but is it one patient? */
class PatientIdentityTest {

  private static List<PatientIdentity.Attribute> between(PatientIdentity a, PatientIdentity b) {
    assertEquals(a.contradictions(b), b.contradictions(a), "the same from both sides");
    return a.contradictions(b);
  }

  private static PatientIdentity named(String name) {
    return new PatientIdentity(name, null, null);
  }

  @Test
  void anotherPersonWithTheSameIdContradictsInAll() {
    assertEquals(
        List.of(NAME, BIRTH_DATE, SEX),
        between(
            new PatientIdentity("Other^Otto", "19300101", "M"),
            new PatientIdentity("Trend^Tina", "19610504", "F")));
  }

  @Test
  void oneContradictionIsEnough() {
    PatientIdentity tina = new PatientIdentity("Trend^Tina", "19610504", "F");
    assertEquals(List.of(), between(tina, tina));
    assertEquals(
        List.of(BIRTH_DATE), between(tina, new PatientIdentity("Trend^Tina", "19610405", "F")));
    assertEquals(List.of(SEX), between(tina, new PatientIdentity("Trend^Tina", "19610504", "M")));
    assertEquals(List.of(NAME), between(tina, new PatientIdentity("Trend^Tim", "19610504", "F")));
  }

  /** ACR-NEMA wrote dates with dots; some devices write sex in lower case. */
  @Test
  void birthDateAndSexMayBeMissingOrWrittenOtherwise() {
    PatientIdentity tina = new PatientIdentity("Trend^Tina", "19610504", "F");
    assertEquals(List.of(), between(tina, new PatientIdentity("Trend^Tina", null, " ")));
    assertEquals(List.of(), between(tina, new PatientIdentity("Trend^Tina", "1961.05.04", "f ")));
  }

  @ParameterizedTest
  @CsvSource({
    "Müller^Anna, MÜLLER^ANNA^^^",
    "Müller^Anna, 'mu\u0308ller ^ Anna '", // combining diaeresis
    "Van der Berg^Jan, VANDERBERG^JAN",
    "Chen^Wei=陈^伟, Chen^Wei",
    "Chen^Wei=陈^伟, CHEN^WEIMING=陈伟",
    "Chen^Wei=陈^伟, 陈^伟",
    "Yamada^Tarou=山田^太郎=やまだ^たろう, =山田^太郎",
    "ﾔﾏﾀﾞ^ﾀﾛｳ, ヤマダ^タロウ",
  })
  void aNameIsTheSameInAnyOfItsGroups(String one, String other) {
    assertEquals(List.of(), between(named(one), named(other)));
  }

  @ParameterizedTest
  @CsvSource({
    "Trend^Tina, Trend^Tim",
    "Chen^Wei=陈^伟, Chen^Li=陈^丽",
    "Chen^Wei, =陈^伟",
    "Doe^J, ^^=="
  })
  void otherwiseTheNamesDiffer(String one, String other) {
    assertEquals(List.of(NAME), between(named(one), named(other)));
  }

  /** As after a de-identification that kept the ID alone. */
  @Test
  void noNameOnEitherSideIsNoContradiction() {
    assertEquals(List.of(), between(named(null), named("^^=")));
  }
}
