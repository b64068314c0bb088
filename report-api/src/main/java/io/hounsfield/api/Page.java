// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Base64;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;

/**
 * A stretch of the list of analyses, newest first.
 *
 * @param items the analyses
 * @param next where the next page starts, or {@code null} if this is the last
 * @param total analyses that match the filter over all pages
 */
public record Page(List<Analysis> items, Cursor next, long total) {

  /** The order of every list: newest first, ties by identifier. */
  public static final Comparator<Analysis> NEWEST_FIRST =
      Comparator.comparing(Analysis::createdAt).thenComparing(Analysis::id).reversed();

  public Page {
    items = List.copyOf(items);
  }

  /**
   * A place in the order: right behind the analysis with these two values. New arrivals do not move
   * it, which a row offset would.
   *
   * @param createdAt {@link Analysis#createdAt()} of the last analysis seen
   * @param id {@link Analysis#id()} of the last analysis seen
   */
  public record Cursor(Instant createdAt, String id) {

    private static final int MAX_LENGTH = 200;

    public Cursor {
      Objects.requireNonNull(createdAt, "createdAt");
      Objects.requireNonNull(id, "id");
    }

    public static Cursor behind(Analysis analysis) {
      return new Cursor(analysis.createdAt(), analysis.id());
    }

    /** Text form for an address; opaque to clients. */
    public String encode() {
      return Base64.getUrlEncoder()
          .withoutPadding()
          .encodeToString((createdAt + " " + id).getBytes(StandardCharsets.UTF_8));
    }

    /**
     * @throws IllegalArgumentException if the text was not made by {@link #encode()}
     */
    public static Cursor decode(String text) {
      if (text.length() <= MAX_LENGTH) {
        try {
          String plain = new String(Base64.getUrlDecoder().decode(text), StandardCharsets.UTF_8);
          int space = plain.indexOf(' ');
          if (space > 0 && AnalysisIds.isValid(plain.substring(space + 1))) {
            return new Cursor(Instant.parse(plain.substring(0, space)), plain.substring(space + 1));
          }
        } catch (IllegalArgumentException | DateTimeException e) {
          // Falls through to the one message below: which part is wrong helps nobody.
        }
      }
      throw new IllegalArgumentException(
          "cursor is not one that this service gave out; start again without it");
    }
  }
}
