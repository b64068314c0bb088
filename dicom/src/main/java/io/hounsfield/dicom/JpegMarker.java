// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/**
 * Second bytes of markers, ISO/IEC 10918-1 table B.1, and ISO/IEC 14495-1 annex C; those of frames
 * are in JpegHeader.
 */
final class JpegMarker {
  static final int DHT = 0xC4;
  static final int RST0 = 0xD0;
  static final int EOI = 0xD9;
  static final int SOS = 0xDA;
  static final int DQT = 0xDB;
  static final int DRI = 0xDD;
  static final int LSE = 0xF8;
  private static final int RST7 = 0xD7;

  private JpegMarker() {}

  static boolean isRestart(int marker) {
    return marker >= RST0 && marker <= RST7;
  }
}
