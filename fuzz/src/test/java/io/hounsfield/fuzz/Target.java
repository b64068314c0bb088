// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.fuzz;

import io.hounsfield.api.NewReviewTarget;
import io.hounsfield.dicom.DataSetTarget;
import io.hounsfield.dicom.EncapsulatedFramesTarget;
import io.hounsfield.dicom.FileTarget;
import io.hounsfield.dicom.FrameHeadersTarget;
import io.hounsfield.dicom.Htj2kTarget;
import io.hounsfield.dicom.Jpeg2000Target;
import io.hounsfield.dicom.JpegDctTarget;
import io.hounsfield.dicom.JpegLosslessTarget;
import io.hounsfield.dicom.JpegLsTarget;
import io.hounsfield.dicom.RleTarget;
import io.hounsfield.dicomweb.MultipartTarget;
import io.hounsfield.listener.AssociationTarget;
import io.hounsfield.listener.DimseTarget;
import io.hounsfield.listener.ul.PduTarget;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * What is fuzzed. A target is a class with {@code fuzzerTestOneInput(byte[])}: it returns when the
 * input was taken or refused as documented, and throws otherwise.
 */
public enum Target {
  PDU(
      "pdu",
      PduTarget.class,
      PduTarget::fuzzerTestOneInput,
      PduTarget::seeds,
      PduTarget::dictionary),
  DIMSE(
      "dimse",
      DimseTarget.class,
      DimseTarget::fuzzerTestOneInput,
      DimseTarget::seeds,
      DimseTarget::dictionary),
  ASSOCIATION(
      "association",
      AssociationTarget.class,
      AssociationTarget::fuzzerTestOneInput,
      AssociationTarget::seeds,
      AssociationTarget::dictionary),
  DATA_SET(
      "data-set",
      DataSetTarget.class,
      DataSetTarget::fuzzerTestOneInput,
      DataSetTarget::seeds,
      DataSetTarget::dictionary),
  FILE(
      "file",
      FileTarget.class,
      FileTarget::fuzzerTestOneInput,
      FileTarget::seeds,
      FileTarget::dictionary),
  ENCAPSULATED_FRAMES(
      "encapsulated-frames",
      EncapsulatedFramesTarget.class,
      EncapsulatedFramesTarget::fuzzerTestOneInput,
      EncapsulatedFramesTarget::seeds,
      EncapsulatedFramesTarget::dictionary),
  FRAME_HEADERS(
      "frame-headers",
      FrameHeadersTarget.class,
      FrameHeadersTarget::fuzzerTestOneInput,
      FrameHeadersTarget::seeds,
      FrameHeadersTarget::dictionary),
  RLE("rle", RleTarget.class, RleTarget::fuzzerTestOneInput, RleTarget::seeds, List::of),
  JPEG_LOSSLESS(
      "jpeg-lossless",
      JpegLosslessTarget.class,
      JpegLosslessTarget::fuzzerTestOneInput,
      JpegLosslessTarget::seeds,
      JpegLosslessTarget::dictionary),
  JPEG_DCT(
      "jpeg-dct",
      JpegDctTarget.class,
      JpegDctTarget::fuzzerTestOneInput,
      JpegDctTarget::seeds,
      JpegDctTarget::dictionary),
  JPEG_LS(
      "jpeg-ls",
      JpegLsTarget.class,
      JpegLsTarget::fuzzerTestOneInput,
      JpegLsTarget::seeds,
      JpegLsTarget::dictionary),
  JPEG_2000(
      "jpeg-2000",
      Jpeg2000Target.class,
      Jpeg2000Target::fuzzerTestOneInput,
      Jpeg2000Target::seeds,
      Jpeg2000Target::dictionary),
  HTJ2K(
      "htj2k",
      Htj2kTarget.class,
      Htj2kTarget::fuzzerTestOneInput,
      Htj2kTarget::seeds,
      Htj2kTarget::dictionary),
  MULTIPART(
      "multipart",
      MultipartTarget.class,
      MultipartTarget::fuzzerTestOneInput,
      MultipartTarget::seeds,
      MultipartTarget::dictionary),
  NEW_REVIEW(
      "new-review",
      NewReviewTarget.class,
      NewReviewTarget::fuzzerTestOneInput,
      NewReviewTarget::seeds,
      NewReviewTarget::dictionary);

  /** Makes seeds; slow ones need not be kept. */
  interface Inputs {
    List<byte[]> make() throws IOException;
  }

  private interface Input {
    void take(byte[] input);
  }

  private final String title;
  private final Class<?> type;
  private final Input input;
  private final Inputs seeds;
  private final Inputs dictionary;

  Target(String title, Class<?> type, Input input, Inputs seeds, Inputs dictionary) {
    this.title = title;
    this.type = type;
    this.input = input;
    this.seeds = seeds;
    this.dictionary = dictionary;
  }

  /** Name on the command line and of the folder of findings. */
  public String title() {
    return title;
  }

  Class<?> type() {
    return type;
  }

  /** Runs one input. */
  void run(byte[] bytes) {
    input.take(bytes);
  }

  /** Sound inputs to start from, with real ones where there are some. */
  List<byte[]> seeds() throws IOException {
    return seeds.make();
  }

  /** Words of the format, which the fuzzer puts into inputs. */
  List<byte[]> dictionary() throws IOException {
    return dictionary.make();
  }

  static Optional<Target> named(String title) {
    return Arrays.stream(values()).filter(target -> target.title.equals(title)).findFirst();
  }
}
