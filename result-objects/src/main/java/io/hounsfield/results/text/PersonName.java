// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.text;

import java.lang.Character.UnicodeScript;
import java.util.ArrayList;
import java.util.List;

/**
 * A person's name, VR PN (PS3.5 section 6.2.1): up to three groups of the same name, each of up to
 * five components.
 *
 * @param alphabetic first group, never {@code null}
 * @param ideographic second group, such as Chinese characters; empty components where absent
 * @param phonetic third group
 */
public record PersonName(Group alphabetic, Group ideographic, Group phonetic) {

  /** One group; components that are absent are empty. */
  public record Group(String family, String given, String middle, String prefix, String suffix) {

    public boolean isEmpty() {
      return (family + given + middle + prefix + suffix).isEmpty();
    }

    /** For people: "Family, Prefix Given Middle, Suffix"; Chinese without spaces or commas. */
    public String display() {
      String all = family + given + middle + prefix + suffix;
      if (!all.isEmpty() && all.codePoints().allMatch(PersonName::isIdeograph)) {
        return family + given + middle;
      }
      List<String> givens = new ArrayList<>();
      for (String part : new String[] {prefix, given, middle}) {
        if (!part.isEmpty()) {
          givens.add(part);
        }
      }
      List<String> parts = new ArrayList<>();
      for (String part : new String[] {family, String.join(" ", givens), suffix}) {
        if (!part.isEmpty()) {
          parts.add(part);
        }
      }
      return String.join(", ", parts);
    }
  }

  /** Reads a value of VR PN; {@code null} reads as an empty name. */
  public static PersonName of(String value) {
    String[] groups = (value == null ? "" : PlainText.of(value)).split("=", -1);
    return new PersonName(group(groups, 0), group(groups, 1), group(groups, 2));
  }

  public boolean isEmpty() {
    return alphabetic.isEmpty() && ideographic.isEmpty() && phonetic.isEmpty();
  }

  /**
   * For people, the writing of the language first: "Chen, Wei (陈伟)" or "陈伟 (Chen, Wei)"; empty
   * where there is no name.
   */
  public String display(Language language) {
    String latin = alphabetic.display();
    String han = ideographic.display();
    if (latin.isEmpty() || han.isEmpty() || latin.equals(han)) {
      return latin.isEmpty() ? (han.isEmpty() ? phonetic.display() : han) : latin;
    }
    return language == Language.SIMPLIFIED_CHINESE
        ? han + " (" + latin + ")"
        : latin + " (" + han + ")";
  }

  private static Group group(String[] groups, int index) {
    String[] components = index < groups.length ? groups[index].split("\\^", -1) : new String[0];
    String[] c = new String[5];
    for (int i = 0; i < c.length; i++) {
      c[i] = i < components.length ? components[i].strip() : "";
    }
    return new Group(c[0], c[1], c[2], c[3], c[4]);
  }

  private static boolean isIdeograph(int codePoint) {
    return UnicodeScript.of(codePoint) == UnicodeScript.HAN || codePoint == '·';
  }
}
