// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Warning;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;

/** What one instance says about its whole series. */
public final class SeriesAttributes {

  /** What some scanners write into Contrast/Bolus Agent when there was none. */
  private static final Set<String> NO_CONTRAST =
      Set.of("NO", "N", "NONE", "NO CONTRAST", "WITHOUT", "WITHOUT CONTRAST", "W/O", "0");

  private SeriesAttributes() {}

  /** Patient, study and series as text; absent or malformed values are {@code null}. */
  public static SeriesDescription of(DataSet d) {
    return new SeriesDescription(
        text(d, Tag.StudyInstanceUID),
        text(d, Tag.SeriesInstanceUID),
        text(d, Tag.FrameOfReferenceUID),
        text(d, Tag.PatientName),
        text(d, Tag.PatientID),
        text(d, Tag.PatientBirthDate),
        text(d, Tag.PatientSex),
        text(d, Tag.AccessionNumber),
        text(d, Tag.StudyDate),
        text(d, Tag.StudyTime),
        text(d, Tag.StudyDescription),
        text(d, Tag.SeriesDescription),
        text(d, Tag.SeriesNumber),
        text(d, Tag.Manufacturer),
        text(d, Tag.ManufacturerModelName),
        kernel(d),
        contrastAgent(d).orElse(null),
        number(
            FrameReader.isEnhanced(d) ? sharedGroup(d, Tag.PixelMeasuresSequence) : d,
            Tag.SliceThickness),
        number(FrameReader.isEnhanced(d) ? sharedGroup(d, Tag.CTXRayDetailsSequence) : d, Tag.KVP));
  }

  /**
   * What a reader of the measurements must know that the attributes of the series tell: contrast
   * agent, lossy compression, values whose unit is not named.
   */
  public static List<Warning> warnings(DicomFile file) {
    DataSet d = file.dataSet();
    List<Warning> warnings = new ArrayList<>();
    if (contrastAgent(d).isPresent()) {
      warnings.add(
          new Warning(
              "contrast-agent",
              "A contrast agent was given: it raises the HU of vessels, lungs and lesions, so that"
                  + " mean HU and the share of high opacity cannot be compared with a plain scan."));
    }
    String lossy = d.string(Tag.LossyImageCompression).orElse("");
    TransferSyntax syntax = file.transferSyntax();
    if (lossy.equals("01")) {
      Double ratio = number(d, Tag.LossyImageCompressionRatio);
      warnings.add(
          lossy(
              "The images were once compressed with loss"
                  + (ratio == null ? "" : String.format(Locale.ROOT, " (%.0f : 1)", ratio))));
    } else if (syntax.lossy() || (syntax.mayBeLossy() && !lossy.equals("00"))) {
      warnings.add(
          lossy(
              "The images came compressed as "
                  + syntax.title()
                  + (syntax.lossy() ? ", with loss" : ", which may lose detail")));
    }
    DataSet rescale =
        FrameReader.isEnhanced(d) ? sharedGroup(d, Tag.PixelValueTransformationSequence) : d;
    if (rescale.string(Tag.RescaleType).orElse("").equalsIgnoreCase("US")) {
      warnings.add(
          new Warning(
              "unit-unspecified",
              "The scanner does not name the unit of its values (Rescale Type US); they are taken"
                  + " as HU, which original CT images hold by definition."));
    }
    return warnings;
  }

  private static Warning lossy(String how) {
    return new Warning(
        "lossy-compression", how + ": HU of single voxels are not those of the scanner.");
  }

  private static Optional<String> contrastAgent(DataSet d) {
    Optional<String> agent =
        d.string(Tag.ContrastBolusAgent)
            .map(String::strip)
            .filter(a -> !a.isEmpty() && !NO_CONTRAST.contains(a.toUpperCase(Locale.ROOT)));
    if (agent.isPresent() || d.items(Tag.ContrastBolusAgentSequence).isEmpty()) {
      return agent;
    }
    DataSet code = d.items(Tag.ContrastBolusAgentSequence).get(0);
    return Optional.of(code.string(Tag.CodeMeaning).orElse("unnamed"));
  }

  private static String kernel(DataSet d) {
    DataSet holder = FrameReader.isEnhanced(d) ? sharedGroup(d, Tag.CTReconstructionSequence) : d;
    List<String> values = holder.strings(Tag.ConvolutionKernel);
    return values.isEmpty() || values.get(0).isEmpty() ? null : String.join("\\", values);
  }

  private static DataSet sharedGroup(DataSet d, int sequence) {
    for (int groups :
        new int[] {Tag.SharedFunctionalGroupsSequence, Tag.PerFrameFunctionalGroupsSequence}) {
      List<DataSet> items = d.items(groups);
      if (!items.isEmpty() && !items.get(0).items(sequence).isEmpty()) {
        return items.get(0).items(sequence).get(0);
      }
    }
    return new DataSet();
  }

  private static String text(DataSet d, int tag) {
    return d.string(tag).orElse(null);
  }

  private static Double number(DataSet d, int tag) {
    try {
      OptionalDouble value = d.decimal(tag);
      return value.isPresent() && Double.isFinite(value.getAsDouble()) ? value.getAsDouble() : null;
    } catch (DicomException e) {
      return null; // descriptive only: a malformed value says nothing
    }
  }
}
