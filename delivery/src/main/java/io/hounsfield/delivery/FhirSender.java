// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * FHIR R4 RESTful API, transaction: a Bundle is posted to the base of the server, which takes all
 * of it or nothing.
 */
final class FhirSender implements Sender {
  private static final String MEDIA_TYPE = "application/fhir+json";

  /** The status of an entry that did not succeed (Bundle.entry.response.status). */
  private static final Pattern FAILED_ENTRY = Pattern.compile("\"status\"\\s*:\\s*\"[45][0-9]{2}");

  private final URI server;
  private final HttpPost http;

  FhirSender(Target.Fhir target, HttpPost http) {
    this.server = target.server();
    this.http = http;
  }

  @Override
  public Attempt send(Delivery delivery, Path file) throws IOException, InterruptedException {
    return attempt(
        http.post(
            server, BodyPublishers.ofFile(file), "Content-Type", MEDIA_TYPE, "Accept", MEDIA_TYPE));
  }

  static Attempt attempt(HttpPost.Answer answer) {
    if (answer.status() == 409 || answer.status() == 412) {
      // Another client changed the same resources meanwhile (3.2.0.13.4): may work next time.
      return new Attempt.Unavailable(
          "answered HTTP " + answer.status(),
          "answered HTTP " + answer.status(),
          false,
          answer.retryAfter());
    }
    if (!answer.isSuccess()) {
      return answer.fault();
    }
    String type = answer.contentType().toLowerCase(Locale.ROOT);
    if (answer.body().length > 0 && !type.contains("json") && !type.contains("fhir")) {
      return Attempt.refused(
          "answered HTTP " + answer.status() + ", but not as a FHIR server does");
    }
    String text = new String(answer.body(), StandardCharsets.UTF_8);
    return FAILED_ENTRY.matcher(text).find()
        ? Attempt.refused("an entry of the Bundle was not taken")
        : new Attempt.Delivered(null);
  }
}
