// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import io.hounsfield.inference.ModelException;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.SliceHeader;
import io.hounsfield.preprocess.SliceReader;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The layout {@code dicom-seg}: a folder a case with a CT series and one or more binary DICOM
 * Segmentations on its grid, in any subfolders. The series goes the whole way of the service.
 */
final class DicomSegCases implements CaseReader {

  /** Axes of segmentation and CT are the same up to this cosine. */
  private static final double SAME_DIRECTION = 0.9999;

  /** A frame may lie this share of a voxel beside its slice. */
  private static final double SAME_PLACE = 0.25;

  /**
   * The DICOM files of a case.
   *
   * @param series CT files by Series Instance UID
   * @param segmentations files of Segmentation Storage
   */
  private record Contents(Map<String, List<Path>> series, List<Path> segmentations) {}

  private final SegmentationStage segmentation;

  /**
   * @param segmentation taken over, closed with this reader
   */
  DicomSegCases(SegmentationStage segmentation) {
    this.segmentation = segmentation;
  }

  /** Whether a folder looks like a case: it holds DICOM. */
  static boolean matches(Path folder) throws IOException {
    try {
      for (Path file : Folders.allFiles(folder)) {
        if (DicomFiles.isDicom(file)) {
          return true;
        }
      }
      return false;
    } catch (CaseException e) {
      return true; // too many files to look at: reading the case tells
    }
  }

  @Override
  public ModelIdentity model() {
    return segmentation.identity();
  }

  @Override
  public List<Path> files(Path folder) throws IOException, CaseException {
    List<Path> files = new ArrayList<>();
    for (Path file : Folders.allFiles(folder)) {
      if (DicomFiles.isDicom(file)) {
        files.add(file);
      }
    }
    return files;
  }

  @Override
  public long voxels(Path folder) throws IOException, CaseException {
    long most = 0;
    for (List<Path> series : contents(folder).series().values()) {
      try {
        long voxels = 0;
        for (Path file : series.subList(0, 1)) {
          DataSet header = DicomFiles.readHeader(file).dataSet();
          voxels =
              (long) header.integer(Tag.Rows).orElse(0)
                  * header.integer(Tag.Columns).orElse(0)
                  * header.integer(Tag.NumberOfFrames).orElse(1);
        }
        most = Math.max(most, voxels * series.size());
      } catch (DicomException e) {
        throw CaseException.unreadable("%s", e.getMessage());
      }
    }
    return most;
  }

  private Contents contents(Path folder) throws IOException, CaseException {
    Map<String, List<Path>> series = new TreeMap<>();
    List<Path> segmentations = new ArrayList<>();
    for (Path file : files(folder)) {
      DataSet header;
      try {
        header = DicomFiles.readHeader(file).dataSet();
      } catch (DicomException e) {
        throw CaseException.unreadable("%s", e.getMessage());
      }
      switch (header.string(Tag.SOPClassUID).orElse("")) {
        case SopClass.SEGMENTATION_STORAGE -> segmentations.add(file);
        case SopClass.CT_IMAGE_STORAGE,
            SopClass.ENHANCED_CT_IMAGE_STORAGE,
            SopClass.LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE ->
            series
                .computeIfAbsent(
                    header.string(Tag.SeriesInstanceUID).orElse(""), uid -> new ArrayList<>())
                .add(file);
        default -> {
          // Anything else (presentation states, structured reports) is no part of the comparison.
        }
      }
    }
    return new Contents(series, segmentations);
  }

  @Override
  public SegmentedCase segment(Path folder)
      throws IOException,
          CaseException,
          SeriesRefusedException,
          ModelException,
          InterruptedException {
    Contents contents = contents(folder);
    if (contents.series().isEmpty()) {
      throw CaseException.unreadable("It has no CT image.");
    }
    if (contents.segmentations().isEmpty()) {
      throw new CaseException("no-reference", "It has no DICOM Segmentation.");
    }
    List<SegmentationObject> objects = new ArrayList<>();
    for (Path file : contents.segmentations()) {
      String name = file.getFileName().toString();
      try {
        objects.add(SegmentationObject.read(DicomFiles.read(file), name));
      } catch (DicomException e) {
        throw CaseException.unreadable("%s", e.getMessage());
      }
    }
    List<Path> files = series(contents, objects);
    SeriesAnalysis analysis = new SeriesAnalysis(segmentation);
    for (Path file : files) {
      analysis.accept(file);
    }
    AnalysisOutcome outcome = analysis.finish();

    VolumeGeometry g = outcome.ct().geometry();
    Map<SegmentationObject.Source, Vec3> positions = positions(files);
    Mask lung = null;
    Mask lesion = null;
    Set<String> leftOut = new HashSet<>();
    for (SegmentationObject object : objects) {
      leftOut.addAll(object.leftOut());
      if (object.rows() != g.rows() || object.columns() != g.columns()) {
        throw new CaseException(
            "other-grid",
            "A segmentation has frames of %d x %d pixels, the CT slices of %d x %d (columns, rows). Store it on the grid of the CT."
                .formatted(object.columns(), object.rows(), g.columns(), g.rows()));
      }
      for (SegmentationObject.Frame frame : object.frames()) {
        boolean isLung = frame.meaning() == SegmentMeaning.LUNG;
        Mask mask = isLung ? lung : lesion;
        if (mask == null) {
          mask = Mask.empty(g.rows(), g.columns(), g.slices());
        }
        if (isLung) {
          lung = mask;
        } else {
          lesion = mask;
        }
        int k = slice(frame, g, positions);
        for (int i = 0; i < g.sliceLength(); i++) {
          if (object.get(frame.number(), i)) {
            mask.planes()[k].set(i);
          }
        }
      }
      // A segment without any frame is an empty mask, not a missing one.
      for (SegmentMeaning meaning : object.described()) {
        if (meaning == SegmentMeaning.LUNG && lung == null) {
          lung = Mask.empty(g.rows(), g.columns(), g.slices());
        } else if (meaning == SegmentMeaning.LESION && lesion == null) {
          lesion = Mask.empty(g.rows(), g.columns(), g.slices());
        }
      }
    }
    SegmentedCase compared = VolumeCases.compared(outcome, lung, lesion);
    if (leftOut.isEmpty()) {
      return compared;
    }
    List<Warning> warnings = new ArrayList<>(compared.warnings());
    warnings.add(
        new Warning(
            "segments-left-out",
            "Segments that are neither lung nor lesion were left out: "
                + String.join(", ", leftOut.stream().sorted().toList())
                + "."));
    return new SegmentedCase(
        compared.referenceLung(),
        compared.referenceLesion(),
        compared.measuredLung(),
        compared.measuredLesion(),
        compared.spacing(),
        compared.pixels(),
        warnings);
  }

  /** The one CT series that the segmentations were drawn on. */
  private static List<Path> series(Contents contents, List<SegmentationObject> objects)
      throws CaseException {
    if (contents.series().size() == 1) {
      return contents.series().values().iterator().next();
    }
    Set<String> named = new HashSet<>();
    objects.forEach(object -> named.addAll(object.series()));
    named.retainAll(contents.series().keySet());
    if (named.size() != 1) {
      throw CaseException.unreadable(
          "It has %d CT series, %d of which its segmentations refer to. Keep the one series that"
              + " was segmented.",
          contents.series().size(), named.size());
    }
    return contents.series().get(named.iterator().next());
  }

  private static Map<SegmentationObject.Source, Vec3> positions(List<Path> files)
      throws IOException, SeriesRefusedException {
    Map<SegmentationObject.Source, Vec3> positions = new HashMap<>();
    for (Path file : files) {
      for (SliceHeader h : SliceReader.headers(DicomFiles.readHeader(file).dataSet())) {
        positions.put(new SegmentationObject.Source(h.sopInstanceUid(), h.frame()), h.position());
      }
    }
    return positions;
  }

  /** The slice of the CT that a frame covers, pixel by pixel. */
  private static int slice(
      SegmentationObject.Frame frame,
      VolumeGeometry g,
      Map<SegmentationObject.Source, Vec3> positions)
      throws CaseException {
    Vec3 source = frame.source() == null ? null : positions.get(frame.source());
    Vec3 at = frame.position() != null ? frame.position() : source;
    if (at == null) {
      throw new CaseException(
          "other-grid",
          "Frame %d of a segmentation was drawn on an image that is not in the CT series."
              .formatted(frame.number() + 1));
    }
    if (frame.position() != null
        && !(frame.rowDirection().dot(g.rowDirection()) > SAME_DIRECTION
            && frame.columnDirection().dot(g.columnDirection()) > SAME_DIRECTION)) {
      throw new CaseException(
          "other-grid",
          "Frame %d of a segmentation is turned or mirrored against the CT. Store it on the grid of the CT."
              .formatted(frame.number() + 1));
    }
    int k = (int) Math.rint(at.minus(g.origin()).dot(g.normal()) / g.sliceSpacingMm());
    double voxel = Math.min(g.sliceSpacingMm(), Math.min(g.rowSpacingMm(), g.columnSpacingMm()));
    if (k < 0
        || k >= g.slices()
        || !(at.minus(g.position(k, 0, 0)).length() <= Math.max(SAME_PLACE * voxel, 0.1))) {
      throw new CaseException(
          "other-grid",
          String.format(
              Locale.ROOT,
              "Frame %d of a segmentation lies at (%.2f, %.2f, %.2f) mm, where the CT has no slice.",
              frame.number() + 1,
              at.x(),
              at.y(),
              at.z()));
    }
    if (source != null && source.minus(at).length() > g.sliceSpacingMm() / 2) {
      throw CaseException.unreadable(
          "Frame %d of a segmentation names a source image that lies elsewhere (%.2f mm away).",
          frame.number() + 1, source.minus(at).length());
    }
    return k;
  }

  @Override
  public void close() {
    segmentation.close();
  }
}
