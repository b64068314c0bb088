// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.Tag;
import io.vertx.core.MultiMap;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A search, PS3.18 section 10.6.1.
 *
 * @param level what is searched for
 * @param study the study of the path, if any
 * @param series the series of the path, if any
 * @param include attributes to return besides the usual ones
 * @param includeAll whether all attributes known are returned
 * @param fuzzy whether fuzzy matching was asked for, which there is none of
 */
record SearchRequest(
    Level level,
    Optional<String> study,
    Optional<String> series,
    List<SearchKey> studyKeys,
    List<SearchKey> seriesKeys,
    List<SearchKey> instanceKeys,
    Set<Integer> include,
    boolean includeAll,
    int offset,
    int limit,
    boolean fuzzy) {

  /** Levels of the information model, PS3.4 section C.3. */
  enum Level {
    STUDY,
    SERIES,
    INSTANCE
  }

  static final int DEFAULT_LIMIT = 1000;

  /** A greater limit counts as this one, PS3.18 section 8.3.4.4. */
  static final int MAX_LIMIT = 5000;

  private static final int MAX_OFFSET = 100_000_000;
  private static final int MAX_PARAMETERS = 64;
  private static final int MAX_VALUE = 4096;
  private static final Pattern HEX = Pattern.compile("[0-9A-Fa-f]{8}");

  SearchRequest {
    studyKeys = List.copyOf(studyKeys);
    seriesKeys = List.copyOf(seriesKeys);
    instanceKeys = List.copyOf(instanceKeys);
    include = Set.copyOf(include);
  }

  /**
   * Reads the query of a search.
   *
   * @throws WebProblem (400) when it holds what cannot be searched by
   */
  static SearchRequest of(
      Level level, Optional<String> study, Optional<String> series, MultiMap parameters) {
    if (parameters.size() > MAX_PARAMETERS) {
      throw WebProblem.invalid("There are more than " + MAX_PARAMETERS + " query parameters.");
    }
    List<SearchKey> studyKeys = new ArrayList<>();
    List<SearchKey> seriesKeys = new ArrayList<>();
    List<SearchKey> instanceKeys = new ArrayList<>();
    Set<Integer> include = new HashSet<>();
    boolean all = false;
    for (Map.Entry<String, String> parameter : parameters) {
      String name = parameter.getKey();
      String value = parameter.getValue();
      if (value.length() > MAX_VALUE) {
        throw WebProblem.invalid("A query parameter is longer than " + MAX_VALUE + " characters.");
      }
      switch (name) {
        case "limit", "offset", "fuzzymatching", "accept" -> {
          // below
        }
        case "includefield" -> {
          for (String field : value.split(",")) {
            if (field.strip().equals("all")) {
              all = true;
            } else if (!field.isBlank()) {
              include.add(tag(field.strip()));
            }
          }
        }
        default -> {
          SearchKey key = key(name, value);
          List<SearchKey> keys =
              switch (levelOf(key)) {
                case STUDY -> studyKeys;
                case SERIES -> seriesKeys;
                case INSTANCE -> instanceKeys;
              };
          if (levelOf(key).compareTo(level) > 0) {
            throw WebProblem.invalid(
                Tag.keyword(key.tag()).orElse(name)
                    + " is no attribute of the level that is searched.");
          }
          keys.add(key);
        }
      }
    }
    Optional<String> fuzzy = QueryParameters.single(parameters, "fuzzymatching");
    if (fuzzy.isPresent() && !Set.of("true", "false").contains(fuzzy.get())) {
      throw WebProblem.invalid("fuzzymatching must be true or false.");
    }
    return new SearchRequest(
        level,
        study,
        series,
        studyKeys,
        seriesKeys,
        instanceKeys,
        include,
        all,
        QueryParameters.number(parameters, "offset", 0, MAX_OFFSET).orElse(0),
        Math.min(
            MAX_LIMIT,
            QueryParameters.number(parameters, "limit", 1, QueryParameters.MAX_NUMBER)
                .orElse(DEFAULT_LIMIT)),
        fuzzy.filter("true"::equals).isPresent());
  }

  private static SearchKey key(String name, String value) {
    String[] path = name.split("\\.", -1);
    if (path.length > 2) {
      throw WebProblem.invalid("Attributes can be searched one sequence deep.");
    }
    return new SearchKey(
        path.length == 2 ? tag(path[0]) : 0, tag(path[path.length - 1]), value.strip());
  }

  /** By keyword, or by tag in eight hexadecimal digits. */
  private static int tag(String name) {
    if (HEX.matcher(name).matches()) {
      return Integer.parseUnsignedInt(name, 16);
    }
    // The name itself may be anything: it is not repeated in the answer.
    OptionalInt tag = Tag.ofKeyword(name);
    return tag.orElseThrow(
        () -> WebProblem.invalid("A query parameter is no attribute of DICOM, nor any other."));
  }

  private static Level levelOf(SearchKey key) {
    int tag = key.sequence() == 0 ? key.tag() : key.sequence();
    if (tag == Tag.ModalitiesInStudy || IndexAttributes.ofStudy().contains(tag)) {
      return Level.STUDY;
    }
    if (IndexAttributes.ofSeries().contains(tag)) {
      return Level.SERIES;
    }
    if (IndexAttributes.ofInstance().contains(tag)) {
      return Level.INSTANCE;
    }
    throw WebProblem.invalid(
        "Nothing can be searched by "
            + Tag.keyword(tag).orElse(Tag.toString(tag))
            + "; docs/dicom-conformance.md lists what can.");
  }
}
