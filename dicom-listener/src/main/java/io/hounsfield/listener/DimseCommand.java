// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import java.nio.ByteBuffer;

/**
 * A command set, PS3.7 section 6.3 and 9.3, reduced to what this node uses.
 *
 * @param field Command Field (0000,0100); responses have bit 15 set
 * @param messageId Message ID, or Message ID Being Responded To
 * @param status Status of a response; -1 in a request
 * @param typeId Action Type ID or Event Type ID of an N-ACTION or N-EVENT-REPORT request; else 0
 */
record DimseCommand(
    int field,
    int messageId,
    String sopClassUid,
    String sopInstanceUid,
    boolean hasDataSet,
    int status,
    String errorComment,
    int typeId) {

  static final int C_STORE_RQ = 0x0001;
  static final int C_ECHO_RQ = 0x0030;
  static final int N_EVENT_REPORT_RQ = 0x0100;
  static final int N_ACTION_RQ = 0x0130;
  static final int C_CANCEL_RQ = 0x0FFF;
  static final int RESPONSE = 0x8000;

  /** Longest command set taken, bytes; real ones have some 200. */
  static final int MAX_LENGTH = 16 << 10;

  private static final int NO_DATA_SET = 0x0101;
  private static final int WITH_DATA_SET = 0x0001;
  private static final int MEDIUM_PRIORITY = 0x0000;

  static DimseCommand cEchoRq(int messageId, String sopClassUid) {
    return new DimseCommand(C_ECHO_RQ, messageId, sopClassUid, "", false, -1, "", 0);
  }

  static DimseCommand cStoreRq(int messageId, String sopClassUid, String sopInstanceUid) {
    return new DimseCommand(C_STORE_RQ, messageId, sopClassUid, sopInstanceUid, true, -1, "", 0);
  }

  static DimseCommand nActionRq(
      int messageId, String sopClassUid, String sopInstanceUid, int actionTypeId) {
    return new DimseCommand(
        N_ACTION_RQ, messageId, sopClassUid, sopInstanceUid, true, -1, "", actionTypeId);
  }

  static DimseCommand nEventReportRq(
      int messageId, String sopClassUid, String sopInstanceUid, int eventTypeId) {
    return new DimseCommand(
        N_EVENT_REPORT_RQ, messageId, sopClassUid, sopInstanceUid, true, -1, "", eventTypeId);
  }

  /** The response to this request; names its SOP class and instance unless they are no UIDs. */
  DimseCommand response(int withStatus, String comment) {
    return new DimseCommand(
        field | RESPONSE,
        messageId,
        InstanceUids.isUsable(sopClassUid) ? sopClassUid : "",
        InstanceUids.isUsable(sopInstanceUid) ? sopInstanceUid : "",
        false,
        withStatus,
        comment,
        0);
  }

  boolean isResponse() {
    return (field & RESPONSE) != 0;
  }

  /** The name in the standard, for log lines. */
  String name() {
    return String.format("DIMSE command %04XH", field);
  }

  static DimseCommand decode(ByteBuffer bytes) throws DicomException {
    DataSet set = DataSets.decode(bytes, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    int field = required(set, Tag.CommandField);
    boolean response = (field & RESPONSE) != 0;
    int messageId =
        field == C_CANCEL_RQ || response
            ? required(set, Tag.MessageIDBeingRespondedTo)
            : required(set, Tag.MessageID);
    return new DimseCommand(
        field,
        messageId,
        text(set, Tag.AffectedSOPClassUID, Tag.RequestedSOPClassUID),
        text(set, Tag.AffectedSOPInstanceUID, Tag.RequestedSOPInstanceUID),
        required(set, Tag.CommandDataSetType) != NO_DATA_SET,
        response ? required(set, Tag.Status) : -1,
        text(set, Tag.ErrorComment, Tag.ErrorComment),
        typeId(set, field));
  }

  /** What it does is decided later; a request without the type asks for type 0, which is none. */
  private static int typeId(DataSet set, int field) throws DicomException {
    return switch (field) {
      case N_ACTION_RQ -> set.integer(Tag.ActionTypeID).orElse(0);
      case N_EVENT_REPORT_RQ -> set.integer(Tag.EventTypeID).orElse(0);
      default -> 0;
    };
  }

  private static int required(DataSet set, int tag) throws DicomException {
    return set.integer(tag)
        .orElseThrow(() -> new DicomException("command set: " + Tag.toString(tag) + " is missing"));
  }

  private static String text(DataSet set, int tag, int otherwise) {
    return set.string(tag).or(() -> set.string(otherwise)).orElse("");
  }

  byte[] encode() {
    DataSet set = new DataSet();
    boolean action = field == N_ACTION_RQ; // names what it acts on otherwise than all others
    if (!sopClassUid.isEmpty()) {
      InstanceUids.put(
          set, action ? Tag.RequestedSOPClassUID : Tag.AffectedSOPClassUID, sopClassUid);
    }
    set.putInts(Tag.CommandField, VR.US, field);
    set.putInts(isResponse() ? Tag.MessageIDBeingRespondedTo : Tag.MessageID, VR.US, messageId);
    if (field == C_STORE_RQ) {
      set.putInts(Tag.Priority, VR.US, MEDIUM_PRIORITY);
    }
    set.putInts(Tag.CommandDataSetType, VR.US, hasDataSet ? WITH_DATA_SET : NO_DATA_SET);
    if (isResponse()) {
      set.putInts(Tag.Status, VR.US, status);
      if (!errorComment.isEmpty()) {
        set.put(Tag.ErrorComment, VR.LO, comment(errorComment));
      }
    }
    if (!sopInstanceUid.isEmpty()) {
      InstanceUids.put(
          set, action ? Tag.RequestedSOPInstanceUID : Tag.AffectedSOPInstanceUID, sopInstanceUid);
    }
    if (action) {
      set.putInts(Tag.ActionTypeID, VR.US, typeId);
    } else if (field == N_EVENT_REPORT_RQ) {
      set.putInts(Tag.EventTypeID, VR.US, typeId);
    }
    try {
      return DataSets.encode(set, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    } catch (DicomException e) {
      throw new IllegalStateException("a command set of checked values must be encodable", e);
    }
  }

  /** LO: at most 64 characters, no backslash, no control characters. */
  private static String comment(String text) {
    String plain = text.replaceAll("[^ -~]|\\\\", "?");
    return plain.substring(0, Math.min(64, plain.length()));
  }
}
