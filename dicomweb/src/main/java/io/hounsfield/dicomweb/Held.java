// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSetJson;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/** An instance that is held, and its representations. Methods block. */
record Held(
    String studyInstanceUid,
    String seriesInstanceUid,
    String sopInstanceUid,
    TransferSyntax transferSyntax,
    Path file) {
  /** Longer binary values are not inline in metadata, bytes. */
  static final int MAX_INLINE = 1 << 10;

  private static final TransferSyntax PLAIN = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

  String address(WebAddress address) {
    return address.instance(studyInstanceUid, seriesInstanceUid, sopInstanceUid);
  }

  /** Whether it can be given in a transfer syntax: a UID, {@code *}, or none for the default. */
  boolean canBe(String wanted) {
    return wanted.equals("*")
        || wanted.equals(transferSyntax.uid())
        || (wanted.isEmpty() || wanted.equals(PLAIN.uid()))
            && PixelDecoders.supports(transferSyntax);
  }

  /** Whether it is given as it is stored. */
  boolean asStored(String wanted) {
    return wanted.equals("*")
        || wanted.equals(transferSyntax.uid())
        || transferSyntax == PLAIN && wanted.isEmpty();
  }

  /** The instance as a file in Explicit VR Little Endian, pixel data uncompressed. */
  byte[] plain() throws IOException {
    DicomFile plain = PixelDecoders.decompress(DicomFiles.read(file), PLAIN);
    DataSet meta =
        plain.fileMetaInformation().copy().put(Tag.TransferSyntaxUID, VR.UI, PLAIN.uid());
    byte[] header = DicomFiles.encodeHeader(meta);
    byte[] body = DataSets.encode(plain.dataSet(), PLAIN);
    byte[] whole = Arrays.copyOf(header, Math.addExact(header.length, body.length));
    System.arraycopy(body, 0, whole, header.length, body.length);
    return whole;
  }

  /** Its attributes in the DICOM JSON model; pixel data and long binary values by their address. */
  String metadata(WebAddress address) throws IOException {
    DataSet header = DicomFiles.readHeader(file).dataSet();
    String bulk = address(address) + "/bulkdata/";
    String json = DataSetJson.encode(header, MAX_INLINE, path -> bulk + path);
    VR vr = pixelVr(header);
    if (vr == null) {
      return json;
    }
    String key = DataSetJson.key(Tag.PixelData);
    return json.substring(0, json.length() - 1)
        + (json.length() > 2 ? "," : "")
        + "\"%s\":{\"vr\":\"%s\",\"BulkDataURI\":%s}}"
            .formatted(key, vr, DataSetJson.quoted(bulk + key));
  }

  /** VR of the pixel data by the Image Pixel module, PS3.5 annex A; null where it is no image. */
  private VR pixelVr(DataSet header) {
    try {
      if (header.integer(Tag.Rows).isEmpty() || header.integer(Tag.BitsAllocated).isEmpty()) {
        return null;
      }
      return switch (header.integer(Tag.BitsAllocated).getAsInt()) {
        case 1, 8 -> VR.OB;
        case 16 -> transferSyntax.encapsulated() ? VR.OB : VR.OW;
        default -> null;
      };
    } catch (DicomException e) {
      return null; // such as a number of rows that is none: no image that could be read
    }
  }

  /** What making any other representation than the stored one takes of memory, about, bytes. */
  long workingBytes() throws IOException {
    long file = Files.size(this.file);
    if (!transferSyntax.encapsulated() && !transferSyntax.deflated()) {
      return 3 * file;
    }
    DataSet header = DicomFiles.readHeader(this.file).dataSet();
    long frames = Math.max(1, header.integer(Tag.NumberOfFrames).orElse(1));
    long frame =
        (long) header.integer(Tag.Rows).orElse(0)
            * header.integer(Tag.Columns).orElse(0)
            * header.integer(Tag.SamplesPerPixel).orElse(1)
            * 2;
    return 2 * file + 3 * Math.min(frames * Math.max(0, frame), DicomFiles.MAX_BYTES);
  }
}
