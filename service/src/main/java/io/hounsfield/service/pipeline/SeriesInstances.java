// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Collections;
import java.util.HexFormat;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Which instances a version of an analysis is about. The spool names a file after its SOP Instance
 * UID, and one that conflicts also after its content, so names stand for instances and are still
 * known when the files are deleted.
 *
 * @param digest SHA-256 of the names of exactly the instances that the version was made from,
 *     sorted; {@code null} before it is finished
 * @param known 16 hexadecimal digits for each instance that the series is known to have; empty
 *     where that was not written down
 */
public record SeriesInstances(String digest, SortedSet<String> known) {

  private static final int NAME_DIGITS = 16;

  /** Nothing is known yet. */
  public static final SeriesInstances NONE =
      new SeriesInstances(null, Collections.emptySortedSet());

  public SeriesInstances {
    known = Collections.unmodifiableSortedSet(new TreeSet<>(known));
  }

  static SeriesInstances of(Collection<Path> files) {
    MessageDigest all = sha256();
    files.stream()
        .map(file -> file.getFileName().toString())
        .sorted()
        .forEach(name -> all.update((name + "\n").getBytes(StandardCharsets.UTF_8)));
    return new SeriesInstances(HexFormat.of().formatHex(all.digest()), names(files));
  }

  /**
   * As it was written down.
   *
   * @param text {@link #text()}, or {@code null}
   */
  public static SeriesInstances parse(String digest, String text) {
    TreeSet<String> known = new TreeSet<>();
    for (int i = 0; text != null && i + NAME_DIGITS <= text.length(); i += NAME_DIGITS) {
      known.add(text.substring(i, i + NAME_DIGITS));
    }
    return new SeriesInstances(digest, known);
  }

  /** The names one after the other, or {@code null} where there are none. */
  public String text() {
    return known.isEmpty() ? null : String.join("", known);
  }

  /** Whether the version was made from exactly these. */
  boolean areExactly(Collection<Path> files) {
    return of(files).digest().equals(digest);
  }

  /** Whether the series is known to have all of these. */
  boolean include(Collection<Path> files) {
    return !known.isEmpty() && known.containsAll(names(files));
  }

  /** How many instances that are known are not among these. */
  int missingFrom(Collection<Path> files) {
    Set<String> names = names(files);
    return (int) known.stream().filter(name -> !names.contains(name)).count();
  }

  /** Made from the same; known are the others too. */
  SeriesInstances with(SortedSet<String> others) {
    TreeSet<String> both = new TreeSet<>(known);
    both.addAll(others);
    return new SeriesInstances(digest, both);
  }

  private static SortedSet<String> names(Collection<Path> files) {
    TreeSet<String> names = new TreeSet<>();
    for (Path file : files) {
      byte[] name = file.getFileName().toString().getBytes(StandardCharsets.UTF_8);
      names.add(HexFormat.of().formatHex(sha256().digest(name)).substring(0, NAME_DIGITS));
    }
    return names;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
