// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Which attributes of each level the index keeps, so that searches can match and return them. */
final class IndexAttributes {
  /** Returned of each study, PS3.18 table 10.6.3-3, as far as there is a value. */
  static final List<Integer> STUDY =
      List.of(
          Tag.StudyDate,
          Tag.StudyTime,
          Tag.AccessionNumber,
          Tag.ReferringPhysicianName,
          Tag.TimezoneOffsetFromUTC,
          Tag.PatientName,
          Tag.PatientID,
          Tag.PatientBirthDate,
          Tag.PatientSex,
          Tag.StudyInstanceUID,
          Tag.StudyID,
          Tag.StudyDescription);

  /** Matched, and returned when asked for. */
  static final List<Integer> STUDY_MORE =
      List.of(
          Tag.IssuerOfPatientID,
          Tag.InstitutionName,
          Tag.PatientAge,
          Tag.PatientSize,
          Tag.PatientWeight);

  /** Returned of each series, PS3.18 table 10.6.3-4. */
  static final List<Integer> SERIES =
      List.of(
          Tag.Modality,
          Tag.SeriesDescription,
          Tag.SeriesInstanceUID,
          Tag.SeriesNumber,
          Tag.PerformedProcedureStepStartDate,
          Tag.PerformedProcedureStepStartTime,
          Tag.RequestAttributesSequence);

  static final List<Integer> SERIES_MORE =
      List.of(
          Tag.SeriesDate,
          Tag.SeriesTime,
          Tag.Manufacturer,
          Tag.ManufacturerModelName,
          Tag.StationName,
          Tag.BodyPartExamined,
          Tag.ProtocolName,
          Tag.Laterality,
          Tag.PatientPosition,
          Tag.FrameOfReferenceUID,
          Tag.ConvolutionKernel,
          Tag.SliceThickness);

  /** Returned of each instance, PS3.18 table 10.6.3-5. */
  static final List<Integer> INSTANCE =
      List.of(
          Tag.SOPClassUID,
          Tag.SOPInstanceUID,
          Tag.InstanceNumber,
          Tag.Rows,
          Tag.Columns,
          Tag.BitsAllocated,
          Tag.NumberOfFrames);

  static final List<Integer> INSTANCE_MORE =
      List.of(
          Tag.ImageType,
          Tag.AcquisitionDate,
          Tag.AcquisitionTime,
          Tag.AcquisitionNumber,
          Tag.ContentDate,
          Tag.ContentTime,
          Tag.ImagePositionPatient,
          Tag.ContentLabel,
          Tag.ContentDescription,
          Tag.CompletionFlag,
          Tag.VerificationFlag,
          Tag.DocumentTitle,
          Tag.ConceptNameCodeSequence);

  /** Computed, not read. */
  static final Set<Integer> COMPUTED =
      Set.of(
          Tag.ModalitiesInStudy,
          Tag.InstanceAvailability,
          Tag.RetrieveURL,
          Tag.NumberOfStudyRelatedSeries,
          Tag.NumberOfStudyRelatedInstances,
          Tag.NumberOfSeriesRelatedInstances);

  /** One entry takes no more than this; what is longer loses its longest attributes. */
  static final int MAX_ENTRY_BYTES = 8 << 10;

  private IndexAttributes() {}

  static Set<Integer> ofStudy() {
    return union(STUDY, STUDY_MORE);
  }

  static Set<Integer> ofSeries() {
    return union(SERIES, SERIES_MORE);
  }

  static Set<Integer> ofInstance() {
    return union(INSTANCE, INSTANCE_MORE);
  }

  private static Set<Integer> union(List<Integer> a, List<Integer> b) {
    return Stream.concat(a.stream(), b.stream()).collect(Collectors.toSet());
  }

  /** A small encoding of some attributes, which shares nothing with the data set. */
  static byte[] encode(DataSet header, Set<Integer> tags) {
    DataSet kept = new DataSet().copy(header, Tag.SpecificCharacterSet);
    for (int tag : tags) {
      DataSet one = new DataSet().copy(header, Tag.SpecificCharacterSet).copy(header, tag);
      if (length(one) <= MAX_ENTRY_BYTES / 4) {
        kept.copy(one, tag);
        if (length(kept) > MAX_ENTRY_BYTES) {
          kept.remove(tag);
        }
      }
    }
    try {
      return DataSets.encode(kept, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    } catch (DicomException e) {
      return new byte[0]; // cannot be: each attribute was encoded before
    }
  }

  private static int length(DataSet dataSet) {
    try {
      return DataSets.encode(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN).length;
    } catch (DicomException e) {
      return Integer.MAX_VALUE; // cannot be written again: left out
    }
  }

  static DataSet decode(byte[] encoded) {
    try {
      return DataSets.decode(encoded, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    } catch (DicomException e) {
      throw new IllegalStateException("what was encoded here cannot be decoded", e);
    }
  }
}
