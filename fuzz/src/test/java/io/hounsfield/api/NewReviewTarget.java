// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.hounsfield.fuzz.Bounds;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** The body of a sign-off: a review whose values can be used, or a problem. */
public final class NewReviewTarget {
  private static final long BYTES_A_BYTE = 4096;
  private static final long NANOS_A_BYTE = 100_000;

  private NewReviewTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    Bounds.hold(bytes.length * BYTES_A_BYTE, bytes.length * NANOS_A_BYTE, () -> take(bytes));
  }

  private static void take(byte[] bytes) {
    NewReview review;
    try {
      review = NewReviewJson.decode(bytes);
    } catch (Problem e) {
      if (e.code() != Problem.Code.INVALID_REQUEST) {
        throw e;
      }
      return;
    }
    review
        .edits()
        .forEach(
            edit -> {
              if (!Double.isFinite(edit.value())) {
                throw new AssertionError("a value that is no number: " + edit);
              }
            });
  }

  public static List<byte[]> seeds() {
    return Stream.of(
            "{\"version\":1,\"verdict\":\"accept\",\"reviewer\":\"Dr. Müller\"}",
            "{\"version\":2,\"verdict\":\"reject\",\"reviewer\":\"王\",\"comment\":\"motion\\n\","
                + "\"edited\":[{\"region\":\"bothLungs\",\"quantity\":\"volume\",\"unit\":\"mL\","
                + "\"value\":4.5e3}],\"excludedComponents\":[1,20]}",
            "{\"version\":3,\"verdict\":\"comment\",\"reviewer\":\"a\",\"comment\":null,"
                + "\"edited\":[],\"excludedComponents\":[]}")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }

  public static List<byte[]> dictionary() {
    return Stream.of(
            "\"version\":",
            "\"verdict\":",
            "\"reviewer\":",
            "\"comment\":",
            "\"edited\":[",
            "\"excludedComponents\":[",
            "\"region\":",
            "\"quantity\":",
            "\"unit\":",
            "\"value\":",
            "\"rightLung\"",
            "1e400",
            "\\u0000",
            "\\ud800")
        .map(text -> text.getBytes(StandardCharsets.UTF_8))
        .toList();
  }
}
