// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import com.twelvemonkeys.imageio.stream.ByteArrayImageInputStream;
import io.hounsfield.dicom.Element.Bytes;
import java.awt.image.DataBuffer;
import java.awt.image.DataBufferByte;
import java.awt.image.DataBufferUShort;
import java.awt.image.Raster;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import javax.imageio.ImageReader;
import javax.imageio.spi.IIORegistry;
import javax.imageio.spi.ImageReaderSpi;
import javax.imageio.stream.ImageInputStream;

/**
 * JPEG Lossless, Huffman coded (process 14, any predictor): ISO/IEC 10918-1 annex H, by the reader
 * of TwelveMonkeys ImageIO.
 */
final class JpegLosslessCodec implements FrameCodec {
  private static final String TITLE = "JPEG Lossless";
  private static final String READER = "com.twelvemonkeys.imageio.plugins.jpeg.JPEGImageReaderSpi";

  /** A table of its own for each of four components; the library keeps 50 KiB for each segment. */
  private static final int MAX_TABLE_SEGMENTS = 16;

  private static final class Provider {
    static final ImageReaderSpi INSTANCE = find();

    private static ImageReaderSpi find() {
      // The registry looks for readers through the calling thread's class loader, whichever it is.
      Thread thread = Thread.currentThread();
      ClassLoader outer = thread.getContextClassLoader();
      thread.setContextClassLoader(JpegLosslessCodec.class.getClassLoader());
      try {
        IIORegistry registry = IIORegistry.getDefaultInstance();
        registry.registerApplicationClasspathSpis();
        Iterator<ImageReaderSpi> readers =
            registry.getServiceProviders(ImageReaderSpi.class, false);
        while (readers.hasNext()) {
          ImageReaderSpi reader = readers.next();
          if (reader.getClass().getName().equals(READER)) {
            return reader;
          }
        }
      } finally {
        thread.setContextClassLoader(outer);
      }
      throw new IllegalStateException(READER + " is missing from the class path");
    }
  }

  @Override
  public short[] decode(Bytes frame, PixelLayout layout) throws DicomException {
    JpegHeader.require(frame, layout, TITLE, Set.of(JpegHeader.SOF3_LOSSLESS));
    // A coded sample takes a bit at least.
    if (frame.length() * 8L < layout.samples()) {
      throw JpegHeader.fault(
          TITLE, frame.length() + " bytes cannot hold " + layout.samples() + " samples; truncated");
    }
    int tables = JpegHeader.tableSegments(frame);
    if (tables > MAX_TABLE_SEGMENTS) {
      throw JpegHeader.fault(
          TITLE, tables + " Huffman tables are over the limit of " + MAX_TABLE_SEGMENTS);
    }
    List<String> warnings = new ArrayList<>();
    Raster raster;
    ImageReader reader = null;
    try (ImageInputStream in =
        new ByteArrayImageInputStream(frame.array(), frame.offset(), frame.length())) {
      reader = Provider.INSTANCE.createReaderInstance();
      reader.addIIOReadWarningListener((source, warning) -> warnings.add(warning));
      reader.setInput(in, true, true);
      raster = reader.readRaster(0, null);
    } catch (IOException | RuntimeException e) {
      // On damaged input the library throws whatever its arrays and tables throw.
      throw new DicomException(
          Tag.describe(Tag.PixelData) + ": JPEG Lossless: damaged image: " + e.getMessage(), e);
    } finally {
      if (reader != null) {
        reader.dispose();
      }
    }
    // The library warns of damage and carries on; a measurement must not.
    if (!warnings.isEmpty()) {
      throw DicomException.in(Tag.PixelData, "JPEG Lossless: damaged image: " + warnings.get(0));
    }
    return samples(raster, layout);
  }

  private static short[] samples(Raster raster, PixelLayout layout) throws DicomException {
    if (raster.getWidth() != layout.columns()
        || raster.getHeight() != layout.rows()
        || raster.getNumBands() != layout.samplesPerPixel()) {
      throw DicomException.in(
          Tag.PixelData, "JPEG Lossless: the decoded image is not of the announced size");
    }
    short[] samples = new short[layout.samples()];
    DataBuffer buffer = raster.getDataBuffer();
    boolean whole =
        layout.samplesPerPixel() == 1 && buffer.getNumBanks() == 1 && buffer.getOffset() == 0;
    if (whole && buffer instanceof DataBufferUShort words && words.getSize() == samples.length) {
      System.arraycopy(words.getData(), 0, samples, 0, samples.length);
    } else if (whole
        && buffer instanceof DataBufferByte bytes
        && bytes.getSize() == samples.length) {
      byte[] data = bytes.getData();
      for (int i = 0; i < samples.length; i++) {
        samples[i] = (short) (data[i] & 0xFF);
      }
    } else {
      int[] row = null;
      int perRow = layout.columns() * layout.samplesPerPixel();
      for (int y = 0; y < layout.rows(); y++) {
        row = raster.getPixels(0, y, layout.columns(), 1, row);
        for (int i = 0; i < perRow; i++) {
          samples[y * perRow + i] = (short) row[i];
        }
      }
    }
    SampleBits.extract(samples, layout);
    return samples;
  }
}
