// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.report.Canvas;
import io.hounsfield.report.Glyphs;
import io.hounsfield.service.cli.CommandFailedException;
import io.hounsfield.service.pipeline.AnalysisOutcome;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code hounsfield bench overlays}: a series with its masks, for the eye. */
@Command(
    name = "overlays",
    description = {
      "Measures a CT series as the service does and draws a sheet of every Nth slice, head first,"
          + " with the outline of the lungs, ground glass and consolidation. The picture holds no"
          + " text from the images."
    },
    mixinStandardHelpOptions = true)
public final class OverlaysCommand implements Callable<Integer> {

  private static final int REFUSED = 1;
  private static final int NO_INPUT = 3;
  private static final int GAP = 4;
  private static final int MIN_TILE = 64;
  private static final int MAX_TILE = 1024;
  private static final int MAX_TILES = 400;

  @Spec private CommandSpec spec;

  @Option(
      names = "--series",
      paramLabel = "DIR",
      required = true,
      description = "Folder of one CT series (recursive).")
  private Path series;

  @Option(
      names = "--every",
      paramLabel = "N",
      description = "Every Nth slice (default: ${DEFAULT-VALUE}).",
      defaultValue = "10")
  private int every;

  @Option(
      names = "--tile",
      paramLabel = "PIXELS",
      description = "Side of a slice in the picture (default: ${DEFAULT-VALUE}).",
      defaultValue = "300")
  private int tile;

  @Option(names = "--out", paramLabel = "FILE", required = true, description = "The picture, PNG.")
  private Path out;

  @Mixin private ModelChoice model;

  @Override
  public Integer call()
      throws IOException, ModelException, InterruptedException, CommandFailedException {
    if (every < 1 || tile < MIN_TILE || tile > MAX_TILE) {
      throw new ParameterException(
          spec.commandLine(),
          "--every must be 1 or more, --tile %d to %d".formatted(MIN_TILE, MAX_TILE));
    }
    if (!Files.isDirectory(series)) {
      throw new CommandFailedException(NO_INPUT, series + " is no folder.");
    }
    List<Path> files = new ArrayList<>();
    try {
      for (Path file : Folders.allFiles(series)) {
        if (DicomFiles.isDicom(file)) {
          files.add(file);
        }
      }
    } catch (CaseException e) {
      throw new CommandFailedException(NO_INPUT, series + ": " + e.getMessage());
    }
    if (files.isEmpty()) {
      throw new CommandFailedException(NO_INPUT, series + " holds no DICOM file.");
    }
    InferenceOptions options = model.options(spec.commandLine());
    try (SegmentationStage segmentation =
        new SegmentationStage(
            SegmentationModel.load(model.manifest(Format.DICOM_SEG.defaultModel()), options))) {
      SeriesAnalysis analysis = new SeriesAnalysis(segmentation);
      for (Path file : files) {
        analysis.accept(file);
      }
      byte[] png = sheet(analysis.finish());
      Path folder = out.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      CaseStore.replace(out.toAbsolutePath(), png);
      spec.commandLine().getOut().println(out);
      return 0;
    } catch (SeriesRefusedException e) {
      throw new CommandFailedException(REFUSED, e.reason().code() + ": " + e.getMessage());
    }
  }

  private byte[] sheet(AnalysisOutcome outcome) throws CommandFailedException {
    VolumeGeometry g = outcome.ct().geometry();
    boolean headLast = g.normal().z() >= 0;
    List<Integer> slices = new ArrayList<>();
    for (int k = 0; k < g.slices(); k += every) {
      slices.add(headLast ? g.slices() - 1 - k : k);
    }
    if (slices.size() > MAX_TILES) {
      throw new CommandFailedException(
          2,
          "%d slices are too many for a picture; choose a larger --every."
              .formatted(slices.size()));
    }
    int across = across(slices.size());
    int down = (slices.size() + across - 1) / across;
    int line = Glyphs.height() + GAP;
    int height =
        (int)
            Math.round(
                tile
                    * Math.min(
                        1, g.rows() * g.rowSpacingMm() / (g.columns() * g.columnSpacingMm())));
    Canvas canvas =
        new Canvas(
            Math.max(across * (tile + GAP), 620),
            down * (height + GAP) + line,
            SlicePainter.BACKGROUND);
    for (int i = 0; i < slices.size(); i++) {
      int k = slices.get(i);
      int left = i % across * (tile + GAP);
      int top = i / across * (height + GAP);
      short[] hu = outcome.ct().slice(k);
      SlicePainter.fit(
              canvas,
              g.rows(),
              g.columns(),
              Spacing.of(g),
              index -> VolumeCases.grey(hu[index]),
              tile,
              g.columnDirection().y() < 0,
              g.rowDirection().x() < 0)
          .at(left, top)
          .image()
          .tint(labelled(outcome.lesions(), k, Segment.GROUND_GLASS), SlicePainter.GROUND_GLASS)
          .tint(labelled(outcome.lesions(), k, Segment.CONSOLIDATION), SlicePainter.CONSOLIDATION)
          .outline(labelled(outcome.lungs(), k, Segment.RIGHT_LUNG), SlicePainter.LUNG_OUTLINE)
          .outline(labelled(outcome.lungs(), k, Segment.LEFT_LUNG), SlicePainter.LUNG_OUTLINE);
      String position = String.format(Locale.ROOT, "%.1f mm", g.position(k, 0, 0).z());
      SlicePainter.caption(
          canvas,
          (k + 1) + " \u00b7 " + position.replace('-', '\u2212'),
          left + GAP,
          top + height - Glyphs.height() - 2);
      SlicePainter.caption(canvas, "R", left + GAP, top + 2);
    }
    int y = down * (height + GAP) + 2;
    int x = SlicePainter.key(canvas, GAP, y, SlicePainter.LUNG_OUTLINE, "Lung, outline");
    x = SlicePainter.key(canvas, x, y, SlicePainter.GROUND_GLASS, "Ground glass");
    SlicePainter.key(canvas, x, y, SlicePainter.CONSOLIDATION, "Consolidation");
    return canvas.png();
  }

  /** Slices in a row: about a third more than rows, with few places left empty. */
  private static int across(int slices) {
    int about = (int) Math.ceil(Math.sqrt(slices * 1.3));
    int best = about;
    for (int n = Math.max(1, about - 1); n <= about + 2; n++) {
      if ((n - slices % n) % n < (best - slices % best) % best) {
        best = n;
      }
    }
    return best;
  }

  private static SlicePainter.Shape labelled(LabelMap map, int slice, Segment segment) {
    byte[] labels = map.slice(slice);
    int columns = map.geometry().columns();
    byte value = (byte) segment.value();
    return (row, column) -> labels[row * columns + column] == value;
  }
}
