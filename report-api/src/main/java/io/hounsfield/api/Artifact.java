// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

/** Files that go with a report. */
public enum Artifact {
  /** Overview picture. */
  OVERVIEW("overview.png", "image/png"),
  /** Disease by slice and by density, {@link io.hounsfield.report.CaseProfile}. */
  PROFILE("profile.json", "application/json"),
  /** Label map of the lungs: 1 right lung, 2 left lung. */
  LUNGS("lungs.nii.gz", "application/gzip"),
  /** Label map of the lesions: 1 ground glass, 2 consolidation. */
  LESIONS("lesions.nii.gz", "application/gzip"),
  /** Lesions one by one, {@link io.hounsfield.report.ComponentsJson}. */
  COMPONENTS("components.json", "application/json"),
  /** Label map of the components, by their numbers. */
  COMPONENT_MAP("components.nii.gz", "application/gzip");

  private final String fileName;
  private final String mediaType;

  Artifact(String fileName, String mediaType) {
    this.fileName = fileName;
    this.mediaType = mediaType;
  }

  /** Name of the file in a folder of results and at the end of its address. */
  public String fileName() {
    return fileName;
  }

  /** Content-Type. */
  public String mediaType() {
    return mediaType;
  }
}
