// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.inference.SegmentedSlice;
import java.awt.image.BufferedImage;
import java.awt.image.Raster;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Iterator;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;

/**
 * The layout {@code slices}: a folder a case with {@code image/NAME.png} (8 bit grey), and {@code
 * lung/NAME.png}, {@code lesion/NAME.png} where the reference has them (any value but 0 is mask).
 * The network's labels are compared as they are: without spacing there is no anatomy.
 */
final class PictureCases implements CaseReader {

  static final String IMAGE = "image";
  private static final String LUNG = "lung";
  private static final String LESION = "lesion";
  private static final String PNG = ".png";

  /** Most slices of a case. */
  private static final int MAX_SLICES = 10_000;

  private record Picture(int rows, int columns, short[] values) {}

  private final SegmentationModel model;

  /**
   * @param model of pictures; taken over, closed with this reader
   */
  PictureCases(SegmentationModel model) {
    this.model = model;
  }

  /** Whether a folder looks like a case. */
  static boolean matches(Path folder) throws IOException {
    Path image = folder.resolve(IMAGE);
    return Files.isDirectory(image) && !Folders.files(image, PNG).isEmpty();
  }

  @Override
  public ModelIdentity model() {
    return model.identity();
  }

  @Override
  public List<Path> files(Path folder) throws IOException, CaseException {
    List<Path> files = new ArrayList<>(images(folder));
    for (String mask : List.of(LUNG, LESION)) {
      if (Files.isDirectory(folder.resolve(mask))) {
        files.addAll(Folders.files(folder.resolve(mask), PNG));
      }
    }
    return files;
  }

  private static List<Path> images(Path folder) throws IOException, CaseException {
    if (!matches(folder)) {
      throw CaseException.unreadable("It has no image/*.png.");
    }
    List<Path> images = Folders.files(folder.resolve(IMAGE), PNG);
    if (images.size() > MAX_SLICES) {
      throw CaseException.unreadable("It has more than %d slices.", MAX_SLICES);
    }
    return images;
  }

  @Override
  public long voxels(Path folder) throws IOException, CaseException {
    List<Path> images = images(folder);
    Picture first = read(images.get(0), IMAGE, false);
    return (long) first.rows() * first.columns() * images.size();
  }

  @Override
  public SegmentedCase segment(Path folder) throws IOException, CaseException, ModelException {
    List<Path> files = images(folder);
    List<Picture> images = new ArrayList<>();
    for (Path file : files) {
      images.add(read(file, IMAGE, false));
    }
    List<Mask> lung = masks(folder, LUNG, files, images);
    List<Mask> lesion = masks(folder, LESION, files, images);
    if (lung == null && lesion == null) {
      throw new CaseException("no-reference", "It has neither lung/ nor lesion/.");
    }
    List<Mask> measuredLung = new ArrayList<>();
    List<Mask> measuredLesion = new ArrayList<>();
    for (int from = 0; from < images.size(); ) {
      Picture first = images.get(from);
      int to = from + 1;
      while (to < images.size()
          && to - from < model.batch()
          && images.get(to).rows() == first.rows()
          && images.get(to).columns() == first.columns()) {
        to++;
      }
      short[][] batch =
          images.subList(from, to).stream().map(Picture::values).toArray(short[][]::new);
      for (SegmentedSlice slice : model.segment(batch, first.rows(), first.columns())) {
        EdgeAir.clear(slice.labels(), first.rows(), first.columns());
        measuredLung.add(mask(first, slice.labels(), SegmentationModel.LUNG));
        measuredLesion.add(mask(first, slice.labels(), SegmentationModel.LESION));
      }
      from = to;
    }
    return new SegmentedCase(
        SegmentedCase.lungWithLesion(lung, lesion),
        lesion,
        measuredLung,
        measuredLesion,
        Spacing.PIXELS,
        (slice, index) -> images.get(slice).values()[index],
        List.of());
  }

  private static Mask mask(Picture picture, byte[] labels, byte least) {
    BitSet plane = new BitSet(labels.length);
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] >= least) {
        plane.set(i);
      }
    }
    return new Mask(picture.rows(), picture.columns(), new BitSet[] {plane});
  }

  private static List<Mask> masks(Path folder, String name, List<Path> files, List<Picture> images)
      throws IOException, CaseException {
    Path directory = folder.resolve(name);
    if (!Files.isDirectory(directory)) {
      return null;
    }
    List<Mask> masks = new ArrayList<>();
    for (int k = 0; k < files.size(); k++) {
      Path file = directory.resolve(files.get(k).getFileName());
      if (!Files.isRegularFile(file)) {
        throw CaseException.unreadable(
            "%s/%s is missing; a mask folder has one for every image, empty ones too.",
            name, file.getFileName());
      }
      Picture mask = read(file, name, true);
      Picture image = images.get(k);
      if (mask.rows() != image.rows() || mask.columns() != image.columns()) {
        throw new CaseException(
            "other-grid",
            "%s/%s has %d x %d pixels, its image %d x %d."
                .formatted(
                    name,
                    file.getFileName(),
                    mask.columns(),
                    mask.rows(),
                    image.columns(),
                    image.rows()));
      }
      BitSet plane = new BitSet(mask.values().length);
      for (int i = 0; i < mask.values().length; i++) {
        if (mask.values()[i] != 0) {
          plane.set(i);
        }
      }
      masks.add(new Mask(mask.rows(), mask.columns(), new BitSet[] {plane}));
    }
    return masks;
  }

  /** Grey values as stored; the size is checked before anything is decoded. */
  private static Picture read(Path file, String folder, boolean mask)
      throws IOException, CaseException {
    String name = folder + "/" + file.getFileName();
    try (ImageInputStream in = ImageIO.createImageInputStream(file.toFile())) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(in);
      if (!readers.hasNext()) {
        throw CaseException.unreadable("%s is no picture.", name);
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(in);
        int columns = reader.getWidth(0);
        int rows = reader.getHeight(0);
        int most = SegmentationModel.MAX_SIDE;
        if (columns < 1 || rows < 1 || columns > most || rows > most) {
          throw CaseException.unreadable(
              "%s has %d x %d pixels; at most %d x %d are read.", name, columns, rows, most, most);
        }
        BufferedImage image = reader.read(0);
        Raster raster = image.getRaster();
        int bits = image.getSampleModel().getSampleSize(0);
        boolean palette = image.getColorModel() instanceof java.awt.image.IndexColorModel;
        // A 1-bit grey PNG is read with a palette of black and white, in the order of its values.
        if (raster.getNumBands() != 1 || (mask ? bits > 16 : bits != 8 || palette)) {
          throw CaseException.unreadable(
              mask
                  ? "%s has several channels; a mask is grey, 0 for background."
                  : "%s is not 8-bit grey. The layout 'slices' is of 8-bit grey pictures; images"
                      + " in HU are measured in the layouts 'nifti' and 'dicom-seg'.",
              name);
        }
        int[] samples = raster.getSamples(0, 0, columns, rows, 0, (int[]) null);
        short[] values = new short[samples.length];
        for (int i = 0; i < values.length; i++) {
          values[i] = (short) samples[i];
        }
        return new Picture(rows, columns, values);
      } finally {
        reader.dispose();
      }
    } catch (javax.imageio.IIOException | RuntimeException e) {
      // ImageIO's readers answer damaged files with exceptions of many types.
      throw CaseException.unreadable("%s is damaged.", name);
    }
  }

  @Override
  public void close() {
    model.close();
  }
}
