// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.MultiMap;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Optional;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * How a rendered image was asked for, PS3.18 section 8.3.5.
 *
 * @param type {@code image/jpeg} or {@code image/png}
 * @param window instead of the image's own
 * @param viewport size, and region of the image if it is not the whole
 * @param quality of JPEG, 1 to 100
 */
record Rendering(
    String type, Optional<Window> window, Optional<Viewport> viewport, Optional<Integer> quality) {
  static final String JPEG = "image/jpeg";
  static final String PNG = "image/png";
  private static final int DEFAULT_QUALITY = 90;
  private static final int MAX_SIDE = 4096;

  /**
   * @param width most columns of the result
   * @param height most rows of the result
   * @param region {@code {x, y, columns, rows}} of the image that is shown; empty: all of it
   */
  record Viewport(int width, int height, Optional<int[]> region) {
    static Viewport parse(String text) {
      String[] parts = text.split(",", -1);
      if (text.length() > 100 || parts.length != 2 && parts.length != 6) {
        throw invalid();
      }
      int[] numbers = new int[parts.length];
      for (int i = 0; i < parts.length; i++) {
        if (!parts[i].matches("[0-9]{1,5}")) {
          throw invalid();
        }
        numbers[i] = Integer.parseInt(parts[i]);
      }
      boolean valid = side(numbers[0]) && side(numbers[1]);
      if (numbers.length == 6) {
        valid &= numbers[4] > 0 && numbers[5] > 0;
      }
      if (!valid) {
        throw invalid();
      }
      return new Viewport(
          numbers[0],
          numbers[1],
          numbers.length == 2
              ? Optional.empty()
              : Optional.of(new int[] {numbers[2], numbers[3], numbers[4], numbers[5]}));
    }

    private static boolean side(int length) {
      return length >= 1 && length <= MAX_SIDE;
    }

    private static WebProblem invalid() {
      return WebProblem.invalid(
          "viewport must be width,height or width,height,x,y,columns,rows in whole pixels, width and"
              + " height 1 to "
              + MAX_SIDE
              + ".");
    }
  }

  static Rendering of(String type, MultiMap parameters) {
    return new Rendering(
        type,
        QueryParameters.single(parameters, "window").map(Window::parse),
        QueryParameters.single(parameters, "viewport").map(Viewport::parse),
        QueryParameters.number(parameters, "quality", 1, 100));
  }

  /** The image as it was asked for. */
  byte[] encode(BufferedImage image) throws IOException {
    BufferedImage shown = viewport.isPresent() ? fit(image, viewport.get()) : image;
    ByteArrayOutputStream out = new ByteArrayOutputStream(1 << 16);
    boolean jpeg = type.equals(JPEG);
    ImageWriter writer = ImageIO.getImageWritersByFormatName(jpeg ? "jpeg" : "png").next();
    try (MemoryCacheImageOutputStream stream = new MemoryCacheImageOutputStream(out)) {
      ImageWriteParam parameters = writer.getDefaultWriteParam();
      if (jpeg) {
        parameters.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
        parameters.setCompressionQuality(quality.orElse(DEFAULT_QUALITY) / 100f);
      }
      writer.setOutput(stream);
      writer.write(null, new IIOImage(shown, null, null), parameters);
    } finally {
      writer.dispose();
    }
    return out.toByteArray();
  }

  /** The largest that fits with the image's proportions. */
  private static BufferedImage fit(BufferedImage image, Viewport viewport) {
    int[] region = viewport.region().orElse(new int[] {0, 0, image.getWidth(), image.getHeight()});
    if ((long) region[0] + region[2] > image.getWidth()
        || (long) region[1] + region[3] > image.getHeight()) {
      throw WebProblem.invalid(
          "viewport reaches out of the image of %d x %d pixels."
              .formatted(image.getWidth(), image.getHeight()));
    }
    double scale =
        Math.min((double) viewport.width() / region[2], (double) viewport.height() / region[3]);
    int width = Math.max(1, (int) Math.round(region[2] * scale));
    int height = Math.max(1, (int) Math.round(region[3] * scale));
    BufferedImage shown = new BufferedImage(width, height, image.getType());
    Graphics2D graphics = shown.createGraphics();
    try {
      graphics.setRenderingHint(
          RenderingHints.KEY_INTERPOLATION, RenderingHints.VALUE_INTERPOLATION_BILINEAR);
      graphics.drawImage(
          image,
          0,
          0,
          width,
          height,
          region[0],
          region[1],
          region[0] + region[2],
          region[1] + region[3],
          null);
    } finally {
      graphics.dispose();
    }
    return shown;
  }
}
