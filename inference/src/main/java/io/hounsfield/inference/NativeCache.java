// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left in the cache of native libraries by processes that were ended while they unpacked:
 * DJL unpacks into a folder {@code tmp...} of random number beside the final one and renames it
 * when it is whole.
 */
final class NativeCache {

  /** Unpacking takes seconds; a folder that nobody wrote to for this long belongs to nobody. */
  static final Duration STALE = Duration.ofHours(1);

  private static final Pattern UNPACKING = Pattern.compile("tmp[0-9]{1,20}");
  private static final Logger LOG = LoggerFactory.getLogger(NativeCache.class);

  private NativeCache() {}

  /**
   * Removes what ended processes left. Never fails: a cache that cannot be written keeps it.
   *
   * @param engine folder of the engine's libraries in the cache
   */
  static void removeStale(Path engine, Instant now) {
    if (!Files.isDirectory(engine, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    try (DirectoryStream<Path> folders = Files.newDirectoryStream(engine, "tmp*")) {
      for (Path folder : folders) {
        if (UNPACKING.matcher(folder.getFileName().toString()).matches()
            && Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
          removeIfStale(folder, now);
        }
      }
    } catch (IOException e) {
      LOG.debug("{} cannot be looked through for leftovers", engine, e);
    }
  }

  private static void removeIfStale(Path folder, Instant now) {
    try {
      List<Path> content = new ArrayList<>();
      // Does not follow links: nothing outside the folder is touched.
      try (Stream<Path> found = Files.walk(folder)) {
        found.forEach(content::add);
      }
      for (Path path : content) {
        Instant written = Files.getLastModifiedTime(path, LinkOption.NOFOLLOW_LINKS).toInstant();
        if (written.plus(STALE).isAfter(now)) {
          return;
        }
      }
      content.sort(Comparator.reverseOrder());
      for (Path path : content) {
        Files.deleteIfExists(path);
      }
      LOG.info("removed {}, which a process left that ended while it unpacked PyTorch", folder);
    } catch (IOException | java.io.UncheckedIOException e) {
      // Another process may be removing it too, or the cache is read-only.
      LOG.debug("{} cannot be removed", folder, e);
    }
  }
}
