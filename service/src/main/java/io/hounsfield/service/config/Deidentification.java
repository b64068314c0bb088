// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.results.dicom.Deidentifier.Option;
import java.nio.file.Path;
import java.util.Collections;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/**
 * That a destination gets de-identified results: the Basic Profile of PS3.15 annex E.
 *
 * @param options of the profile
 * @param secretFile whose first line is the secret that replaced identifiers depend on
 */
public record Deidentification(Set<Option> options, Path secretFile) {

  /** The profile, as the configuration names it. */
  static final String PROFILE = "basic";

  /** The kinds that can be cleaned; the others are documents and messages about a person. */
  static final Set<ObjectKind> KINDS =
      Collections.unmodifiableSet(
          EnumSet.of(
              ObjectKind.SEG,
              ObjectKind.SEG_LABEL_MAP,
              ObjectKind.SR,
              ObjectKind.KEY_IMAGES,
              ObjectKind.FINDINGS,
              ObjectKind.CSV,
              ObjectKind.JSON,
              ObjectKind.LABEL_MAPS));

  /** Options by their names in the configuration, in the order of the page. */
  static final Map<Option, String> NAMES = new EnumMap<>(Option.class);

  static {
    NAMES.put(Option.RETAIN_UIDS, "retain-uids");
    NAMES.put(Option.RETAIN_DEVICE_IDENTITY, "retain-device");
    NAMES.put(Option.RETAIN_PATIENT_CHARACTERISTICS, "retain-patient-characteristics");
    NAMES.put(Option.RETAIN_FULL_DATES, "retain-dates");
  }

  public Deidentification {
    options =
        Collections.unmodifiableSet(
            options.isEmpty() ? EnumSet.noneOf(Option.class) : EnumSet.copyOf(options));
  }

  /**
   * Name of the results that are cleaned for a destination, also of their folder. Other options are
   * another variant, so that what was made before is not taken for it.
   */
  public String variant(String destination) {
    StringBuilder name = new StringBuilder("deidentified-").append(destination);
    options.forEach(option -> name.append('.').append(NAMES.get(option)));
    return name.toString();
  }
}
