// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.delivery.Destination;
import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.delivery.ResultObject;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.report.ReportJson;
import io.hounsfield.results.dicom.Deidentifier;
import io.hounsfield.service.config.Deidentification;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Copies of results without the patient, for the destinations that are set to it. They are made
 * once, in a folder of their own beside the results as they are, and sent from there each time.
 */
public final class DeidentifiedResults {
  private static final Logger LOG = LoggerFactory.getLogger(DeidentifiedResults.class);

  private final Map<Destination, Deidentifier> deidentifiers = new LinkedHashMap<>();

  /**
   * @param settings by name of the destination
   * @throws IOException if a secret cannot be read or is too short
   */
  public DeidentifiedResults(List<Destination> destinations, Map<String, Deidentification> settings)
      throws IOException {
    for (Destination destination : destinations) {
      Deidentification setting = settings.get(destination.name());
      if (setting != null) {
        deidentifiers.put(destination, deidentifier(destination.name(), setting));
      }
    }
  }

  private static Deidentifier deidentifier(String destination, Deidentification setting)
      throws IOException {
    Path file = setting.secretFile();
    try (BufferedReader reader = Files.newBufferedReader(file)) {
      String line = reader.readLine();
      return new Deidentifier(setting.options(), line == null ? "" : line.strip());
    } catch (CharacterCodingException e) {
      throw new IOException(fault(destination, file, "it is not UTF-8"), e);
    } catch (IOException e) {
      throw new IOException(fault(destination, file, "it cannot be read"), e);
    } catch (IllegalArgumentException e) {
      throw new IOException(fault(destination, file, e.getMessage()), e);
    }
  }

  private static String fault(String destination, Path file, String problem) {
    return "deidentifySecretFile %s of destination %s: %s. Its first line must be a secret, such as one of: openssl rand -hex 32"
        .formatted(file, destination, problem);
  }

  /**
   * Makes what the destinations want.
   *
   * @param root folder of all results
   * @param report as it was given out
   * @param objects the results as they are
   * @param wanted which destination gets which kinds
   */
  ResultMaker.Made make(
      Path root,
      QuantificationReport report,
      AnalysisOutcome outcome,
      List<ResultObject> objects,
      BiPredicate<Destination, ObjectKind> wanted)
      throws IOException {
    List<ResultObject> made = new ArrayList<>();
    Set<ObjectKind> failed = EnumSet.noneOf(ObjectKind.class);
    for (Map.Entry<Destination, Deidentifier> each : deidentifiers.entrySet()) {
      Destination destination = each.getKey();
      List<ResultObject> theirs =
          objects.stream().filter(o -> wanted.test(destination, o.kind())).toList();
      if (theirs.isEmpty()) {
        continue;
      }
      Path folder =
          ResultMaker.folder(root.resolve(report.analysisId()), report.version())
              .resolve(destination.variant().orElseThrow());
      Files.createDirectories(folder);
      QuantificationReport cleaned = each.getValue().deidentify(report, images(report, outcome));
      for (ResultObject object : theirs) {
        try {
          made.add(clean(root, folder, object, each.getValue(), cleaned));
        } catch (IllegalArgumentException e) {
          LOG.warn(
              "Results {} of analysis {} version {} do not go to {}: {}",
              object.kind(),
              report.analysisId(),
              report.version(),
              destination.name(),
              e.getMessage());
          failed.add(object.kind());
        } catch (OutOfMemoryError e) {
          // One object must not keep the others from being made.
          LOG.error("Results {} cannot be de-identified", object.kind(), e);
          failed.add(object.kind());
        }
      }
      ResultMaker.force(folder);
      ResultMaker.force(folder.getParent());
    }
    return new ResultMaker.Made(List.copyOf(made), failed);
  }

  private static ResultObject clean(
      Path root,
      Path folder,
      ResultObject object,
      Deidentifier deidentifier,
      QuantificationReport cleaned)
      throws IOException {
    Path file = root.resolve(object.file());
    String name = file.getFileName().toString();
    if (object.kind() == ObjectKind.LABEL_MAPS || object.kind() == ObjectKind.FINDINGS) {
      // NIfTI says nothing but the grid and the labels, findings nothing but numbers and reasons.
      return ResultMaker.keep(root, folder, object.kind(), file);
    }
    if (object.kind().isDicom()) {
      return ResultMaker.write(
          root, folder, object.kind(), name, out -> deidentifier.deidentify(file, out));
    }
    byte[] content;
    if (object.kind() == ObjectKind.CSV) {
      content = StandardForms.row(cleaned);
    } else if (object.kind() == ObjectKind.JSON) {
      content = ReportJson.encode(cleaned);
    } else {
      throw new IllegalArgumentException(object.kind().key() + " cannot be de-identified");
    }
    return ResultMaker.write(root, folder, object.kind(), name, content);
  }

  private static DataSet images(QuantificationReport report, AnalysisOutcome outcome)
      throws IOException {
    if (!outcome.sources().isEmpty()) {
      return DicomFiles.readHeader(outcome.sources().get(0).file()).dataSet();
    }
    String id = report.series().patientId();
    return id == null ? new DataSet() : new DataSet().put(Tag.PatientID, VR.LO, id);
  }
}
