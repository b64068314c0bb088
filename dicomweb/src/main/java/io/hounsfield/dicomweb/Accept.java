// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;

/**
 * What representations a client takes, PS3.18 sections 8.3.3 and 8.7: the query parameter {@code
 * accept} where it is given, otherwise the header.
 *
 * @param types the most wanted first; none: whatever there is, the client takes none of it
 */
record Accept(List<MediaType> types) {
  private static final MediaType ANYTHING = new MediaType("*/*", Map.of());

  Accept {
    types = List.copyOf(types);
  }

  /**
   * @throws WebProblem (400) when it cannot be read
   */
  static Accept of(RoutingContext rc) {
    List<String> header = rc.request().headers().getAll(HttpHeaders.ACCEPT);
    String text =
        QueryParameters.single(QueryParameters.all(rc), "accept")
            .orElseGet(() -> String.join(",", header));
    try {
      return new Accept(text.isBlank() ? List.of(ANYTHING) : MediaType.accepted(text));
    } catch (IllegalArgumentException e) {
      throw WebProblem.invalid("The accepted media types cannot be read: " + e.getMessage() + ".");
    }
  }

  /**
   * The first of these types that the client takes, by the client's order, then ours.
   *
   * @throws WebProblem (406) when it takes none of them
   */
  String single(String... offered) {
    for (MediaType range : types) {
      for (String type : offered) {
        if (range.includes(type)) {
          return type;
        }
      }
    }
    throw notAcceptable(String.join(", ", offered));
  }

  static WebProblem notAcceptable(String offered) {
    return WebProblem.notAcceptable("This resource is given as: " + offered + ".");
  }
}
