// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

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
    List<MediaType> wanted = types();
    String best = null;
    int bestRank = wanted.size();
    for (String type : offered) {
      int rank = mostSpecific(type).map(wanted::indexOf).orElse(-1);
      if (rank >= 0 && rank < bestRank) {
        best = type;
        bestRank = rank;
      }
    }
    if (best == null) {
      throw notAcceptable(String.join(", ", offered));
    }
    return best;
  }

  /** Of equally specific ones the first. */
  private Optional<MediaType> mostSpecific(String type) {
    return ranges.stream()
        .filter(range -> range.includes(type))
        .min(Comparator.comparingInt(MediaType::specificity).reversed());
  }

  static WebProblem notAcceptable(String offered) {
    return WebProblem.notAcceptable("This resource is given as: " + offered + ".");
  }
}
