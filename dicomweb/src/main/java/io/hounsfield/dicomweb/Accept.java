// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.Map;

/**
 * What representations a client takes, PS3.18 sections 8.3.3 and 8.7: the query parameter {@code
 * accept} where it is given, otherwise the header.
 *
 * @param ranges in the client's order; none: whatever there is, the client takes none of it
 */
record Accept(List<MediaType> ranges) {
  private static final MediaType ANYTHING = new MediaType("*/*", Map.of());

  Accept {
    ranges = List.copyOf(ranges);
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

  /** The ranges that the client takes, the most wanted first, then in its order. */
  List<MediaType> types() {
    return ranges.stream()
        .filter(range -> range.weight() > 0)
        .sorted(Comparator.comparingDouble(MediaType::weight).reversed())
        .toList();
  }

  /**
   * The one of these types that the client wants most: the most specific range that holds a type
   * weighs it, RFC 9110 section 12.5.1. Among equals by the client's order, then ours.
   *
   * @throws WebProblem (406) when it takes none of them
   */
  String single(String... offered) {
    String best = null;
    MediaType wanted = null;
    for (String type : offered) {
      MediaType range = mostSpecific(type);
      if (range != null
          && range.weight() > 0
          && (wanted == null || types().indexOf(range) < types().indexOf(wanted))) {
        best = type;
        wanted = range;
      }
    }
    if (best == null) {
      throw notAcceptable(String.join(", ", offered));
    }
    return best;
  }

  private MediaType mostSpecific(String type) {
    MediaType found = null;
    for (MediaType range : ranges) {
      if (range.includes(type) && (found == null || range.specificity() > found.specificity())) {
        found = range;
      }
    }
    return found;
  }

  static WebProblem notAcceptable(String offered) {
    return WebProblem.notAcceptable("This resource is given as: " + offered + ".");
  }
}
