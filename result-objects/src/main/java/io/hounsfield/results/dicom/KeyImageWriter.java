// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultKind;
import java.awt.image.BufferedImage;
import java.awt.image.DataBufferInt;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.stream.MemoryCacheImageInputStream;

/**
 * Secondary Captures, PS3.3 annex A.8.1, that any viewer shows: the overview picture, and up to
 * four slices with most disease. One image each, since not every archive takes multi-frame true
 * colour.
 */
public final class KeyImageWriter {

  private static final ResultKind KIND = ResultKind.KEY_IMAGES;
  private static final int MAX_SLICES = KIND.maxObjects() - 1;

  /** Slices nearer than this show the same disease, mm. */
  private static final double MIN_DISTANCE_MM = 15;

  /** A slice with less disease than this share of the first one's adds nothing. */
  private static final double MIN_SHARE = 0.1;

  private final ResultCase result;
  private final List<Integer> slices;

  /** Chooses the slices. */
  public KeyImageWriter(ResultCase result) {
    this.result = result;
    this.slices = slices(result);
  }

  /** Pictures: the overview, and as many slices as were chosen. */
  public int count() {
    return 1 + slices.size();
  }

  /** The slices with most lesion voxels, apart from each other, in the order of the volume. */
  private static List<Integer> slices(ResultCase result) {
    LabelMap lesions = result.lesions();
    VolumeGeometry geometry = lesions.geometry();
    int[] counts = new int[geometry.slices()];
    for (int k = 0; k < counts.length; k++) {
      counts[k] = LabelScan.labelled(lesions.slice(k));
    }
    List<Integer> chosen = new ArrayList<>();
    int first = 0;
    while (chosen.size() < MAX_SLICES) {
      int best = -1;
      for (int k = 0; k < counts.length; k++) {
        int slice = k;
        boolean apart =
            chosen.stream()
                .allMatch(c -> Math.abs(c - slice) * geometry.sliceSpacingMm() >= MIN_DISTANCE_MM);
        if (apart && counts[k] > 0 && (best < 0 || counts[k] > counts[best])) {
          best = k;
        }
      }
      if (best < 0 || counts[best] < MIN_SHARE * first) {
        break;
      }
      first = Math.max(first, counts[best]);
      chosen.add(best);
    }
    Collections.sort(chosen);
    return chosen;
  }

  /** What is burned into the source is burned into pictures of it. */
  private String burnedIn() {
    return result
            .source()
            .attributes()
            .string(Tag.BurnedInAnnotation)
            .filter("YES"::equals)
            .isPresent()
        ? "YES"
        : "NO";
  }

  /**
   * Writes the DICOM file of one picture.
   *
   * @param number from 1: the overview, then the slices
   */
  public void write(int number, OutputStream out) throws IOException {
    DataSet object = ObjectHeader.of(result, KIND, number);
    BufferedImage picture;
    if (number == 1) {
      picture = SlicePicture.noticed(overview());
      // Several planes in one picture: no single orientation.
      object
          .put(Tag.PatientOrientation, VR.CS)
          .put(Tag.DerivationDescription, VR.ST, "Overview of lungs and lesions")
          .putItems(
              Tag.SourceImageSequence,
              SourceReferences.instanceItems(result).stream()
                  .map(
                      item ->
                          item.putItems(
                              Tag.PurposeOfReferenceCodeSequence,
                              Codes.item(Codes.SOURCE_IMAGE_FOR_MONTAGE)))
                  .toList());
    } else {
      int slice = slices.get(number - 2);
      SlicePicture drawing = new SlicePicture(result, slice);
      picture = drawing.draw();
      object
          .put(Tag.PatientOrientation, VR.CS, drawing.orientation())
          .put(Tag.DerivationDescription, VR.ST, "Slice in lung window with outlines of lesions")
          .putItems(
              Tag.SourceImageSequence,
              SourceReferences.frame(result.source().frames().get(slice), Codes.SOURCE_IMAGE));
    }
    ObjectHeader.putLossyCompression(object, result);
    object
        .put(Tag.ImageType, VR.CS, "DERIVED", "SECONDARY")
        .put(Tag.ConversionType, VR.CS, "WSD")
        // The term means text that tells the patient and the date (PS3.3 C.7.6.1): ours does not.
        .put(Tag.BurnedInAnnotation, VR.CS, burnedIn())
        .put(Tag.DateOfSecondaryCapture, VR.DA, object.string(Tag.ContentDate).orElseThrow())
        .put(Tag.TimeOfSecondaryCapture, VR.TM, object.string(Tag.ContentTime).orElseThrow())
        .putInts(Tag.SamplesPerPixel, VR.US, 3)
        .put(Tag.PhotometricInterpretation, VR.CS, "RGB")
        .putInts(Tag.PlanarConfiguration, VR.US, 0)
        .putInts(Tag.Rows, VR.US, picture.getHeight())
        .putInts(Tag.Columns, VR.US, picture.getWidth())
        .putInts(Tag.BitsAllocated, VR.US, 8)
        .putInts(Tag.BitsStored, VR.US, 8)
        .putInts(Tag.HighBit, VR.US, 7)
        .putInts(Tag.PixelRepresentation, VR.US, 0);
    ObjectHeader.putBodyPart(object, result);
    byte[] pixels = pixels(picture);
    ObjectFile.write(object, pixels.length, stream -> stream.write(pixels), out);
  }

  private BufferedImage overview() throws IOException {
    BufferedImage image =
        ImageIO.read(new MemoryCacheImageInputStream(new ByteArrayInputStream(result.overview())));
    if (image == null) {
      throw new IOException("the overview picture is no PNG");
    }
    return image;
  }

  /** Red, green, blue of each pixel. */
  private static byte[] pixels(BufferedImage picture) {
    int[] rgb = ((DataBufferInt) picture.getRaster().getDataBuffer()).getData();
    byte[] pixels = new byte[3 * rgb.length];
    int at = 0;
    for (int value : rgb) {
      pixels[at++] = (byte) (value >> 16);
      pixels[at++] = (byte) (value >> 8);
      pixels[at++] = (byte) value;
    }
    return pixels;
  }
}
