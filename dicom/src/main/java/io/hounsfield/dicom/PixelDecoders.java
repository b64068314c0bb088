// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.dicom.Element.Fragments;
import java.util.Collections;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decodes pixel data. What can be decoded is one table of transfer syntaxes and codecs; a further
 * codec is a further entry.
 */
public final class PixelDecoders {
  private static final Map<TransferSyntax, FrameCodec> CODECS = new EnumMap<>(TransferSyntax.class);

  static {
    FrameCodec uncompressed = new NativeCodec();
    CODECS.put(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, uncompressed);
    CODECS.put(TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, uncompressed);
    CODECS.put(TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN, uncompressed);
    CODECS.put(TransferSyntax.EXPLICIT_VR_BIG_ENDIAN, uncompressed);
    CODECS.put(TransferSyntax.RLE_LOSSLESS, new RleCodec());
    FrameCodec jpegLossless = new JpegLosslessCodec();
    CODECS.put(TransferSyntax.JPEG_LOSSLESS, jpegLossless);
    CODECS.put(TransferSyntax.JPEG_LOSSLESS_SV1, jpegLossless);
    FrameCodec jpegDct = new JpegDctCodec();
    CODECS.put(TransferSyntax.JPEG_BASELINE, jpegDct);
    CODECS.put(TransferSyntax.JPEG_EXTENDED, jpegDct);
    for (TransferSyntax syntax :
        List.of(TransferSyntax.JPEG_LS_LOSSLESS, TransferSyntax.JPEG_LS_NEAR_LOSSLESS)) {
      CODECS.put(syntax, new JpegLsCodec(syntax.mayBeLossy()));
    }
    if (DecoderPool.available()) {
      for (TransferSyntax syntax :
          List.of(
              TransferSyntax.JPEG_2000_LOSSLESS,
              TransferSyntax.JPEG_2000,
              TransferSyntax.HTJ2K_LOSSLESS,
              TransferSyntax.HTJ2K_LOSSLESS_RPCL,
              TransferSyntax.HTJ2K)) {
        CODECS.put(syntax, new Jpeg2000Codec(syntax.mayBeLossy()));
      }
    }
  }

  private PixelDecoders() {}

  /** True when pixel data in this transfer syntax can be decoded. */
  public static boolean supports(TransferSyntax syntax) {
    return CODECS.containsKey(syntax);
  }

  /**
   * Transfer syntaxes that can be decoded. JPEG 2000 and HTJ2K are among them where there is a
   * native library for this system.
   */
  public static Set<TransferSyntax> supported() {
    return Collections.unmodifiableSet(CODECS.keySet());
  }

  /** Frames that the data set announces by NumberOfFrames (0028,0008); 1 when it is absent. */
  public static int frameCount(DataSet dataSet) throws DicomException {
    return PixelLayout.of(dataSet).frames();
  }

  /**
   * Decodes one frame.
   *
   * @param frame index from 0
   * @throws DicomException when the transfer syntax is not supported, the pixel data is damaged or
   *     too short, or does not fit its description; no other exception
   */
  public static PixelFrame decode(DicomFile file, int frame) throws DicomException {
    FrameCodec codec = CODECS.get(file.transferSyntax());
    if (codec == null) {
      throw DicomException.in(
          Tag.PixelData,
          "transfer syntax "
              + file.transferSyntax().title()
              + " cannot be decoded; send the image in Explicit VR Little Endian");
    }
    DataSet dataSet = file.dataSet();
    PixelLayout layout = PixelLayout.of(dataSet);
    if (frame < 0 || frame >= layout.frames()) {
      throw DicomException.in(
          Tag.NumberOfFrames,
          "there is no frame with index " + frame + " among " + layout.frames());
    }
    Element element = dataSet.element(Tag.PixelData);
    if (element == null) {
      throw DicomException.in(Tag.PixelData, "missing; the object holds no image");
    }
    Bytes encoded;
    if (element.value() instanceof Fragments fragments) {
      if (codec instanceof NativeCodec) {
        throw DicomException.in(
            Tag.PixelData,
            "encapsulated, but the transfer syntax is " + file.transferSyntax().title());
      }
      encoded = EncapsulatedFrames.frame(dataSet, fragments.fragments(), layout.frames(), frame);
    } else if (element.value() instanceof Bytes bytes && codec instanceof NativeCodec) {
      encoded = NativeCodec.frame(bytes, layout, frame);
    } else {
      throw DicomException.in(
          Tag.PixelData,
          "not encapsulated, but the transfer syntax is " + file.transferSyntax().title());
    }
    short[] samples = codec.decode(encoded, layout);
    return new PixelFrame(
        layout.rows(),
        layout.columns(),
        layout.samplesPerPixel(),
        layout.bitsAllocated(),
        layout.bitsStored(),
        layout.signed(),
        samples);
  }

  /**
   * The same object with uncompressed pixel data; a file that is uncompressed already keeps its
   * data set.
   *
   * @param target an uncompressed transfer syntax
   */
  public static DicomFile decompress(DicomFile file, TransferSyntax target) throws DicomException {
    if (target.encapsulated()) {
      throw new IllegalArgumentException(target + " is no uncompressed transfer syntax");
    }
    if (!file.transferSyntax().encapsulated() || !file.dataSet().contains(Tag.PixelData)) {
      return new DicomFile(file.fileMetaInformation(), target, file.dataSet());
    }
    PixelLayout layout = PixelLayout.of(file.dataSet());
    long total = (long) layout.frameBytes() * layout.frames();
    if (total > DicomFiles.MAX_BYTES) {
      throw DicomException.in(
          Tag.PixelData,
          total + " bytes when decoded are over the limit of " + DicomFiles.MAX_BYTES);
    }
    NativeCodec.Encoder encoder = new NativeCodec.Encoder(layout, (int) total);
    for (int frame = 0; frame < layout.frames(); frame++) {
      encoder.add(decode(file, frame).samples());
    }
    DataSet plain = file.dataSet().copy();
    plain.remove(Tag.ExtendedOffsetTable).remove(Tag.ExtendedOffsetTableLengths);
    plain.putInts(Tag.HighBit, VR.US, layout.bitsStored() - 1);
    if (layout.samplesPerPixel() > 1) {
      plain.putInts(Tag.PlanarConfiguration, VR.US, 0);
    }
    plain.putBytes(Tag.PixelData, layout.bitsAllocated() == 8 ? VR.OB : VR.OW, encoder.bytes());
    return new DicomFile(file.fileMetaInformation(), target, plain);
  }
}
