// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.fuzz.SharedData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A window of a real CT slice, where ../shared/data has one: small, so that many inputs are tried a
 * second, with the noise and edges that real images have.
 */
final class RealFrames {
  static final int SIDE = 40;

  private static final int TOP = 200;
  private static final int LEFT = 120;

  private RealFrames() {}

  /** Stored values {@code [row][column]}, signed 16 bits; empty without that slice. */
  static Optional<short[]> window() throws DicomException {
    Optional<byte[]> bytes = SharedData.read("compressed/CT1_UNC.dcm");
    if (bytes.isEmpty()) {
      return Optional.empty();
    }
    PixelFrame slice = PixelDecoders.decode(DicomFiles.read(bytes.get()), 0);
    short[] window = new short[SIDE * SIDE];
    for (int row = 0; row < SIDE; row++) {
      System.arraycopy(
          slice.samples(), (TOP + row) * slice.columns() + LEFT, window, row * SIDE, SIDE);
    }
    return Optional.of(window);
  }

  /** An input with the window as an encoder of others makes it, where that is installed. */
  static List<byte[]> encoded(String tool, String... options) throws IOException {
    Optional<short[]> window = window();
    if (window.isEmpty()) {
      return List.of();
    }
    Path folder = Files.createTempDirectory("fuzz-seeds");
    try {
      Path plain = folder.resolve("plain.dcm");
      Path encoded = folder.resolve("encoded.dcm");
      DataSet image = Samples.image(SIDE, SIDE, 16, 16, true);
      image.putShorts(Tag.PixelData, VR.OW, window.get());
      DicomFiles.write(plain, DicomFile.of(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, image));
      List<String> command =
          Stream.of(
                  Stream.of(tool),
                  Stream.of(options),
                  Stream.of(plain, encoded).map(Path::toString))
              .flatMap(each -> each)
              .toList();
      return run(command) ? List.of(input(Files.readAllBytes(encoded))) : List.of();
    } finally {
      try (Stream<Path> files = Files.walk(folder)) {
        for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(file);
        }
      }
    }
  }

  private static byte[] input(byte[] bytes) throws DicomException {
    DicomFile file = DicomFiles.read(bytes);
    PixelLayout layout = PixelLayout.of(file.dataSet());
    ByteBuffer fragment = file.dataSet().fragments(Tag.PixelData).get(1);
    byte[] frame = new byte[fragment.remaining()];
    fragment.get(frame);
    return FrameInput.of(
        layout.rows(), layout.columns(), layout.bitsStored(), layout.signed(), frame);
  }

  /** False when the tool is not there or cannot do it: a seed less. */
  private static boolean run(List<String> command) throws IOException {
    Process process;
    try {
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
    } catch (IOException e) {
      return false;
    }
    try {
      if (process.waitFor(60, TimeUnit.SECONDS)) {
        return process.exitValue() == 0;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    process.destroyForcibly();
    return false;
  }
}
