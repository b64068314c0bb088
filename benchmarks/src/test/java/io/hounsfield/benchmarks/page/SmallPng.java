// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageWriteParam;
import javax.imageio.ImageWriter;
import javax.imageio.stream.ImageOutputStream;

/**
 * Pictures of the screen as PNG with a palette: a third of the bytes, and no eye tells them apart.
 */
final class SmallPng {

  private static final int COLOURS = 256;

  /** Sum of the colours that are equal in their upper six bits, and how many. */
  private static final class Bin {
    private long red;
    private long green;
    private long blue;
    private int count;

    void add(int rgb) {
      red += rgb >> 16 & 0xff;
      green += rgb >> 8 & 0xff;
      blue += rgb & 0xff;
      count++;
    }

    int mean() {
      return (int) (red / count) << 16 | (int) (green / count) << 8 | (int) (blue / count);
    }
  }

  private SmallPng() {}

  static void write(byte[] screenshot, Path file) throws IOException {
    BufferedImage full = ImageIO.read(new ByteArrayInputStream(screenshot));
    int width = full.getWidth();
    int[] pixels = full.getRGB(0, 0, width, full.getHeight(), null, 0, width);
    Map<Integer, Bin> bins = new HashMap<>();
    for (int rgb : pixels) {
      bins.computeIfAbsent(rgb & 0xfcfcfc, key -> new Bin()).add(rgb);
    }
    List<Bin> most =
        bins.values().stream()
            .sorted(Comparator.comparingInt((Bin bin) -> -bin.count).thenComparing(Bin::mean))
            .limit(COLOURS)
            .toList();
    int[] palette = most.stream().mapToInt(Bin::mean).toArray();
    Map<Integer, Integer> nearest = new HashMap<>();
    bins.forEach((key, bin) -> nearest.put(key, nearest(bin.mean(), palette)));
    BufferedImage small =
        new BufferedImage(
            width,
            full.getHeight(),
            BufferedImage.TYPE_BYTE_INDEXED,
            new IndexColorModel(8, palette.length, palette, 0, false, -1, 0));
    byte[] row = new byte[width];
    for (int y = 0; y < full.getHeight(); y++) {
      for (int x = 0; x < width; x++) {
        row[x] = (byte) (int) nearest.get(pixels[y * width + x] & 0xfcfcfc);
      }
      small.getRaster().setDataElements(0, y, width, 1, row);
    }
    Files.createDirectories(file.getParent());
    Files.deleteIfExists(file); // its end would stay behind a shorter one
    ImageWriter writer = ImageIO.getImageWritersByFormatName("png").next();
    try (ImageOutputStream out = ImageIO.createImageOutputStream(file.toFile())) {
      ImageWriteParam smallest = writer.getDefaultWriteParam();
      smallest.setCompressionMode(ImageWriteParam.MODE_EXPLICIT);
      smallest.setCompressionQuality(0);
      writer.setOutput(out);
      writer.write(null, new IIOImage(small, null, null), smallest);
    } finally {
      writer.dispose();
    }
  }

  private static int nearest(int rgb, int[] palette) {
    int best = 0;
    int least = Integer.MAX_VALUE;
    for (int n = 0; n < palette.length; n++) {
      int red = (rgb >> 16 & 0xff) - (palette[n] >> 16 & 0xff);
      int green = (rgb >> 8 & 0xff) - (palette[n] >> 8 & 0xff);
      int blue = (rgb & 0xff) - (palette[n] & 0xff);
      int distance = red * red + green * green + blue * blue;
      if (distance < least) {
        least = distance;
        best = n;
      }
    }
    return best;
  }
}
