// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/** Value representations, PS3.5 section 6.2. */
public enum VR {
  AE(Kind.TEXT, 1, 16),
  AS(Kind.TEXT, 1, 4),
  AT(Kind.INTEGER, 2, 0),
  CS(Kind.TEXT, 1, 16),
  DA(Kind.TEXT, 1, 18),
  DS(Kind.TEXT, 1, 16),
  DT(Kind.TEXT, 1, 54),
  FD(Kind.FLOAT, 8, 0),
  FL(Kind.FLOAT, 4, 0),
  IS(Kind.TEXT, 1, 12),
  LO(Kind.TEXT, 1, 64),
  LT(Kind.TEXT, 1, 10240),
  OB(Kind.BYTES, 1, 0),
  OD(Kind.FLOAT, 8, 0),
  OF(Kind.FLOAT, 4, 0),
  OL(Kind.INTEGER, 4, 0),
  OV(Kind.INTEGER, 8, 0),
  OW(Kind.INTEGER, 2, 0),
  PN(Kind.TEXT, 1, 0),
  SH(Kind.TEXT, 1, 16),
  SL(Kind.INTEGER, 4, 0),
  SQ(Kind.SEQUENCE, 1, 0),
  SS(Kind.INTEGER, 2, 0),
  ST(Kind.TEXT, 1, 1024),
  SV(Kind.INTEGER, 8, 0),
  TM(Kind.TEXT, 1, 28),
  UC(Kind.TEXT, 1, 0),
  UI(Kind.TEXT, 1, 64),
  UL(Kind.INTEGER, 4, 0),
  UN(Kind.BYTES, 1, 0),
  UR(Kind.TEXT, 1, 0),
  US(Kind.INTEGER, 2, 0),
  UT(Kind.TEXT, 1, 0),
  UV(Kind.INTEGER, 8, 0);

  enum Kind {
    TEXT,
    INTEGER,
    FLOAT,
    BYTES,
    SEQUENCE
  }

  private static final VR[] BY_CODE = new VR[26 * 26];

  static {
    for (VR vr : values()) {
      BY_CODE[(vr.name().charAt(0) - 'A') * 26 + vr.name().charAt(1) - 'A'] = vr;
    }
  }

  private final Kind kind;
  private final int unitBytes;
  private final int maxCharacters;

  VR(Kind kind, int unitBytes, int maxCharacters) {
    this.kind = kind;
    this.unitBytes = unitBytes;
    this.maxCharacters = maxCharacters;
  }

  /** The VR with this two-letter code, or null when the standard has none. */
  static VR of(int first, int second) {
    boolean letters = first >= 'A' && first <= 'Z' && second >= 'A' && second <= 'Z';
    return letters ? BY_CODE[(first - 'A') * 26 + second - 'A'] : null;
  }

  Kind kind() {
    return kind;
  }

  /** True for character strings, numbers written as text (DS, IS) included. */
  public boolean isText() {
    return kind == Kind.TEXT;
  }

  /** Bytes of one binary number, the unit of byte swapping; 1 for text and byte streams. */
  int unitBytes() {
    return unitBytes;
  }

  /** Longest allowed single value in characters; 0 when the standard sets no such bound. */
  int maxCharacters() {
    return maxCharacters;
  }

  /** True when Explicit VR writes a 32-bit length after two reserved bytes, PS3.5 section 7.1.2. */
  boolean hasLongLength() {
    return switch (this) {
      case OB, OD, OF, OL, OV, OW, SQ, SV, UC, UN, UR, UT, UV -> true;
      default -> false;
    };
  }

  /** True when SpecificCharacterSet (0008,0005) governs the text, PS3.5 section 6.1.2.3. */
  boolean usesCharacterSet() {
    return switch (this) {
      case LO, LT, PN, SH, ST, UC, UT -> true;
      default -> false;
    };
  }

  /** True when a backslash separates values. */
  boolean isMultiValued() {
    return switch (this) {
      case LT, ST, UR, UT -> false;
      default -> isText();
    };
  }

  /** Byte that pads a value to even length. */
  byte padding() {
    return (byte) (isText() && this != UI ? ' ' : 0);
  }
}
