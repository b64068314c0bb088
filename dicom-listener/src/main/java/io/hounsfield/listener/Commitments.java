// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ul.Pdu;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Data sets of Storage Commitment Push Model, PS3.4 tables J.3-1 and J.3-3. */
final class Commitments {
  /** Well-known SOP instance of the push model, PS3.4 J.3.5. */
  static final String INSTANCE = "1.2.840.10008.1.20.1.1";

  /** Action type: request storage commitment. */
  static final int REQUEST = 1;

  /** Event type: storage commitment request successful. */
  static final int ALL_COMMITTED = 1;

  /** Event type: storage commitment request complete, failures exist. */
  static final int FAILURES_EXIST = 2;

  /** Longest data set of a request or report taken, bytes: some 20,000 instances. */
  static final int MAX_DATA_SET = 4 << 20;

  /** What an SCU proposes: one presentation context, of ID 1. */
  static final List<Pdu.ProposedContext> CONTEXTS =
      List.of(
          new Pdu.ProposedContext(
              1,
              SopClass.STORAGE_COMMITMENT_PUSH_MODEL,
              List.of(
                  TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                  TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));

  private Commitments() {}

  /** What is asked for. */
  record Request(String transactionUid, List<InstanceReference> instances) {
    Request {
      instances = List.copyOf(instances);
    }
  }

  static DataSet encode(Request request) {
    DataSet set = new DataSet();
    InstanceUids.put(set, Tag.TransactionUID, request.transactionUid());
    return set.putItems(Tag.ReferencedSOPSequence, items(request.instances()));
  }

  /**
   * @throws DicomException when it is no request
   */
  static Request request(DataSet set) throws DicomException {
    List<InstanceReference> instances = references(set, Tag.ReferencedSOPSequence);
    if (instances.isEmpty()) {
      throw new DicomException(Tag.toString(Tag.ReferencedSOPSequence) + " names no instance");
    }
    return new Request(transaction(set), instances);
  }

  static DataSet encode(CommitmentReport report) {
    DataSet set = new DataSet();
    InstanceUids.put(set, Tag.TransactionUID, report.transactionUid());
    if (!report.committed().isEmpty()) {
      set.putItems(Tag.ReferencedSOPSequence, items(report.committed()));
    }
    if (!report.failed().isEmpty()) {
      List<DataSet> failed = new ArrayList<>();
      report
          .failed()
          .forEach(
              (reference, reason) ->
                  failed.add(item(reference).putInts(Tag.FailureReason, VR.US, reason)));
      set.putItems(Tag.FailedSOPSequence, failed);
    }
    return set;
  }

  /**
   * @throws DicomException when it is no report
   */
  static CommitmentReport report(DataSet set) throws DicomException {
    Map<InstanceReference, Integer> failed = new LinkedHashMap<>();
    for (DataSet item : set.items(Tag.FailedSOPSequence)) {
      failed.put(
          reference(item),
          item.integer(Tag.FailureReason).orElse(DimseStatus.PROCESSING_FAILURE.code()));
    }
    return new CommitmentReport(
        transaction(set), references(set, Tag.ReferencedSOPSequence), failed);
  }

  private static String transaction(DataSet set) throws DicomException {
    return set.string(Tag.TransactionUID)
        .filter(InstanceUids::isUsable)
        .orElseThrow(
            () -> new DicomException(Tag.toString(Tag.TransactionUID) + " is missing or no UID"));
  }

  private static List<InstanceReference> references(DataSet set, int sequence)
      throws DicomException {
    List<InstanceReference> references = new ArrayList<>();
    for (DataSet item : set.items(sequence)) {
      references.add(reference(item));
    }
    return references;
  }

  private static InstanceReference reference(DataSet item) throws DicomException {
    try {
      return new InstanceReference(
          item.string(Tag.ReferencedSOPClassUID).orElse(""),
          item.string(Tag.ReferencedSOPInstanceUID).orElse(""));
    } catch (IllegalArgumentException e) {
      throw new DicomException(e.getMessage());
    }
  }

  private static List<DataSet> items(List<InstanceReference> references) {
    return references.stream().map(Commitments::item).toList();
  }

  private static DataSet item(InstanceReference reference) {
    DataSet item = new DataSet();
    InstanceUids.put(item, Tag.ReferencedSOPClassUID, reference.sopClassUid());
    InstanceUids.put(item, Tag.ReferencedSOPInstanceUID, reference.sopInstanceUid());
    return item;
  }
}
