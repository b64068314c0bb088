// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/** A part of the lungs that is measured by itself. */
public enum Region {
  BOTH_LUNGS("bothLungs", "Both lungs"),
  RIGHT_LUNG("rightLung", "Right lung"),
  LEFT_LUNG("leftLung", "Left lung");

  private final String key;
  private final String title;

  Region(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /** Name in {@code report.json}. */
  public String key() {
    return key;
  }

  /** Name for people, English. */
  public String title() {
    return title;
  }
}
