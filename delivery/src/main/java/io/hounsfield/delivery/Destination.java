// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * A place that results go to.
 *
 * @param name by which it is known in the database, API, metrics and log
 * @param kinds what it gets
 * @param peers calling AE titles whose series it gets results of; empty: all, also of series that
 *     did not come by DICOM
 * @param series patterns of Series Description; one of them must match; empty: all
 * @param enabled whether anything is sent to it now
 * @param inFlight objects sent to it side by side; with 1 they go in the order they were made, and
 *     what failed goes later
 * @param timeout how long it may stand still
 * @param credentials for HTTP
 * @param variant the variant of the results that it gets, and nothing else, such as one that is
 *     de-identified; empty: the results as they are
 */
public record Destination(
    String name,
    Target target,
    Set<ObjectKind> kinds,
    Set<String> peers,
    List<TextPattern> series,
    boolean enabled,
    int inFlight,
    Duration timeout,
    Optional<Credentials> credentials,
    Optional<String> variant) {

  public Destination {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(target, "target");
    Objects.requireNonNull(timeout, "timeout");
    Objects.requireNonNull(credentials, "credentials");
    Objects.requireNonNull(variant, "variant");
    peers = Set.copyOf(peers);
    series = List.copyOf(series);
    if (kinds.isEmpty() || !target.possibleKinds().containsAll(kinds)) {
      throw new IllegalArgumentException(
          "destination " + name + " cannot take " + kinds + " by " + target.type());
    }
    kinds = Set.copyOf(EnumSet.copyOf(kinds));
    if (inFlight < 1 || inFlight > 8) {
      throw new IllegalArgumentException("inFlight is " + inFlight + "; it must be 1 to 8");
    }
  }

  /** A destination of the results as they are. */
  public Destination(
      String name,
      Target target,
      Set<ObjectKind> kinds,
      Set<String> peers,
      List<TextPattern> series,
      boolean enabled,
      int inFlight,
      Duration timeout,
      Optional<Credentials> credentials) {
    this(
        name,
        target,
        kinds,
        peers,
        series,
        enabled,
        inFlight,
        timeout,
        credentials,
        Optional.empty());
  }

  /** A destination of everything its type takes, from everybody, one object at a time, 60 s. */
  public static Destination of(String name, Target target) {
    return new Destination(
        name,
        target,
        target.defaultKinds(),
        Set.of(),
        List.of(),
        true,
        1,
        Duration.ofSeconds(60),
        Optional.empty());
  }

  /** Whether it gets this kind of results, in its variant, of a series from there. */
  public boolean wants(ObjectKind kind, Origin origin) {
    if (!enabled || !kinds.contains(kind)) {
      return false;
    }
    String title = origin.callingAeTitle() == null ? "" : origin.callingAeTitle().strip();
    if (!peers.isEmpty() && !peers.contains(title)) {
      return false;
    }
    String description = origin.seriesDescription() == null ? "" : origin.seriesDescription();
    return series.isEmpty() || series.stream().anyMatch(p -> p.matches(description));
  }
}
