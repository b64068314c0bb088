// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.results.dicom.ConfidentialityProfile.Action;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * Basic Application Level Confidentiality Profile of PS3.15 annex E, for CT images and our own
 * objects on their way to researchers.
 *
 * <p>Private attributes, overlays, and attributes that the product's dictionary does not know are
 * removed. UIDs and Patient ID are replaced by ones derived from them and a secret: the same in all
 * objects that were made with it, so that references hold, and of no use to whoever lacks it. Where
 * there is no Patient ID, its replacement is derived from the study. What cannot be cleaned by its
 * attributes is refused: encapsulated documents, images with burned-in annotation, and structured
 * reports of others.
 */
public final class Deidentifier {

  /** Options of the profile, PS3.15 sections E.3.4 to E.3.9. */
  public enum Option {
    /** UIDs stay as they are. */
    RETAIN_UIDS("113110", "Retain UIDs Option"),
    /** Serial number and station of the scanner stay. */
    RETAIN_DEVICE_IDENTITY("113109", "Retain Device Identity Option"),
    /** Sex, age, size, weight and the like stay. */
    RETAIN_PATIENT_CHARACTERISTICS("113108", "Retain Patient Characteristics Option"),
    /** Dates and times stay, but for those of birth. */
    RETAIN_FULL_DATES("113106", "Retain Longitudinal Temporal Information Full Dates Option");

    private final String code;
    private final String meaning;

    Option(String code, String meaning) {
      this.code = code;
      this.meaning = meaning;
    }
  }

  private static final int MIN_SECRET_CHARACTERS = 16;

  /** What stands for a time that is not told, as in {@link #dummy}. */
  private static final Instant NO_TIME = Instant.parse("1900-01-01T00:00:00Z");

  /** SOP classes with Enhanced General Equipment, and content date and time of type 1. */
  private static final Set<String> ENHANCED =
      Set.of(
          SopClass.SEGMENTATION_STORAGE,
          SopClass.LABEL_MAP_SEGMENTATION_STORAGE,
          SopClass.COMPREHENSIVE_3D_SR_STORAGE,
          SopClass.ENHANCED_CT_IMAGE_STORAGE,
          SopClass.LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE);

  private final Set<Option> options;
  private final String secret;

  /**
   * @param secret what replaced identifiers depend on, at least 16 characters; objects of one
   *     project need the same, and it must stay secret
   * @throws IllegalArgumentException if the secret is too short
   */
  public Deidentifier(Set<Option> options, String secret) {
    if (secret.length() < MIN_SECRET_CHARACTERS) {
      throw new IllegalArgumentException(
          "the secret must have at least " + MIN_SECRET_CHARACTERS + " characters");
    }
    this.options = options.isEmpty() ? EnumSet.noneOf(Option.class) : EnumSet.copyOf(options);
    this.secret = secret;
  }

  /**
   * A de-identified copy; the object itself stays as it is.
   *
   * @throws IllegalArgumentException if the object cannot be cleaned; says why
   */
  public DataSet deidentify(DataSet object) {
    String sopClass =
        object
            .string(Tag.SOPClassUID)
            .orElseThrow(() -> new IllegalArgumentException("the object names no SOP class"));
    if (object.contains(Tag.EncapsulatedDocument)) {
      throw new IllegalArgumentException("an encapsulated document cannot be de-identified");
    }
    if (object.string(Tag.BurnedInAnnotation).filter("YES"::equals).isPresent()) {
      throw new IllegalArgumentException(
          "an image with burned-in annotation cannot be de-identified");
    }
    boolean structured = object.contains(Tag.ContentSequence);
    if (structured && !isOurs(object)) {
      throw new IllegalArgumentException(
          "a structured report of another product cannot be de-identified");
    }
    String pseudonym = pseudonym(object);
    DataSet copy = object.copy();
    clean(copy, ENHANCED.contains(sopClass));
    copy.put(Tag.PatientName, VR.PN, pseudonym).put(Tag.PatientID, VR.LO, pseudonym);
    putMethod(copy, structured);
    return copy;
  }

  /**
   * Writes a de-identified copy of a file of {@link io.hounsfield.results.ResultObjects}, Explicit
   * VR Little Endian; its pixels are never in memory whole.
   *
   * @throws IllegalArgumentException if the object cannot be cleaned; says why; nothing is written
   */
  public void deidentify(Path file, OutputStream out) throws IOException {
    ObjectFile.rewrite(file, deidentify(DicomFiles.readHeader(file).dataSet()), out);
  }

  /**
   * A de-identified copy of a report, with the same pseudonym and UIDs as the objects: without date
   * of birth, accession number, study and series description and contrast agent; without sex, dates
   * and UIDs where the options do not retain them. The time of the report is then {@code
   * 1900-01-01T00:00:00Z}, as the objects have it. The identifier of the analysis stays: it is
   * random.
   *
   * @param images attributes of the images that the report is about
   */
  public QuantificationReport deidentify(QuantificationReport report, DataSet images) {
    SeriesDescription s = report.series();
    boolean dates = options.contains(Option.RETAIN_FULL_DATES);
    String pseudonym = pseudonym(images);
    SeriesDescription series =
        new SeriesDescription(
            retained(s.studyInstanceUid()),
            retained(s.seriesInstanceUid()),
            retained(s.frameOfReferenceUid()),
            pseudonym,
            pseudonym,
            null,
            options.contains(Option.RETAIN_PATIENT_CHARACTERISTICS) ? s.patientSex() : null,
            null,
            dates ? s.studyDate() : null,
            dates ? s.studyTime() : null,
            null,
            null,
            s.seriesNumber(),
            s.manufacturer(),
            s.manufacturerModelName(),
            s.convolutionKernel(),
            null,
            s.sliceThicknessMm(),
            s.kvp());
    return new QuantificationReport(
        report.analysisId(),
        report.version(),
        dates ? report.createdAt() : NO_TIME,
        series,
        report.geometry(),
        report.regions(),
        report.confidence(),
        report.warnings(),
        report.model(),
        report.softwareVersion(),
        report.timings(),
        report.latencyAfterReleaseMs());
  }

  private String retained(String uid) {
    return uid == null || options.contains(Option.RETAIN_UIDS) ? uid : replacement(uid);
  }

  /** Our own texts hold nothing of the patient: their content needs other UIDs only. */
  private static boolean isOurs(DataSet object) {
    return object.string(Tag.Manufacturer).filter(ObjectHeader.MANUFACTURER::equals).isPresent()
        && object
            .string(Tag.ManufacturerModelName)
            .filter(ObjectHeader.MODEL_NAME::equals)
            .isPresent();
  }

  /**
   * Of the patient; where the object has no Patient ID, of the study alone: an empty one, the same
   * for all, would make one patient of many.
   */
  private String pseudonym(DataSet object) {
    String uid =
        object
            .string(Tag.PatientID)
            .map(
                id ->
                    Uid.derive(
                        secret, "patient", object.string(Tag.IssuerOfPatientID).orElse(""), id))
            .or(
                () ->
                    object
                        .string(Tag.StudyInstanceUID)
                        .map(study -> Uid.derive(secret, "patient of study", study)))
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "the object names neither a patient nor a study: there is nothing to derive"
                            + " a pseudonym from"));
    return "ANON-" + uid.substring(uid.length() - 16);
  }

  private void clean(DataSet level, boolean enhanced) {
    for (int tag : List.copyOf(level.tags())) {
      Action action = ConfidentialityProfile.action(tag);
      VR vr = level.vr(tag).orElseThrow();
      if (Tag.isPrivate(tag) || Tag.keyword(tag).isEmpty() || tag >>> 24 == 0x60) {
        level.remove(tag);
      } else if (action == null || isRetained(tag, vr)) {
        List<DataSet> items = level.items(tag);
        items.forEach(item -> clean(item, enhanced));
      } else {
        apply(action, level, tag, vr, enhanced);
      }
    }
  }

  private boolean isRetained(int tag, VR vr) {
    boolean date =
        (vr == VR.DA || vr == VR.TM || vr == VR.DT || tag == Tag.TimezoneOffsetFromUTC)
            && tag != Tag.PatientBirthDate
            && tag != Tag.PatientBirthTime
            && tag != Tag.LastMenstrualDate;
    return date && options.contains(Option.RETAIN_FULL_DATES)
        || ConfidentialityProfile.PATIENT_CHARACTERISTICS.contains(tag)
            && options.contains(Option.RETAIN_PATIENT_CHARACTERISTICS)
        || ConfidentialityProfile.DEVICE_IDENTITY.contains(tag)
            && options.contains(Option.RETAIN_DEVICE_IDENTITY);
  }

  private void apply(Action action, DataSet level, int tag, VR vr, boolean enhanced) {
    switch (action) {
      case REMOVE -> level.remove(tag);
      case EMPTY -> empty(level, tag, vr);
      case DUMMY -> dummy(level, tag, vr);
      case DUMMY_WHERE_NEEDED -> {
        if (enhanced) {
          dummy(level, tag, vr);
        } else {
          level.remove(tag);
        }
      }
      case EMPTY_OR_DUMMY -> {
        if (enhanced) {
          dummy(level, tag, vr);
        } else {
          empty(level, tag, vr);
        }
      }
      case UID -> {
        if (!options.contains(Option.RETAIN_UIDS)) {
          level.put(
              tag,
              VR.UI,
              level.strings(tag).stream().map(this::replacement).toArray(String[]::new));
        }
      }
    }
  }

  private String replacement(String uid) {
    return uid.isEmpty() ? uid : Uid.derive(secret, "uid", uid);
  }

  private static void empty(DataSet level, int tag, VR vr) {
    if (vr == VR.SQ) {
      level.putItems(tag);
    } else {
      level.put(tag, vr);
    }
  }

  private static void dummy(DataSet level, int tag, VR vr) {
    switch (vr) {
      case DA -> level.put(tag, vr, "19000101");
      case TM -> level.put(tag, vr, "000000");
      case DT -> level.put(tag, vr, "19000101000000");
      case CS -> level.put(tag, vr, "ANONYMIZED");
      case LO, LT, PN, SH, ST, UT -> level.put(tag, vr, "Anonymized");
      default -> level.remove(tag);
    }
  }

  private void putMethod(DataSet copy, boolean structured) {
    List<DataSet> codes = new ArrayList<>();
    codes.add(code("113100", "Basic Application Confidentiality Profile"));
    if (structured) {
      codes.add(code("113104", "Clean Structured Content Option"));
    }
    options.forEach(option -> codes.add(code(option.code, option.meaning)));
    copy.put(Tag.PatientIdentityRemoved, VR.CS, "YES")
        .put(Tag.DeidentificationMethod, VR.LO, "DICOM PS3.15 annex E, basic profile")
        .putItems(Tag.DeidentificationMethodCodeSequence, codes)
        .put(
            Tag.LongitudinalTemporalInformationModified,
            VR.CS,
            options.contains(Option.RETAIN_FULL_DATES) ? "UNMODIFIED" : "REMOVED");
  }

  private static DataSet code(String value, String meaning) {
    return Codes.item(new io.hounsfield.domain.CodedConcept("DCM", value, meaning));
  }
}
