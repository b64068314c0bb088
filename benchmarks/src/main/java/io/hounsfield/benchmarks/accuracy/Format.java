// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.service.pipeline.SegmentationStage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/** Layouts of data with a reference. */
enum Format {
  /** 8-bit pictures; the network alone. */
  SLICES("slices", "lung-lesion-slices", 1, "pixels") {
    @Override
    boolean matches(Path folder) throws IOException {
      return PictureCases.matches(folder);
    }

    @Override
    CaseReader open(ModelManifest model, InferenceOptions options) throws ModelException {
      return new PictureCases(SegmentationModel.loadForPictures(model, options));
    }
  },
  /** Volumes in HU as NIfTI; the whole pipeline. */
  NIFTI("nifti", "lung-lesion-unet", 2, "mm") {
    @Override
    boolean matches(Path folder) {
      return NiftiCases.matches(folder);
    }

    @Override
    CaseReader open(ModelManifest model, InferenceOptions options) throws ModelException {
      return new NiftiCases(new SegmentationStage(SegmentationModel.load(model, options)));
    }
  },
  /** CT series with DICOM Segmentations; the whole pipeline. */
  DICOM_SEG("dicom-seg", "lung-lesion-unet", 2, "mm") {
    @Override
    boolean matches(Path folder) throws IOException {
      return DicomSegCases.matches(folder);
    }

    @Override
    boolean isCase(Path folder) throws IOException {
      // Directly in it: the folder above many cases holds DICOM too.
      for (Path file : Folders.files(folder, "")) {
        if (DicomFiles.isDicom(file)) {
          return true;
        }
      }
      return false;
    }

    @Override
    CaseReader open(ModelManifest model, InferenceOptions options) throws ModelException {
      return new DicomSegCases(new SegmentationStage(SegmentationModel.load(model, options)));
    }
  };

  private final String key;
  private final String model;
  private final double tolerance;
  private final String unit;

  Format(String key, String model, double tolerance, String unit) {
    this.key = key;
    this.model = model;
    this.tolerance = tolerance;
    this.unit = unit;
  }

  /** Name on the command line. */
  String key() {
    return key;
  }

  /** Name of the model that measures it unless another is asked for. */
  String defaultModel() {
    return model;
  }

  /** Tolerance of the surface Dice unless another is asked for, in {@link #unit()}. */
  double defaultTolerance() {
    return tolerance;
  }

  /** Unit of distances. */
  String unit() {
    return unit;
  }

  /** Whether something of this layout is in a folder. */
  abstract boolean matches(Path folder) throws IOException;

  /** Whether a folder is itself one case, not the folder above cases. */
  boolean isCase(Path folder) throws IOException {
    return matches(folder);
  }

  /** Loads the model for cases of this layout. */
  abstract CaseReader open(ModelManifest model, InferenceOptions options) throws ModelException;

  /** The layout of a folder of cases, or of one case. */
  static Optional<Format> detect(Path data) throws IOException {
    for (Format format : values()) {
      if (format.isCase(data)) {
        return Optional.of(format);
      }
    }
    for (Format format : values()) {
      for (Path folder : Folders.folders(data)) {
        if (format.matches(folder)) {
          return Optional.of(format);
        }
      }
    }
    return Optional.empty();
  }

  @Override
  public String toString() {
    return key;
  }
}
