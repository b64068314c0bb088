// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The models in some directories: each of their folders that holds a {@code model.json}. A folder
 * whose manifest is wrong does not hide the others; {@link #faults()} tells of it.
 */
public final class ModelRegistry {

  private final List<Path> directories;
  private final List<ModelManifest> models;
  private final List<String> faults;

  private ModelRegistry(List<Path> directories, List<ModelManifest> models, List<String> faults) {
    this.directories = List.copyOf(directories);
    this.models = List.copyOf(models);
    this.faults = List.copyOf(faults);
  }

  /** As {@link #open(List)}, of one directory. */
  public static ModelRegistry open(Path directory) throws ModelException {
    return open(List.of(directory));
  }

  /**
   * Reads the manifests of directories of models; no weights are touched.
   *
   * @throws ModelException if a directory cannot be read, or two models have the same name and
   *     version
   */
  public static ModelRegistry open(List<Path> directories) throws ModelException {
    Set<Path> folders = new LinkedHashSet<>();
    for (Path directory : directories) {
      folders.addAll(folders(directory));
    }
    List<ModelManifest> models = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    Map<String, ModelManifest> byId = new HashMap<>();
    for (Path folder : folders) {
      ModelManifest model;
      try {
        model = ModelManifest.read(folder);
      } catch (ModelException e) {
        // One broken manifest must not take the other models away.
        faults.add(e.getMessage());
        continue;
      }
      ModelManifest twin = byId.putIfAbsent(model.id(), model);
      if (twin != null) {
        throw new ModelException(
            "two models are called %s: in %s and in %s. Give one another version or take it away"
                .formatted(model.id(), twin.directory(), model.directory()));
      }
      models.add(model);
    }
    models.sort(
        Comparator.comparing(ModelManifest::name)
            .thenComparing(ModelManifest::version, ModelRegistry::compareVersions));
    return new ModelRegistry(directories, models, faults);
  }

  /** The usable models, by name, older versions first. */
  public List<ModelManifest> models() {
    return models;
  }

  /** Why the other folders' manifests cannot be used, a sentence each. */
  public List<String> faults() {
    return faults;
  }

  /**
   * The model of that name.
   *
   * @param id {@code name@version}, or {@code name} for its newest version
   * @throws ModelException if there is none, with the list of those there are
   */
  public ModelManifest find(String id) throws ModelException {
    ModelManifest found = null;
    for (ModelManifest model : models) {
      // sorted by version: the last one of the name is the newest
      if (model.id().equals(id) || model.name().equals(id)) {
        found = model;
      }
    }
    if (found == null) {
      String there =
          models.isEmpty()
              ? "no usable model"
              : models.stream().map(ModelManifest::id).collect(Collectors.joining(", "));
      String broken = faults.isEmpty() ? "" : "; not usable: " + String.join("; ", faults);
      throw new ModelException(
          "there is no model '%s' in %s; there is %s%s"
              .formatted(
                  id,
                  directories.stream().map(Path::toString).collect(Collectors.joining(" and ")),
                  there,
                  broken));
    }
    return found;
  }

  private static List<Path> folders(Path directory) throws ModelException {
    if (!Files.isDirectory(directory)) {
      throw new ModelException(
          "the directory of models %s does not exist: give the one that holds a folder a model"
              .formatted(directory));
    }
    try (Stream<Path> entries = Files.list(directory)) {
      return entries
          .filter(folder -> Files.isRegularFile(folder.resolve(ModelManifest.FILE_NAME)))
          .map(folder -> folder.toAbsolutePath().normalize())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new ModelException(
          "the directory of models %s cannot be read: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** Part by part; numbers by value, everything else by its characters, numbers first. */
  static int compareVersions(String left, String right) {
    String[] a = left.split("\\.");
    String[] b = right.split("\\.");
    for (int i = 0; i < Math.max(a.length, b.length); i++) {
      String x = i < a.length ? a[i] : "0";
      String y = i < b.length ? b[i] : "0";
      int order = key(x).compareTo(key(y));
      if (order != 0) {
        return order;
      }
    }
    return left.compareTo(right);
  }

  private static String key(String part) {
    return part.chars().allMatch(Character::isDigit)
        ? "0".repeat(Math.max(0, 20 - part.length())) + part
        : part;
  }
}
