// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/**
 * A folder: {@code <analysis>/v<version>/<file>}. A file appears whole or not at all, and is on
 * disk when it counts as sent.
 */
final class FolderSender implements Sender {
  private final Path directory;

  FolderSender(Target.Folder target) {
    this.directory = target.directory();
  }

  @Override
  public Attempt send(Delivery delivery, Path file) throws IOException {
    if (!Files.isDirectory(directory)) {
      // Made by the operator: a share that is not mounted must not be filled below its mount point.
      return Attempt.unreachable("there is no folder " + directory);
    }
    Path folder = directory.resolve(delivery.analysisId()).resolve("v" + delivery.version());
    Files.createDirectories(folder);
    Path name = file.getFileName();
    Path aside = folder.resolve("." + name + "." + delivery.id() + ".part");
    try {
      Files.copy(file, aside, StandardCopyOption.REPLACE_EXISTING);
      force(aside, StandardOpenOption.WRITE);
      Files.move(
          aside,
          folder.resolve(name),
          StandardCopyOption.ATOMIC_MOVE,
          StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(aside);
    }
    for (Path changed : new Path[] {folder, folder.getParent(), directory}) {
      force(changed, StandardOpenOption.READ);
    }
    return new Attempt.Delivered(null);
  }

  private static void force(Path path, StandardOpenOption how) throws IOException {
    try (FileChannel channel = FileChannel.open(path, how)) {
      channel.force(true);
    }
  }
}
