// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;

/**
 * UIDs of results, derived from the analysis: the same analysis gives the same objects, and who has
 * an object already knows it when it comes again. A new version of an analysis is a new instance in
 * the same series.
 */
public final class ResultUids {

  private static final String ROOT = "io.hounsfield.result";

  private ResultUids() {}

  /** Series of all versions of the objects of a kind. */
  public static String series(String analysisId, ResultKind kind) {
    return Uid.derive(ROOT, "series", analysisId, kind.key());
  }

  /**
   * One object.
   *
   * @param number from 1 among the objects of the kind
   */
  public static String instance(String analysisId, int version, ResultKind kind, int number) {
    return Uid.derive(
        ROOT,
        "instance",
        analysisId,
        Integer.toString(version),
        kind.key(),
        Integer.toString(number));
  }

  /** Study of the source images. */
  public static String study(ResultCase result) {
    return result
        .source()
        .attributes()
        .string(Tag.StudyInstanceUID)
        .orElseThrow(() -> new IllegalArgumentException("source images name no study"));
  }

  /** Series of the source images. */
  static String sourceSeries(ResultCase result) {
    return result
        .source()
        .attributes()
        .string(Tag.SeriesInstanceUID)
        .orElseThrow(() -> new IllegalArgumentException("source images name no series"));
  }

  /** What is measured, whatever the version: Tracking Unique Identifier (112040, DCM). */
  static String tracking(String analysisId, String what) {
    return Uid.derive(ROOT, "tracking", analysisId, what);
  }

  /** Dimension organization of an object of several frames. */
  static String dimensions(String analysisId, int version, ResultKind kind) {
    return Uid.derive(ROOT, "dimensions", analysisId, Integer.toString(version), kind.key());
  }

  /** The measuring device: this program of this version with this network. */
  static String device(String serialNumber) {
    return Uid.derive(ROOT, "device", serialNumber);
  }
}
