// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.MultiMap;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Query parameters of a request, checked. */
final class QueryParameters {
  /** The greatest number that a parameter can be: nine digits. */
  static final int MAX_NUMBER = 999_999_999;

  private QueryParameters() {}

  /**
   * Refuses what the resource does not know: a misspelt parameter must not silently mean none.
   *
   * @throws WebProblem (400)
   */
  static MultiMap require(RoutingContext rc, String... known) {
    MultiMap parameters = all(rc);
    Set<String> names = Set.of(known);
    for (String name : parameters.names()) {
      if (!names.contains(name)) {
        throw WebProblem.invalid(
            "There is no query parameter of this name here; known are: "
                + String.join(", ", known)
                + ".");
      }
      single(parameters, name);
    }
    return parameters;
  }

  static MultiMap all(RoutingContext rc) {
    try {
      return rc.queryParams();
    } catch (RuntimeException e) { // Vert.x: an escape sequence such as %zz
      throw WebProblem.invalid("The query is not well-formed.");
    }
  }

  /** The value of a parameter that may be given once. */
  static Optional<String> single(MultiMap parameters, String name) {
    List<String> values = parameters.getAll(name);
    if (values.size() > 1) {
      throw WebProblem.invalid("Query parameter " + name + " must be given once.");
    }
    return values.stream().findFirst();
  }

  /** A whole number, bounded; empty when it is not given. */
  static Optional<Integer> number(MultiMap parameters, String name, int min, int max) {
    return single(parameters, name)
        .map(
            text -> {
              if (!text.matches("[0-9]{1,9}")
                  || Integer.parseInt(text) < min
                  || Integer.parseInt(text) > max) {
                throw WebProblem.invalid(
                    "Query parameter %s must be a whole number from %d to %d."
                        .formatted(name, min, max));
              }
              return Integer.parseInt(text);
            });
  }
}
