// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * FHIR R4 RESTful API, transaction: a Bundle is posted to the base of the server, which takes all
 * of it or nothing.
 */
final class FhirSender implements Sender {
  private static final String MEDIA_TYPE = "application/fhir+json";

  /** The status of an entry that succeeded (Bundle.entry.response.status). */
  private static final Pattern SUCCESS = Pattern.compile("2[0-9]{2}\\b.*", Pattern.DOTALL);

  private static final ObjectMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder()
                  .streamReadConstraints(
                      StreamReadConstraints.builder().maxNestingDepth(100).build())
                  .build())
          .build();

  private final URI server;
  private final HttpPost http;

  FhirSender(Target.Fhir target, HttpPost http) {
    this.server = target.server();
    this.http = http;
  }

  @Override
  public Attempt send(Delivery delivery, Path file) throws IOException, InterruptedException {
    int entries = JSON.readTree(file.toFile()).path("entry").size();
    HttpPost.Answer answer =
        http.post(
            server, BodyPublishers.ofFile(file), "Content-Type", MEDIA_TYPE, "Accept", MEDIA_TYPE);
    return attempt(answer, entries);
  }

  /**
   * What an answer means: the transaction succeeded where a Bundle of that type says so of each
   * entry; FHIR R4, 3.1.0.11.3.
   *
   * @param entries how many were sent
   */
  static Attempt attempt(HttpPost.Answer answer, int entries) {
    String status = "answered HTTP " + answer.status();
    if (answer.status() == 409 || answer.status() == 412) {
      // Another client changed the same resources meanwhile (3.1.0.9.2): may work next time.
      return new Attempt.Unavailable(status, status, false, answer.retryAfter());
    }
    if (!answer.isSuccess()) {
      return answer.fault();
    }
    JsonNode response;
    try {
      response = JSON.readTree(answer.body());
    } catch (IOException e) {
      response = null; // not JSON, or cut off
    }
    if (response == null
        || !response.path("resourceType").asText().equals("Bundle")
        || !response.path("type").asText().equals("transaction-response")) {
      return Attempt.refused(status + ", but with no response to a transaction");
    }
    for (JsonNode entry : response.path("entry")) {
      if (!SUCCESS.matcher(entry.path("response").path("status").asText()).matches()) {
        return Attempt.refused("an entry of the Bundle was not taken");
      }
    }
    int answered = response.path("entry").size();
    return answered == entries
        ? new Attempt.Delivered(null)
        : Attempt.refused(
            "%s of %d of the %d entries of the Bundle".formatted(status, answered, entries));
  }
}
