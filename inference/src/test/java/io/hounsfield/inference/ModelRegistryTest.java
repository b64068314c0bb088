// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ModelRegistryTest {

  @TempDir Path models;

  private void add(String folder, String name, String version) throws Exception {
    byte[] graph = {1};
    TestModels.write(models.resolve(folder), TestModels.manifest(name, version, graph), graph);
  }

  @Test
  void listsModelsByNameAndOlderVersionsFirst() throws Exception {
    add("c", "lobes", "1.0");
    add("b", "lungs", "1.10.0");
    add("a", "lungs", "1.9.0");
    Files.createDirectories(models.resolve("training"));
    Files.writeString(models.resolve("README.md"), "not a folder");
    ModelRegistry registry = ModelRegistry.open(models);
    assertEquals(
        List.of("lobes@1.0", "lungs@1.9.0", "lungs@1.10.0"),
        registry.models().stream().map(ModelManifest::id).toList());
    assertEquals(List.of(), registry.faults());
  }

  @Test
  void findsByNameTheNewestAndByVersionThatOne() throws Exception {
    add("a", "lungs", "1.10.0");
    add("b", "lungs", "1.9.0");
    ModelRegistry registry = ModelRegistry.open(models);
    assertEquals("1.10.0", registry.find("lungs").version());
    assertEquals("1.9.0", registry.find("lungs@1.9.0").version());
  }

  @ParameterizedTest
  @ValueSource(strings = {"brain", "lungs@2", "", "@", "../a", "a", "lungs@1.0/..", "LUNGS"})
  void anUnknownNameIsAnsweredWithTheListOfWhatThereIs(String id) throws Exception {
    add("a", "lungs", "1.0");
    ModelRegistry registry = ModelRegistry.open(models);
    String message = assertThrows(ModelException.class, () -> registry.find(id)).getMessage();
    assertTrue(message.contains("'" + id + "'"), message);
    assertTrue(message.contains("there is lungs@1.0"), message);
  }

  @Test
  void aBrokenManifestDoesNotHideTheOthersAndIsTold() throws Exception {
    add("a", "lungs", "1.0");
    Files.createDirectories(models.resolve("broken"));
    Files.writeString(models.resolve("broken/model.json"), "{");
    ModelRegistry registry = ModelRegistry.open(models);
    assertEquals(1, registry.models().size());
    assertEquals(1, registry.faults().size());
    String message = assertThrows(ModelException.class, () -> registry.find("x")).getMessage();
    assertTrue(message.contains("broken"), message);
  }

  @Test
  void refusesTwoModelsOfOneNameAndVersion() throws Exception {
    add("a", "lungs", "1.0");
    add("b", "lungs", "1.0");
    String message =
        assertThrows(ModelException.class, () -> ModelRegistry.open(models)).getMessage();
    assertTrue(message.contains("lungs@1.0"), message);
    assertTrue(message.contains(models.resolve("a").toString()), message);
    assertTrue(message.contains(models.resolve("b").toString()), message);
  }

  @Test
  void saysThatTheDirectoryIsMissingOrEmpty() throws Exception {
    Path absent = models.resolve("absent");
    assertTrue(
        assertThrows(ModelException.class, () -> ModelRegistry.open(absent))
            .getMessage()
            .contains(absent.toString()));
    ModelRegistry empty = ModelRegistry.open(models);
    assertTrue(
        assertThrows(ModelException.class, () -> empty.find("lungs"))
            .getMessage()
            .contains("no usable model"));
  }

  @Test
  void versionsAreComparedPartByPart() {
    List<String> ascending = List.of("0.9", "1", "1.0.1", "1.2", "1.2.1", "1.10", "1.10.rc1", "2");
    for (int i = 0; i < ascending.size(); i++) {
      for (int k = 0; k < ascending.size(); k++) {
        assertEquals(
            Integer.signum(Integer.compare(i, k)),
            Integer.signum(ModelRegistry.compareVersions(ascending.get(i), ascending.get(k))),
            ascending.get(i) + " against " + ascending.get(k));
      }
    }
  }
}
