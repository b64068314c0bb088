// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.PixelFrame;
import io.hounsfield.dicom.Tag;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferByte;
import java.util.List;
import java.util.Optional;

/** Single frames: uncompressed, and as a picture. */
final class Frames {
  private Frames() {}

  /**
   * A frame as uncompressed pixel data, little endian, PS3.5 section 8.2.
   *
   * @param dataSet attributes of its instance
   */
  static byte[] uncompressed(DataSet dataSet, PixelFrame decoded) throws DicomException {
    short[] samples = decoded.samples();
    int perPixel = decoded.samplesPerPixel();
    int pixels = decoded.rows() * decoded.columns();
    boolean planar = perPixel > 1 && dataSet.integer(Tag.PlanarConfiguration).orElse(0) == 1;
    boolean wide = decoded.bitsAllocated() == 16;
    byte[] bytes = new byte[samples.length * (wide ? 2 : 1)];
    for (int i = 0; i < samples.length; i++) {
      int to = planar ? i % perPixel * pixels + i / perPixel : i;
      if (wide) {
        bytes[2 * to] = (byte) samples[i];
        bytes[2 * to + 1] = (byte) (samples[i] >> 8);
      } else {
        bytes[to] = (byte) samples[i];
      }
    }
    return bytes;
  }

  /**
   * A frame through its modality transformation and a window, as grey values or colours of 8 bits.
   *
   * @param dataSet attributes of its instance
   * @param frame its index, from 0
   * @param window instead of the image's own
   */
  static BufferedImage picture(
      DataSet dataSet, int frame, PixelFrame decoded, Optional<Window> window)
      throws DicomException {
    String photometric = dataSet.string(Tag.PhotometricInterpretation).orElse("");
    if (decoded.samplesPerPixel() == 3
        && decoded.bitsAllocated() == 8
        && photometric.equals("RGB")) {
      return colours(decoded);
    }
    if (decoded.samplesPerPixel() != 1 || !photometric.startsWith("MONOCHROME")) {
      throw WebProblem.notAcceptable(
          "Images with this Photometric Interpretation are not rendered; grey values and RGB are.");
    }
    DataSet transformation = group(dataSet, frame, Tag.PixelValueTransformationSequence);
    double slope = transformation.decimal(Tag.RescaleSlope).orElse(1);
    double intercept = transformation.decimal(Tag.RescaleIntercept).orElse(0);
    Window applied = window.orElseGet(() -> own(dataSet, frame, decoded, slope, intercept));
    boolean inverted = photometric.equals("MONOCHROME1");
    byte[] table = new byte[1 << 16];
    for (int i = 0; i < table.length; i++) {
      int stored = decoded.signed() ? (short) i : i;
      int grey = applied.grey(slope * stored + intercept);
      table[i] = (byte) (inverted ? 255 - grey : grey);
    }
    BufferedImage image =
        new BufferedImage(decoded.columns(), decoded.rows(), BufferedImage.TYPE_BYTE_GRAY);
    byte[] pixels = ((DataBufferByte) image.getRaster().getDataBuffer()).getData();
    short[] samples = decoded.samples();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = table[samples[i] & 0xFFFF];
    }
    return image;
  }

  private static BufferedImage colours(PixelFrame decoded) {
    BufferedImage image =
        new BufferedImage(decoded.columns(), decoded.rows(), BufferedImage.TYPE_INT_RGB);
    short[] samples = decoded.samples();
    for (int i = 0; i < decoded.rows() * decoded.columns(); i++) {
      int rgb =
          (samples[3 * i] & 0xFF) << 16
              | (samples[3 * i + 1] & 0xFF) << 8
              | samples[3 * i + 2] & 0xFF;
      image.setRGB(i % decoded.columns(), i / decoded.columns(), rgb);
    }
    return image;
  }

  /** The first window of the image; a lung window for CT without; else from least to greatest. */
  private static Window own(
      DataSet dataSet, int frame, PixelFrame decoded, double slope, double intercept) {
    DataSet voi = group(dataSet, frame, Tag.FrameVOILUTSequence);
    try {
      if (voi.decimal(Tag.WindowCenter).isPresent() && voi.decimal(Tag.WindowWidth).isPresent()) {
        return new Window(
            voi.decimal(Tag.WindowCenter).getAsDouble(),
            voi.decimal(Tag.WindowWidth).getAsDouble(),
            Window.Function.valueOf(voi.string(Tag.VOILUTFunction).orElse("LINEAR")));
      }
    } catch (DicomException | IllegalArgumentException e) {
      // A window that is none: as if there were none.
    }
    if (dataSet.string(Tag.Modality).filter("CT"::equals).isPresent()) {
      return Window.LUNG;
    }
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (short sample : decoded.samples()) {
      double value = slope * (decoded.signed() ? sample : sample & 0xFFFF) + intercept;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
    return new Window((low + high) / 2, Math.max(1, high - low), Window.Function.LINEAR_EXACT);
  }

  /**
   * Where the attributes of a functional group of a frame are: in the frame's own, in the shared
   * ones, or in the data set itself, PS3.3 section C.7.6.16.
   */
  private static DataSet group(DataSet dataSet, int frame, int sequence) {
    List<DataSet> frames = dataSet.items(Tag.PerFrameFunctionalGroupsSequence);
    if (frame < frames.size() && !frames.get(frame).items(sequence).isEmpty()) {
      return frames.get(frame).items(sequence).get(0);
    }
    for (DataSet shared : dataSet.items(Tag.SharedFunctionalGroupsSequence)) {
      if (!shared.items(sequence).isEmpty()) {
        return shared.items(sequence).get(0);
      }
    }
    return dataSet;
  }
}
