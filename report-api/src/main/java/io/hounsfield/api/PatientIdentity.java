// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whom images are of, beside their Patient ID, which may have been given twice or typed wrong.
 *
 * @param name Patient's Name (PN), or {@code null}
 * @param birthDate Patient's Birth Date (DA), or {@code null}
 * @param sex Patient's Sex (CS), or {@code null}
 */
public record PatientIdentity(String name, String birthDate, String sex) {

  /** What can contradict, by the name it has in the API. */
  public enum Attribute {
    NAME("name"),
    BIRTH_DATE("birthDate"),
    SEX("sex");

    private final String key;

    Attribute(String key) {
      this.key = key;
    }

    public String key() {
      return key;
    }
  }

  /**
   * What speaks against both being the same person. Names agree when any component group of one is
   * any of the other's (case, spaces and {@code ^} aside), or both have none; a birth date or sex
   * that is missing contradicts nothing.
   */
  public List<Attribute> contradictions(PatientIdentity other) {
    List<Attribute> found = new ArrayList<>();
    Set<String> groups = groups(name);
    Set<String> others = groups(other.name);
    if (Collections.disjoint(groups, others) && !(groups.isEmpty() && others.isEmpty())) {
      found.add(Attribute.NAME);
    }
    if (contradict(digits(birthDate), digits(other.birthDate))) {
      found.add(Attribute.BIRTH_DATE);
    }
    if (contradict(plain(sex), plain(other.sex))) {
      found.add(Attribute.SEX);
    }
    return List.copyOf(found);
  }

  private static boolean contradict(String a, String b) {
    return !a.isEmpty() && !b.isEmpty() && !a.equals(b);
  }

  private static Set<String> groups(String name) {
    Set<String> groups = new HashSet<>();
    for (String group : plain(name).split("=")) {
      groups.add(group.replace("^", ""));
    }
    groups.remove("");
    return groups;
  }

  /** ACR-NEMA wrote dates as 1961.05.04. */
  private static String digits(String date) {
    return plain(date).replace(".", "");
  }

  /** Full-width and half-width characters, accents composed or not, and case are one. */
  private static String plain(String text) {
    return text == null
        ? ""
        : Normalizer.normalize(text, Normalizer.Form.NFKC)
            .toUpperCase(Locale.ROOT)
            .replaceAll("[\\s\\p{Z}\\p{Cntrl}]+", "");
  }
}
