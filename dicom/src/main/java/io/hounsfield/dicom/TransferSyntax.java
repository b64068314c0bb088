// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Transfer syntaxes of still images, PS3.5 section 10 and annex A, PS3.6 table A-1. */
public enum TransferSyntax {
  IMPLICIT_VR_LITTLE_ENDIAN("1.2.840.10008.1.2", "Implicit VR Little Endian", Form.IMPLICIT),
  EXPLICIT_VR_LITTLE_ENDIAN("1.2.840.10008.1.2.1", "Explicit VR Little Endian", Form.EXPLICIT),
  DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN(
      "1.2.840.10008.1.2.1.99", "Deflated Explicit VR Little Endian", Form.DEFLATED),
  EXPLICIT_VR_BIG_ENDIAN("1.2.840.10008.1.2.2", "Explicit VR Big Endian", Form.BIG_ENDIAN),
  JPEG_BASELINE("1.2.840.10008.1.2.4.50", "JPEG Baseline (Process 1)"),
  JPEG_EXTENDED("1.2.840.10008.1.2.4.51", "JPEG Extended (Process 2 and 4)"),
  JPEG_LOSSLESS("1.2.840.10008.1.2.4.57", "JPEG Lossless (Process 14)"),
  JPEG_LOSSLESS_SV1("1.2.840.10008.1.2.4.70", "JPEG Lossless (Process 14, Selection Value 1)"),
  JPEG_LS_LOSSLESS("1.2.840.10008.1.2.4.80", "JPEG-LS Lossless"),
  JPEG_LS_NEAR_LOSSLESS("1.2.840.10008.1.2.4.81", "JPEG-LS Near-Lossless"),
  JPEG_2000_LOSSLESS("1.2.840.10008.1.2.4.90", "JPEG 2000 (Lossless Only)"),
  JPEG_2000("1.2.840.10008.1.2.4.91", "JPEG 2000"),
  JPEG_2000_MULTI_COMPONENT_LOSSLESS(
      "1.2.840.10008.1.2.4.92", "JPEG 2000 Part 2 Multi-component (Lossless Only)"),
  JPEG_2000_MULTI_COMPONENT("1.2.840.10008.1.2.4.93", "JPEG 2000 Part 2 Multi-component"),
  JPIP_REFERENCED("1.2.840.10008.1.2.4.94", "JPIP Referenced", Form.EXPLICIT),
  JPIP_REFERENCED_DEFLATED("1.2.840.10008.1.2.4.95", "JPIP Referenced Deflate", Form.DEFLATED),
  JPEG_XL_LOSSLESS("1.2.840.10008.1.2.4.110", "JPEG XL Lossless"),
  JPEG_XL_RECOMPRESSION("1.2.840.10008.1.2.4.111", "JPEG XL JPEG Recompression"),
  JPEG_XL("1.2.840.10008.1.2.4.112", "JPEG XL"),
  HTJ2K_LOSSLESS("1.2.840.10008.1.2.4.201", "High-Throughput JPEG 2000 (Lossless Only)"),
  HTJ2K_LOSSLESS_RPCL(
      "1.2.840.10008.1.2.4.202", "High-Throughput JPEG 2000 with RPCL (Lossless Only)"),
  HTJ2K("1.2.840.10008.1.2.4.203", "High-Throughput JPEG 2000"),
  RLE_LOSSLESS("1.2.840.10008.1.2.5", "RLE Lossless"),
  DEFLATED_IMAGE_FRAME("1.2.840.10008.1.2.8.1", "Deflated Image Frame Compression");

  private enum Form {
    IMPLICIT,
    EXPLICIT,
    DEFLATED,
    BIG_ENDIAN,
    ENCAPSULATED
  }

  private static final Map<String, TransferSyntax> BY_UID = new HashMap<>();

  static {
    for (TransferSyntax syntax : values()) {
      BY_UID.put(syntax.uid, syntax);
    }
  }

  private final String uid;
  private final String title;
  private final Form form;

  TransferSyntax(String uid, String title) {
    this(uid, title, Form.ENCAPSULATED);
  }

  TransferSyntax(String uid, String title, Form form) {
    this.uid = uid;
    this.title = title;
    this.form = form;
  }

  /** The syntax with this UID; empty when it is none of the image syntaxes. */
  public static Optional<TransferSyntax> of(String uid) {
    return Optional.ofNullable(BY_UID.get(uid));
  }

  /** Unique identifier as registered in PS3.6. */
  public String uid() {
    return uid;
  }

  /** Name as registered in PS3.6. */
  public String title() {
    return title;
  }

  public boolean explicitVr() {
    return form != Form.IMPLICIT;
  }

  public boolean bigEndian() {
    return form == Form.BIG_ENDIAN;
  }

  /** True when pixel data in this syntax always has lost detail. */
  public boolean lossy() {
    return this == JPEG_BASELINE || this == JPEG_EXTENDED;
  }

  /** True when pixel data in this syntax may have lost detail; the data set should say so. */
  public boolean mayBeLossy() {
    return switch (this) {
      case JPEG_BASELINE,
          JPEG_EXTENDED,
          JPEG_LS_NEAR_LOSSLESS,
          JPEG_2000,
          JPEG_2000_MULTI_COMPONENT,
          JPEG_XL_RECOMPRESSION,
          JPEG_XL,
          HTJ2K ->
          true;
      default -> false;
    };
  }

  /** True when the whole data set is compressed with RFC 1951 deflate. */
  public boolean deflated() {
    return form == Form.DEFLATED;
  }

  /** True when pixel data is a sequence of fragments, PS3.5 annex A.4. */
  public boolean encapsulated() {
    return form == Form.ENCAPSULATED;
  }
}
