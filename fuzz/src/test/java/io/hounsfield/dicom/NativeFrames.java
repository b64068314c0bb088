// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.fuzz.Bounds;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A decoder process, fuzzed from outside. The service ends a process that refused a frame; here it
 * goes on, or a second would see two frames. An input that ends the process or takes more of its
 * memory than its samples are due is tried again as the service does, which must refuse it or
 * decode it, and nothing else.
 */
final class NativeFrames {
  /** Of the clock; the machine may be busy. */
  private static final long PATIENCE_SECONDS = 200;

  private static final int FRAMES_A_PROCESS = 2000;

  /** The Java process with the library is 65 MiB; a picture, its coefficients, its code blocks. */
  private static final long FREE_BYTES = 256L << 20;

  private static final long BYTES_A_SAMPLE = 32;

  private static DecoderProcess process;
  private static int frames;
  private static long mostSamples;

  private NativeFrames() {}

  static void take(byte[] bytes, TransferSyntax syntax) {
    FrameInput input = FrameInput.parse(bytes);
    long samples = Math.min(PixelLayout.MAX_SAMPLES, (long) input.rows() * input.columns());
    Bounds.hold(16 * samples + 64L * bytes.length, 1000 * samples, () -> decode(input, syntax));
  }

  private static void decode(FrameInput input, TransferSyntax syntax) throws IOException {
    PixelLayout layout;
    int precision;
    Bytes frame = Bytes.of(input.frame());
    try {
      layout = PixelLayout.of(input.image());
      precision = Jpeg2000Header.require(frame, layout).precision();
    } catch (DicomException e) {
      return;
    }
    if (layout.samplesPerPixel() != 1) {
      return; // refused by the codec before the process
    }
    if (process == null) {
      process = DecoderProcess.start();
    }
    frames++;
    mostSamples = Math.max(mostSamples, layout.samples());
    try {
      process.decode(layout.columns(), layout.rows(), precision, frame, PATIENCE_SECONDS);
    } catch (DicomException e) {
      // Refused; the process goes on.
    } catch (DecoderProcess.Ended e) {
      System.err.println("A frame ended the decoder process: " + input.frame().length + " bytes");
      end();
      input.decode(syntax);
      return;
    } catch (DecoderProcess.TooSlow e) {
      end();
      throw new AssertionError("the decoder process takes no end", e);
    }
    long peak = peakBytes();
    if (peak > FREE_BYTES + BYTES_A_SAMPLE * mostSamples) {
      end();
      throw new AssertionError(
          "the decoder process took " + peak + " bytes for at most " + mostSamples + " samples");
    }
    if (frames >= FRAMES_A_PROCESS) {
      end();
    }
  }

  private static void end() {
    process.close();
    process = null;
    frames = 0;
    mostSamples = 0;
  }

  /** Most memory that the process ever had; 0 where the system does not say. */
  private static long peakBytes() throws IOException {
    Path status = Path.of("/proc", Long.toString(process.pid()), "status");
    if (!Files.isReadable(status)) {
      return 0;
    }
    for (String line : Files.readAllLines(status)) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
      }
    }
    return 0;
  }
}
