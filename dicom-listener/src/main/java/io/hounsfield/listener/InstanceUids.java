// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** The UIDs that identify an instance, found in the first bytes of its data set. */
record InstanceUids(String sopClass, String sopInstance, String study, String series) {
  /** UIDs must come within this many bytes of the data set; more are not held in memory. */
  static final int MAX_HEADER = 4 << 20;

  /** Enough for the UIDs of most instances; looked at first, then twice as many. */
  static final int USUAL_HEADER = 8 << 10;

  private static final int GROUP_7FE0 = 0x7FE00000;

  /**
   * Looks for the UIDs while the rest of the data set may still be on its way.
   *
   * @param head the data set's first bytes, as sent
   * @param whole true when no more will be shown
   * @return the UIDs, or null when more bytes are needed
   * @throws StoreException (unreadable) when these bytes are no data set, or it has not all UIDs
   */
  static InstanceUids find(ByteBuffer head, boolean whole, TransferSyntax syntax)
      throws StoreException {
    try {
      DataSet found = DataSets.decodePrefix(head, syntax, Tag.SeriesInstanceUID + 1);
      if (!hasAll(found)) {
        // Perhaps not in the order of their tags. What comes after group 7FE0 is no header's.
        found = DataSets.decodePrefix(head, syntax, GROUP_7FE0);
      }
      return whole || hasAll(found) ? of(found) : null;
    } catch (DicomException e) {
      throw unreadable(e.getMessage());
    }
  }

  private static boolean hasAll(DataSet found) {
    return found.contains(Tag.SOPClassUID)
        && found.contains(Tag.SOPInstanceUID)
        && found.contains(Tag.StudyInstanceUID)
        && found.contains(Tag.SeriesInstanceUID);
  }

  private static InstanceUids of(DataSet header) throws StoreException {
    return new InstanceUids(
        uid(header, Tag.SOPClassUID),
        uid(header, Tag.SOPInstanceUID),
        uid(header, Tag.StudyInstanceUID),
        uid(header, Tag.SeriesInstanceUID));
  }

  private static String uid(DataSet header, int tag) throws StoreException {
    String uid = String.join("\\", header.strings(tag)); // of one value, others are no UID
    if (!isUsable(uid)) {
      throw unreadable(Tag.toString(tag) + (uid.isEmpty() ? " is missing or empty" : " is no UID"));
    }
    return uid;
  }

  /** As forgiving as is safe: 1 to 64 digits and dots (leading zeros do occur). */
  static boolean isUsable(String uid) {
    return !uid.isEmpty()
        && uid.length() <= 64
        && uid.chars().allMatch(c -> c == '.' || (c >= '0' && c <= '9'));
  }

  /** Sets a UID as forgivingly as {@link #isUsable} takes it, which VR UI's own check is not. */
  static void put(DataSet set, int tag, String uid) {
    set.putBytes(
        tag,
        VR.UI,
        (uid + (uid.length() % 2 == 0 ? "" : "\0")).getBytes(StandardCharsets.US_ASCII));
  }

  static StoreException unreadable(String what) {
    return new StoreException(StoreException.Reason.UNREADABLE, "data set: " + what);
  }
}
