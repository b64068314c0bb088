// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.CodedConcept;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.SourceImages;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** References to the images that were measured. */
final class SourceReferences {

  private SourceReferences() {}

  /** SOP Instance Reference macro, PS3.3 table 10-11. */
  static DataSet instance(String sopClassUid, String sopInstanceUid) {
    return new DataSet()
        .put(Tag.ReferencedSOPClassUID, VR.UI, sopClassUid)
        .put(Tag.ReferencedSOPInstanceUID, VR.UI, sopInstanceUid);
  }

  /** Image SOP Instance Reference macro, PS3.3 table 10-3, with the purpose. */
  static DataSet frame(SourceImages.Frame frame, CodedConcept purpose) {
    DataSet item = instance(frame.sopClassUid(), frame.sopInstanceUid());
    if (frame.frameNumber() > 0) {
      item.putInts(Tag.ReferencedFrameNumber, VR.IS, frame.frameNumber());
    }
    return item.putItems(Tag.PurposeOfReferenceCodeSequence, Codes.item(purpose));
  }

  /** Each source instance once, SOP Instance UID to SOP Class UID, in the order of the volume. */
  static Map<String, String> instances(ResultCase result) {
    Map<String, String> instances = new LinkedHashMap<>();
    for (SourceImages.Frame frame : result.source().frames()) {
      instances.put(frame.sopInstanceUid(), frame.sopClassUid());
    }
    return instances;
  }

  /** An item for each source instance. */
  static List<DataSet> instanceItems(ResultCase result) {
    List<DataSet> items = new ArrayList<>();
    instances(result).forEach((instance, sopClass) -> items.add(instance(sopClass, instance)));
    return items;
  }

  /** Common Instance Reference module, PS3.3 section C.12.2: series and instances of one study. */
  static void putReferencedSeries(DataSet object, ResultCase result) {
    object.putItems(
        Tag.ReferencedSeriesSequence,
        new DataSet()
            .put(Tag.SeriesInstanceUID, VR.UI, ResultUids.sourceSeries(result))
            .putItems(Tag.ReferencedInstanceSequence, instanceItems(result)));
  }
}
