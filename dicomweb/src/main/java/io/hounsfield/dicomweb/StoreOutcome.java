// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.DimseStatus;
import io.hounsfield.listener.SpooledInstance;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What became of the instances of a store request: the response of PS3.18 annex I.2. */
final class StoreOutcome {
  private final List<DataSet> referenced = new ArrayList<>();
  private final List<DataSet> failed = new ArrayList<>();
  private final List<DataSet> others = new ArrayList<>();
  private final Set<String> studies = new LinkedHashSet<>();
  private boolean outOfResources = true;

  void stored(SpooledInstance instance, WebAddress address) {
    String study = instance.studyInstanceUid();
    studies.add(study);
    referenced.add(
        reference(instance.sopClassUid(), instance.sopInstanceUid())
            .put(
                Tag.RetrieveURL,
                VR.UR,
                address.instance(study, instance.seriesInstanceUid(), instance.sopInstanceUid())));
  }

  void failed(Optional<String> sopClass, Optional<String> sopInstance, DimseStatus reason) {
    outOfResources &= reason == DimseStatus.OUT_OF_RESOURCES;
    if (sopClass.isPresent() && sopInstance.isPresent()) {
      failed.add(reference(sopClass.get(), sopInstance.get()));
    } else {
      others.add(new DataSet());
    }
    List<DataSet> list = sopClass.isPresent() && sopInstance.isPresent() ? failed : others;
    list.get(list.size() - 1).putInts(Tag.FailureReason, VR.US, reason.code());
  }

  /** Instances and other parts that were dealt with. */
  int size() {
    return referenced.size() + failed.size() + others.size();
  }

  /** Instances not stored. */
  int failures() {
    return failed.size() + others.size();
  }

  /**
   * 200 when all were stored, 202 when some, 409 when none; 503 when none because there is no room.
   */
  int httpStatus() {
    if (failures() == 0) {
      return 200;
    }
    if (!referenced.isEmpty()) {
      return 202;
    }
    return outOfResources ? 503 : 409;
  }

  /** The Store Instances Response Module, PS3.18 table I.2.1-1. */
  DataSet response(WebAddress address) {
    DataSet response = new DataSet();
    if (studies.size() == 1) {
      response.put(Tag.RetrieveURL, VR.UR, address.study(studies.iterator().next()));
    }
    if (!failed.isEmpty()) {
      response.putItems(Tag.FailedSOPSequence, failed);
    }
    if (!others.isEmpty()) {
      response.putItems(Tag.OtherFailuresSequence, others);
    }
    return response.putItems(Tag.ReferencedSOPSequence, referenced);
  }

  /** UIDs as forgivingly as the spool takes them, which VR UI's own check is not. */
  private static DataSet reference(String sopClass, String sopInstance) {
    return new DataSet()
        .putBytes(Tag.ReferencedSOPClassUID, VR.UI, sopClass.getBytes(StandardCharsets.US_ASCII))
        .putBytes(
            Tag.ReferencedSOPInstanceUID, VR.UI, sopInstance.getBytes(StandardCharsets.US_ASCII));
  }
}
