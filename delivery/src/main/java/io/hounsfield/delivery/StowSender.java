// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.hounsfield.listener.DimseStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;

/** STOW-RS, PS3.18 section 10.5: one instance a request. */
final class StowSender implements Sender {
  // Tags of Store Instances Response Module, PS3.18 table I.2-1, as the JSON model names them.
  private static final String FAILED_SOP_SEQUENCE = "00081198";
  private static final String OTHER_FAILURES_SEQUENCE = "0008119A";
  private static final String FAILURE_REASON = "00081197";
  private static final String REFERENCED_SOP_SEQUENCE = "00081199";
  private static final String WARNING_REASON = "00081196";

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              com.fasterxml.jackson.core.JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(50).build())
                  .build())
          .build();

  private final URI studies;
  private final HttpPost http;

  StowSender(Target.Stow target, HttpPost http) {
    this.studies = URI.create(target.service().toString().replaceAll("/+$", "") + "/studies");
    this.http = http;
  }

  @Override
  public Attempt send(Delivery delivery, Path file) throws IOException, InterruptedException {
    // The digest of the file cannot stand in the file.
    String boundary = "hounsfield-" + delivery.object().sha256().substring(0, 40);
    HttpPost.Answer answer =
        http.post(
            studies,
            body(boundary, file),
            "Content-Type",
            "multipart/related; type=\"application/dicom\"; boundary=" + boundary,
            "Accept",
            "application/dicom+json");
    return attempt(answer);
  }

  private static BodyPublisher body(String boundary, Path file) throws FileNotFoundException {
    return BodyPublishers.concat(
        text("--" + boundary + "\r\nContent-Type: application/dicom\r\n\r\n"),
        BodyPublishers.ofFile(file),
        text("\r\n--" + boundary + "--\r\n"));
  }

  private static BodyPublisher text(String text) {
    return BodyPublishers.ofByteArray(text.getBytes(StandardCharsets.US_ASCII));
  }

  /** PS3.18 table 10.5.3-1: 200 all stored; 202 some, or with warnings; 409 none. */
  static Attempt attempt(HttpPost.Answer answer) {
    JsonNode response = response(answer);
    Integer failure = reason(response.path(FAILED_SOP_SEQUENCE), FAILURE_REASON);
    if (failure == null) {
      failure = reason(response.path(OTHER_FAILURES_SEQUENCE), FAILURE_REASON);
    }
    if (failure != null) {
      String text = "answered HTTP %d, ".formatted(answer.status());
      return DicomSender.attempt(failure, text + DimseStatus.describe(failure));
    }
    if (answer.status() == 409) {
      return Attempt.refused("answered HTTP 409 without a reason");
    }
    if (!answer.isSuccess()) {
      return answer.fault();
    }
    Integer warning = reason(response.path(REFERENCED_SOP_SEQUENCE), WARNING_REASON);
    if (answer.status() == 200 || response.has(REFERENCED_SOP_SEQUENCE)) {
      return new Attempt.Delivered(
          warning == null ? null : "answered " + DimseStatus.describe(warning));
    }
    // 202 says that there was something; without the part that says what, nothing is known.
    return Attempt.unreachable(
        "answered HTTP " + answer.status() + " without saying what was stored");
  }

  private static JsonNode response(HttpPost.Answer answer) {
    if (answer.contentType().toLowerCase(Locale.ROOT).contains("json")) {
      try {
        JsonNode parsed = JSON.readTree(answer.body());
        JsonNode first = parsed != null && parsed.isArray() ? parsed.path(0) : parsed;
        if (first != null && first.isObject()) {
          return first;
        }
      } catch (IOException e) {
        // An answer that is no JSON says no more than its status.
      }
    }
    return JSON.createObjectNode();
  }

  /** The reason in the first item of a sequence; null where there is none. */
  private static Integer reason(JsonNode sequence, String tag) {
    JsonNode items = sequence.path("Value");
    if (!items.isArray() || items.isEmpty()) {
      return null;
    }
    JsonNode value = items.path(0).path(tag).path("Value").path(0);
    if (value.canConvertToInt()) {
      return value.intValue() & 0xFFFF;
    }
    return tag.equals(FAILURE_REASON) ? DimseStatus.PROCESSING_FAILURE.code() : null;
  }
}
