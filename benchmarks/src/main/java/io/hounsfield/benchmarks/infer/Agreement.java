// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.infer;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.SegmentationModel;
import io.hounsfield.preprocess.SeriesRefusedException;
import io.hounsfield.service.pipeline.SegmentationStage;
import io.hounsfield.service.pipeline.SeriesAnalysis;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether two variants of a model find the same in a series. */
final class Agreement {

  private static final double PERCENT = 100;

  /**
   * What one variant found.
   *
   * @param labels of each slice, as the network gave them
   * @param opacityPercent of both lungs, as a report would say, after the anatomy
   */
  private record Found(List<byte[]> labels, double opacityPercent) {}

  private Agreement() {}

  /**
   * @param files of the series
   * @param slices the series' HU, all {@code rows * columns}
   */
  static ObjectNode measure(
      ModelManifest manifest,
      String variant,
      String reference,
      List<Path> files,
      List<short[]> slices,
      int rows,
      int columns)
      throws ModelException, IOException, InterruptedException, SeriesRefusedException {
    Found one = find(manifest, variant, files, slices, rows, columns);
    Found other = find(manifest, reference, files, slices, rows, columns);
    long same = 0;
    long all = 0;
    long sameInside = 0;
    long inside = 0;
    for (int k = 0; k < slices.size(); k++) {
      byte[] a = one.labels().get(k);
      byte[] b = other.labels().get(k);
      for (int i = 0; i < a.length; i++) {
        all++;
        same += a[i] == b[i] ? 1 : 0;
        if (a[i] != SegmentationModel.BACKGROUND || b[i] != SegmentationModel.BACKGROUND) {
          inside++;
          sameInside += a[i] == b[i] ? 1 : 0;
        }
      }
    }
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("variant", variant).put("reference", reference).put("slices", slices.size());
    result.put("agreeingVoxelsPercent", PERCENT * same / all);
    if (inside > 0) {
      result.put("agreeingVoxelsPercentWithinLungs", PERCENT * sameInside / inside);
    }
    result.put("opacityPercent", one.opacityPercent());
    result.put("opacityPercentReference", other.opacityPercent());
    result.put("opacityPercentDifference", one.opacityPercent() - other.opacityPercent());
    return result;
  }

  private static Found find(
      ModelManifest manifest,
      String variant,
      List<Path> files,
      List<short[]> slices,
      int rows,
      int columns)
      throws ModelException, IOException, InterruptedException, SeriesRefusedException {
    SegmentationModel model =
        SegmentationModel.load(
            manifest, new InferenceOptions(InferenceOptions.Device.CPU, variant, 0));
    // The stage closes the model.
    try (SegmentationStage stage = new SegmentationStage(model)) {
      List<byte[]> labels = new ArrayList<>();
      for (int from = 0; from < slices.size(); from += model.batch()) {
        short[][] hu =
            slices
                .subList(from, Math.min(slices.size(), from + model.batch()))
                .toArray(short[][]::new);
        model.segment(hu, rows, columns).forEach(slice -> labels.add(slice.labels()));
      }
      SeriesAnalysis analysis = new SeriesAnalysis(stage);
      for (Path file : files) {
        analysis.accept(file);
      }
      Measurement opacity =
          analysis.finish().regions().get(Region.BOTH_LUNGS).get(Quantity.OPACITY_PERCENT);
      if (opacity instanceof Measurement.Value value) {
        return new Found(labels, value.value());
      }
      throw new IOException("the opacity of the series could not be measured: " + opacity);
    }
  }
}
