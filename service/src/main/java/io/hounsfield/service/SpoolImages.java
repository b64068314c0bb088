// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import io.hounsfield.api.CtImages;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.listener.Spool;
import io.hounsfield.listener.SpooledInstance;
import io.hounsfield.preprocess.RefusalReason;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.preprocess.SliceHeader;
import io.hounsfield.preprocess.SliceReader;
import io.hounsfield.preprocess.Suitability;
import io.hounsfield.preprocess.VolumePlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The CT volumes of reports, read again from the spool. Nothing is kept on disk beside the images
 * themselves; when those go, so does the volume.
 */
final class SpoolImages {

  /** Plans kept: the coarse volume is asked for first, the full one right after it. */
  private static final int REMEMBERED = 16;

  /** Where each slice of a grid is. */
  private record Plan(VolumeGeometry geometry, List<Path> files, int[] frames) {}

  private record Key(String seriesInstanceUid, List<Path> files) {}

  private final Spool spool;
  private final Map<Key, Plan> plans =
      new LinkedHashMap<>(REMEMBERED, 0.75f, true) {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Plan> eldest) {
          return size() > REMEMBERED;
        }
      };

  SpoolImages(Spool spool) {
    this.spool = spool;
  }

  /**
   * The volume that a report is about.
   *
   * @throws CtImages.NotHeldException if its images, or some of them, are not held, or are not
   *     those of the report any more
   */
  CtImages of(QuantificationReport report) throws IOException, CtImages.NotHeldException {
    String series = report.series().seriesInstanceUid();
    List<SpooledInstance> instances = series == null ? List.of() : spool.instances(series);
    if (instances.isEmpty()) {
      throw new CtImages.NotHeldException("The images of this series are not held any more.");
    }
    Key key = new Key(series, instances.stream().map(SpooledInstance::file).toList());
    Plan plan;
    synchronized (plans) {
      plan = plans.get(key);
    }
    try {
      if (plan == null) {
        plan = plan(key.files());
        synchronized (plans) {
          plans.put(key, plan);
        }
      }
    } catch (SeriesRefusedException e) {
      throw new CtImages.NotHeldException(
          "The images held of this series are not those of the report: " + e.getMessage());
    }
    if (!plan.geometry().equals(report.geometry())) {
      throw new CtImages.NotHeldException(
          "The images held of this series are not those of the report: images came or went since.");
    }
    return new Volume(plan);
  }

  private static Plan plan(List<Path> files) throws IOException, SeriesRefusedException {
    List<SliceHeader> headers = new ArrayList<>();
    List<Path> fileOfHeader = new ArrayList<>();
    for (Path file : files) {
      DataSet dataSet = DicomFiles.readHeader(file).dataSet();
      try {
        Suitability.check(dataSet);
      } catch (SeriesRefusedException e) {
        if (e.reason() == RefusalReason.LOCALIZER) {
          continue; // left out of the volume, as by the analysis
        }
        throw e;
      }
      for (SliceHeader header : SliceReader.headers(dataSet)) {
        if (isSlice(header)) {
          headers.add(header);
          fileOfHeader.add(file);
        }
      }
    }
    VolumePlan grid = VolumePlan.of(headers);
    int[] order = grid.order();
    List<Path> fileOfSlice = new ArrayList<>();
    int[] frames = new int[order.length];
    for (int k = 0; k < order.length; k++) {
      fileOfSlice.add(fileOfHeader.get(order[k]));
      frames[k] = headers.get(order[k]).frame();
    }
    return new Plan(grid.geometry(), List.copyOf(fileOfSlice), frames);
  }

  /** Localizer frames of an instance with many frames are left out of the volume too. */
  private static boolean isSlice(SliceHeader header) throws SeriesRefusedException {
    try {
      Suitability.check(header);
      return true;
    } catch (SeriesRefusedException e) {
      if (e.reason() == RefusalReason.LOCALIZER) {
        return false;
      }
      throw e;
    }
  }

  /** Reads a file of many frames once, not once a slice. */
  private static final class Volume implements CtImages {
    private final Plan plan;
    private final boolean manyFrames;
    private Path lastFile;
    private DicomFile last;

    Volume(Plan plan) {
      this.plan = plan;
      this.manyFrames = plan.files().stream().distinct().count() < plan.files().size();
    }

    @Override
    public VolumeGeometry geometry() {
      return plan.geometry();
    }

    @Override
    public short[] slice(int index) throws IOException {
      Path file = plan.files().get(index);
      DicomFile dicom = manyFrames ? remembered(file) : DicomFiles.read(file);
      try {
        return SliceReader.readFrame(dicom, plan.frames()[index]).hu();
      } catch (SeriesRefusedException e) {
        throw new IOException("a slice that was measured cannot be read: " + e.getMessage(), e);
      }
    }

    private synchronized DicomFile remembered(Path file) throws IOException {
      if (!file.equals(lastFile)) {
        last = DicomFiles.read(file);
        lastFile = file;
      }
      return last;
    }
  }
}
