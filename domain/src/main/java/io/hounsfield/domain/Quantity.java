// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/** A quantity measured per {@link Region}; the one list of what a report holds. */
public enum Quantity {
  VOLUME("volumeMl", "Volume", "mL"),
  OPACITY_VOLUME("opacityVolumeMl", "Opacity volume", "mL"),
  OPACITY_PERCENT("opacityPercent", "Opacity", "%"),
  HIGH_OPACITY_VOLUME("highOpacityVolumeMl", "High opacity volume", "mL"),
  HIGH_OPACITY_PERCENT("highOpacityPercent", "High opacity", "%"),
  MEAN_HU("meanHu", "Mean", "HU"),
  SD_HU("sdHu", "SD", "HU"),
  MEAN_HU_OPACITY("meanHuOpacity", "Opacity mean", "HU"),
  SD_HU_OPACITY("sdHuOpacity", "Opacity SD", "HU");

  private final String key;
  private final String title;
  private final String unit;

  Quantity(String key, String title, String unit) {
    this.key = key;
    this.title = title;
    this.unit = unit;
  }

  /** Name in {@code report.json}. */
  public String key() {
    return key;
  }

  /** Name for people, English. */
  public String title() {
    return title;
  }

  /** Unit: mL, % or HU. */
  public String unit() {
    return unit;
  }
}
