// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.Uid;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.inference.ModelException;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.Slice;
import io.hounsfield.preprocess.SliceHeader;
import io.hounsfield.preprocess.SliceReader;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The layout {@code nifti}: a folder a case with {@code image.nii.gz} in HU and, each where it
 * exists, {@code lung.nii.gz} and {@code lesion.nii.gz} ({@code .nii} too). The image goes the
 * whole way of the service, from slices to measured lungs.
 */
final class NiftiCases implements CaseReader {

  private static final String IMAGE = "image";
  private static final String LUNG = "lung";
  private static final String LESION = "lesion";

  private final SegmentationStage segmentation;

  /**
   * @param segmentation taken over, closed with this reader
   */
  NiftiCases(SegmentationStage segmentation) {
    this.segmentation = segmentation;
  }

  /** Whether a folder looks like a case. */
  static boolean matches(Path folder) {
    return find(folder, IMAGE).isPresent();
  }

  private static Optional<Path> find(Path folder, String name) {
    return java.util.stream.Stream.of(".nii.gz", ".nii")
        .map(end -> folder.resolve(name + end))
        .filter(Files::isRegularFile)
        .findFirst();
  }

  @Override
  public ModelIdentity model() {
    return segmentation.identity();
  }

  @Override
  public List<Path> files(Path folder) throws CaseException {
    List<Path> files = new ArrayList<>();
    files.add(image(folder));
    find(folder, LESION).ifPresent(files::add);
    find(folder, LUNG).ifPresent(files::add);
    return files;
  }

  private static Path image(Path folder) throws CaseException {
    return find(folder, IMAGE)
        .orElseThrow(() -> CaseException.unreadable("It has no image.nii.gz."));
  }

  @Override
  public long voxels(Path folder) throws IOException, CaseException {
    return NiftiReader.voxels(image(folder));
  }

  @Override
  public SegmentedCase segment(Path folder)
      throws IOException,
          CaseException,
          SeriesRefusedException,
          ModelException,
          InterruptedException {
    Optional<Path> lungFile = find(folder, LUNG);
    Optional<Path> lesionFile = find(folder, LESION);
    if (lungFile.isEmpty() && lesionFile.isEmpty()) {
      throw new CaseException(
          "no-reference", "It has neither lung.nii.gz nor lesion.nii.gz beside the image.");
    }
    CtVolume ct = NiftiReader.readHu(image(folder));
    VolumeGeometry g = ct.geometry();
    // Masks first: a wrong one must not cost a run of the network.
    Mask lung = lungFile.isPresent() ? NiftiReader.readMask(lungFile.get(), g) : null;
    Mask lesion = lesionFile.isPresent() ? NiftiReader.readMask(lesionFile.get(), g) : null;

    SeriesAnalysis analysis = new SeriesAnalysis(segmentation);
    for (int k = 0; k < g.slices(); k++) {
      analysis.accept(new Slice(header(g, k), ct.slice(k)), VolumeCases.UNKNOWN, List.of());
    }
    AnalysisOutcome outcome = analysis.finish();
    VolumeGeometry found = outcome.ct().geometry();
    if (found.position(0, 0, 0).minus(g.position(0, 0, 0)).length() > g.sliceSpacingMm() / 4) {
      throw new IllegalStateException("the pipeline turned the volume: " + found + ", not " + g);
    }
    return VolumeCases.compared(outcome, lung, lesion);
  }

  /** Read from the attributes of a DICOM slice at that place, with the checks that these have. */
  private static SliceHeader header(VolumeGeometry g, int slice) throws SeriesRefusedException {
    Vec3 at = g.position(slice, 0, 0);
    Vec3 r = g.rowDirection();
    Vec3 c = g.columnDirection();
    DataSet d = new DataSet();
    d.put(Tag.ImageType, VR.CS, "ORIGINAL", "PRIMARY", "AXIAL");
    d.put(Tag.SOPClassUID, VR.UI, SopClass.CT_IMAGE_STORAGE);
    d.put(Tag.SOPInstanceUID, VR.UI, Uid.derive("slice of a NIfTI file", "" + slice));
    d.put(Tag.Modality, VR.CS, "CT");
    d.putInts(Tag.InstanceNumber, VR.IS, slice + 1);
    d.putDoubles(Tag.ImagePositionPatient, VR.DS, at.x(), at.y(), at.z());
    d.putDoubles(Tag.ImageOrientationPatient, VR.DS, r.x(), r.y(), r.z(), c.x(), c.y(), c.z());
    d.putInts(Tag.Rows, VR.US, g.rows());
    d.putInts(Tag.Columns, VR.US, g.columns());
    d.putDoubles(Tag.PixelSpacing, VR.DS, g.rowSpacingMm(), g.columnSpacingMm());
    return SliceReader.headers(d).get(0);
  }

  @Override
  public void close() {
    segmentation.close();
  }
}
