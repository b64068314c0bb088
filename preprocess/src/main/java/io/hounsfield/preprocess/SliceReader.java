// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.PixelFrame;
import io.hounsfield.dicom.Tag;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * Reads the slices of an instance as Hounsfield units: one of a CT Image Storage instance, one a
 * frame of an Enhanced CT instance.
 *
 * <p>HU = Rescale Slope x stored value + Rescale Intercept, of each slice its own, rounded to the
 * nearest integer and clamped to int16. Padding (Pixel Padding Value, Pixel Padding Range Limit)
 * and values below -1500 HU, with which scanners fill the corners outside the reconstruction
 * circle, become {@link #PADDING_HU}. Values from -1500 to -1024 HU are noise around air and stay.
 */
public final class SliceReader {

  /** HU of pixels that hold no measurement. */
  public static final short PADDING_HU = HuTable.PADDING_HU;

  private SliceReader() {}

  /**
   * Where the slices of an instance lie; no pixels are needed.
   *
   * @throws SeriesRefusedException {@link RefusalReason#NO_GEOMETRY} if a frame does not say so
   */
  public static List<SliceHeader> headers(DataSet dataSet) throws SeriesRefusedException {
    return FrameReader.headers(dataSet);
  }

  /**
   * Takes slices as they are decoded.
   *
   * @param <E> what taking may throw
   */
  @FunctionalInterface
  public interface Sink<E extends Exception> {
    /** Takes over one slice. */
    void accept(Slice slice) throws E;
  }

  /**
   * Asked before pixels are decoded.
   *
   * @param <E> how it says no
   */
  @FunctionalInterface
  public interface Admission<E extends Exception> {
    /** All slices of the instance have so many voxels together. */
    void admit(long voxels) throws E;
  }

  /**
   * Reads all slices of an instance; as {@link #read(DicomFile, Sink)}.
   *
   * @throws SeriesRefusedException if the instance cannot be measured
   */
  public static List<Slice> read(DicomFile file) throws SeriesRefusedException {
    List<Slice> slices = new ArrayList<>();
    read(file, slices::add);
    return slices;
  }

  /**
   * Reads the slices of an instance one by one, after checking that it {@linkplain
   * Suitability#check(DicomFile) can be measured}. A damaged instance is refused as {@link
   * RefusalReason#UNDECODABLE}, with the decoder's {@link DicomException} as cause; slices before
   * the damage were given away by then.
   *
   * @param sink takes each slice as soon as it is decoded
   * @return how many frames of the instance are localizers and were left out
   * @throws SeriesRefusedException if the instance cannot be measured
   */
  public static <E extends Exception> int read(DicomFile file, Sink<E> sink)
      throws SeriesRefusedException, E {
    return read(file, voxels -> {}, sink);
  }

  /**
   * As {@link #read(DicomFile, Sink)}, for those who must know beforehand how much will come.
   *
   * @param admission asked once, when the instance is checked and nothing is decoded
   */
  public static <A extends Exception, E extends Exception> int read(
      DicomFile file, Admission<A> admission, Sink<E> sink) throws SeriesRefusedException, A, E {
    FrameReader.Frames frames = Suitability.checked(file);
    SliceHeader first = frames.slices().get(0).header();
    long voxels = (long) first.rows() * first.columns() * frames.slices().size();
    if (voxels > VolumePlan.MAX_VOXELS) {
      throw VolumePlan.tooLarge(frames.slices().size(), first.rows(), first.columns());
    }
    admission.admit(voxels);
    for (FrameReader.Frame frame : frames.slices()) {
      sink.accept(read(file, frame));
    }
    return frames.localizers();
  }

  /**
   * Reads one slice of an instance, checked as {@link #read(DicomFile, Sink)} does.
   *
   * @param frame {@link SliceHeader#frame()} of the slice
   * @throws SeriesRefusedException if the instance cannot be measured or has no such slice
   */
  public static Slice readFrame(DicomFile file, int frame) throws SeriesRefusedException {
    for (FrameReader.Frame found : Suitability.checked(file).slices()) {
      if (found.header().frame() == frame) {
        return read(file, found);
      }
    }
    throw new SeriesRefusedException(
        RefusalReason.NO_GEOMETRY, "The instance has no slice in frame " + (frame + 1) + ".");
  }

  private static Slice read(DicomFile file, FrameReader.Frame frame) throws SeriesRefusedException {
    SliceHeader header = frame.header();
    try {
      PixelFrame pixels = PixelDecoders.decode(file, header.frame());
      if (pixels.samplesPerPixel() != 1) {
        throw new SeriesRefusedException(
            RefusalReason.NOT_HOUNSFIELD,
            "%s has %d samples a pixel: it is a colour picture, not HU."
                .formatted(FrameReader.capital(header.name()), pixels.samplesPerPixel()));
      }
      if (pixels.rows() != header.rows() || pixels.columns() != header.columns()) {
        throw new DicomException(
            "the pixels are %d x %d, Rows and Columns say %d x %d"
                .formatted(pixels.rows(), pixels.columns(), header.rows(), header.columns()));
      }
      short[] hu = pixels.samples();
      HuTable.of(key(file.dataSet(), frame, pixels.signed())).apply(hu);
      return new Slice(header, hu);
    } catch (DicomException e) {
      throw new SeriesRefusedException(
          RefusalReason.UNDECODABLE,
          FrameReader.capital(header.name()) + " cannot be decoded: " + e.getMessage(),
          e);
    }
  }

  private static HuTable.Key key(DataSet dataSet, FrameReader.Frame frame, boolean signed)
      throws DicomException {
    OptionalInt value = dataSet.integer(Tag.PixelPaddingValue);
    int low = 0;
    int high = -1;
    if (value.isPresent()) {
      OptionalInt limit = dataSet.integer(Tag.PixelPaddingRangeLimit);
      int a = stored(value.getAsInt(), signed);
      int b = limit.isPresent() ? stored(limit.getAsInt(), signed) : a;
      low = Math.min(a, b);
      high = Math.max(a, b);
    }
    return new HuTable.Key(frame.rescaleSlope(), frame.rescaleIntercept(), signed, low, high);
  }

  /** Padding values have the pixels' own sign, whichever VR (US or SS) they were written with. */
  private static int stored(int value, boolean signed) {
    return signed ? (short) value : value & 0xFFFF;
  }
}
