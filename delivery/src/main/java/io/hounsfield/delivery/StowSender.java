// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.listener.DimseStatus;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** STOW-RS, PS3.18 section 10.5: one instance a request. */
final class StowSender implements Sender {
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
    return attempt(answer, DicomSender.reference(file).sopInstanceUid());
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

  /**
   * What an answer means for the instance: it is stored where the response names it as stored;
   * PS3.18 section 10.5.3.
   */
  static Attempt attempt(HttpPost.Answer answer, String sopInstanceUid) {
    String status = "answered HTTP " + answer.status();
    Optional<StowResponse> response = StowResponse.of(answer);
    List<StowResponse.Item> failed = response.map(StowResponse::failed).orElse(List.of());
    if (!failed.isEmpty()) {
      int reason = failed.get(0).reason().orElse(DimseStatus.PROCESSING_FAILURE.code());
      return DicomSender.attempt(reason, status + ", " + DimseStatus.describe(reason));
    }
    if (answer.status() == 409) {
      return Attempt.refused(status + " without a reason");
    }
    if (!answer.isSuccess()) {
      return answer.fault();
    }
    if (response.isEmpty()) {
      return Attempt.refused(status + ", but not as a STOW-RS server does (PS3.18 10.5.3)");
    }
    return response.get().stored().stream()
        .filter(item -> item.sopInstanceUid().equals(sopInstanceUid))
        .findFirst()
        .<Attempt>map(
            item ->
                new Attempt.Delivered(
                    item.reason()
                        .filter(reason -> reason != 0)
                        .map(reason -> "answered " + DimseStatus.describe(reason))
                        .orElse(null)))
        .orElseGet(() -> Attempt.refused(status + " without saying that the instance is stored"));
  }
}
