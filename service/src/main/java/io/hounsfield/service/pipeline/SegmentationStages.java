// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import io.hounsfield.inference.InferenceOptions;
import io.hounsfield.inference.ModelException;
import io.hounsfield.inference.ModelManifest;
import io.hounsfield.inference.ModelRegistry;
import io.hounsfield.inference.SegmentationModel;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The networks that a service has loaded, each with a queue of its own, and which of them measures
 * a series.
 */
public final class SegmentationStages implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(SegmentationStages.class);

  /** By {@code name@version}, the default first. */
  private final Map<String, SegmentationStage> stages = new LinkedHashMap<>();

  private final Map<String, String> byCalledAeTitle = new TreeMap<>();

  private SegmentationStages() {}

  /**
   * Loads models.
   *
   * @param names models, {@code name} or {@code name@version}, the default first
   * @param calledAeTitles one of the names for each AE title whose series are not the default's
   * @throws ModelException if one is not there or cannot be loaded; then none stays loaded
   */
  public static SegmentationStages load(
      ModelRegistry registry,
      List<String> names,
      Map<String, String> calledAeTitles,
      InferenceOptions options)
      throws ModelException {
    // All of them are looked up before the first is loaded: that takes seconds.
    Map<String, ModelManifest> manifests = new LinkedHashMap<>();
    for (String name : names) {
      manifests.put(name, registry.find(name));
    }
    SegmentationStages all = new SegmentationStages();
    try {
      for (ModelManifest manifest : manifests.values()) {
        // "net" and "net@1.0" may be the same model
        if (!all.stages.containsKey(manifest.id())) {
          all.stages.put(
              manifest.id(), new SegmentationStage(SegmentationModel.load(manifest, options)));
        }
      }
    } catch (ModelException | RuntimeException e) {
      all.close();
      throw e;
    }
    calledAeTitles.forEach(
        (title, name) -> all.byCalledAeTitle.put(title, manifests.get(name).id()));
    return all;
  }

  /** The models, {@code name@version}, the default first. */
  public List<String> models() {
    return List.copyOf(stages.keySet());
  }

  /** The model, {@code name@version}, of series that are pushed to this AE title. */
  String modelFor(String calledAeTitle) {
    return byCalledAeTitle.getOrDefault(calledAeTitle, models().get(0));
  }

  /** AE titles whose series are measured by this model though it is not the default. */
  public List<String> calledAeTitles(String model) {
    List<String> titles = new ArrayList<>();
    byCalledAeTitle.forEach(
        (title, id) -> {
          if (id.equals(model)) {
            titles.add(title);
          }
        });
    return titles;
  }

  /**
   * The queue of a model.
   *
   * @param model {@code name@version}, or {@code null} for the default; the default also takes the
   *     place of a model that is not loaded any more, and every report says which one it was
   */
  public SegmentationStage of(String model) {
    SegmentationStage stage = stages.get(model == null ? models().get(0) : model);
    if (stage == null) {
      LOG.warn("Model {} is not loaded any more; {} takes its place", model, models().get(0));
      return stages.get(models().get(0));
    }
    return stage;
  }

  @Override
  public void close() {
    new HashMap<>(stages).values().forEach(SegmentationStage::close);
  }
}
