// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.domain.ConfidenceCalibration;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ModelManifestTest {

  @TempDir Path directory;

  private static ObjectNode right() {
    return TestModels.manifest("lung-net", "1.2.0", new byte[] {1});
  }

  private ModelManifest read(JsonNode manifest) throws IOException, ModelException {
    Files.write(directory.resolve("model.json"), TestModels.JSON.writeValueAsBytes(manifest));
    return ModelManifest.read(directory);
  }

  private String refused(JsonNode manifest) {
    return assertThrows(ModelException.class, () -> read(manifest)).getMessage();
  }

  @Test
  void readsWhatTheManifestSays() throws Exception {
    ModelManifest manifest = read(right());
    assertEquals("lung-net@1.2.0", manifest.id());
    assertEquals(4, manifest.batch());
    assertEquals(256, manifest.gridRows());
    assertEquals(256, manifest.gridColumns());
    assertEquals(
        List.of("background", "lung", "lesion"),
        manifest.labels().stream().map(ModelManifest.Label::name).toList());
    assertEquals("39607008", manifest.labels().get(1).code().orElseThrow().value());
    assertTrue(manifest.labels().get(2).code().isEmpty());
    assertEquals("fp32.pt", manifest.weights("fp32").orElseThrow().file());
    assertTrue(manifest.weights("bf16").isEmpty());
    assertEquals(ModelManifest.InputUnit.HU, manifest.unit());
    assertTrue(manifest.flopsPerSlice().isEmpty());
    assertTrue(manifest.confidence().isEmpty());
    assertEquals(List.of("Knows nothing of lungs."), manifest.limits());
  }

  @Test
  void readsWhatMayBeLeftOut() throws Exception {
    ObjectNode manifest = right();
    ((ObjectNode) manifest.get("input")).put("unit", "PICTURE");
    manifest.put("flopsPerSlice", 5_000_000_000L);
    ModelManifest read = read(manifest);
    assertEquals(ModelManifest.InputUnit.PICTURE, read.unit());
    assertEquals(5_000_000_000L, read.flopsPerSlice().orElseThrow());
  }

  private static final String CONFIDENCE =
      """
      {"method": "5-fold cross-validation", "intercept": 0.5, "slope": 2.5, "quantile": 0.9,
       "cases": 16, "limits": {"high": 2, "medium": 5}}
      """;

  @Test
  void readsTheCalibrationOfTheConfidence() throws Exception {
    ObjectNode manifest = right();
    manifest.set("confidence", TestModels.JSON.readTree(CONFIDENCE));
    assertEquals(
        new ConfidenceCalibration("5-fold cross-validation", 0.5, 2.5, 0.9, 16, 2, 5),
        read(manifest).confidence().orElseThrow());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"slope\": 2.5|\"slope\": -1|confidence.slope must not be negative",
        "\"slope\": 2.5|\"slope\": \"2\"|confidence.slope: must be a number",
        "\"quantile\": 0.9|\"quantile\": 90|confidence.quantile must be",
        "\"cases\": 16|\"cases\": 0|confidence.cases: must be a whole number from 1",
        "\"medium\": 5|\"medium\": 1|confidence.limits.medium must be above",
        "\"high\": 2, |  |confidence.limits.high: is missing",
      })
  void namesWhatIsWrongInTheCalibration(String right, String wrong, String fault) throws Exception {
    ObjectNode manifest = right();
    String json = CONFIDENCE.replace(right, wrong == null ? "" : wrong);
    manifest.set("confidence", TestModels.JSON.readTree(json));
    String message = refused(manifest);
    assertTrue(message.contains(fault), message);
  }

  @Test
  void fieldsForPeopleAreLeftAlone() throws Exception {
    ObjectNode manifest = right();
    manifest.putObject("accuracy").put("meanLungDice", 0.97);
    assertEquals("lung-net@1.2.0", read(manifest).id());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "name",
        "version",
        "description",
        "input",
        "output",
        "labels",
        "networkGrid",
        "batch",
        "files",
        "licence",
        "intendedUse",
        "limits"
      })
  void namesTheFieldThatIsMissing(String field) {
    ObjectNode manifest = right();
    manifest.remove(field);
    String message = refused(manifest);
    assertTrue(message.contains(field), message);
    assertTrue(message.contains(directory.resolve("model.json").toString()), message);
  }

  /** Pointer to the field, its wrong value as JSON, and how the fault names it. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "/name|\"../etc\"|name: must be",
        "/name|\"a b\"|name: must be",
        "/name|17|name: must be text",
        "/name|\"  \"|name: must be text",
        "/version|\"one\"|version: must be",
        "/version|\"1.0@2\"|version: must be",
        "/input/dtype|\"int16\"|input.dtype: must be 'int32'",
        "/input/unit|\"grey\"|input.unit: must be 'HU' or 'PICTURE'",
        "/output/dtype|\"float32\"|output.dtype: must be 'uint8'",
        "/labels|[]|labels: must be a list",
        "/labels|7|labels: must be a list",
        "/labels/1/value|256|labels[1].value: must be a whole number from 0 to 255",
        "/labels/1/value|1.5|labels[1].value",
        "/labels/1/value|2|labels[2].value: 2 is there twice",
        "/labels/1/name|null|labels[1].name",
        "/labels/1/code|{}|labels[1].code.scheme: is missing",
        "/networkGrid|[256]|networkGrid: must be [rows, columns]",
        "/networkGrid|[0, 256]|networkGrid[0]",
        "/networkGrid|[256, 99999]|networkGrid[1]",
        "/batch|0|batch: must be a whole number from 1 to 64",
        "/batch|65|batch: must be a whole number from 1 to 64",
        "/batch|99999999999|batch: must be a whole number",
        "/batch|\"4\"|batch: must be a whole number",
        "/files|[]|files: must be a list",
        "/files/0/variant|\"auto\"|files[0].variant: 'auto'",
        "/files/0/variant|\"BF 16\"|files[0].variant: must be",
        "/files/0/file|\"../../etc/passwd\"|files[0].file: must be a file name",
        "/files/0/file|\"/etc/passwd\"|files[0].file: must be a file name",
        "/files/0/file|\"..\"|files[0].file: must be a file name",
        "/files/0/file|\"a\\\\b.pt\"|files[0].file: must be a file name",
        "/files/0/sha256|\"ABC\"|files[0].sha256: must be 64 lower-case hex digits",
        "/files/0/requires|\"avx\"|files[0].requires: must be a list",
        "/files/0/requires|[\"a b\"]|files[0].requires: 'a b'",
        "/files/0/requires|[1]|files[0].requires: entries must be text",
        "/flopsPerSlice|0|flopsPerSlice: must be a whole number from 1",
        "/flopsPerSlice|1.5|flopsPerSlice: must be a whole number",
        "/flopsPerSlice|\"many\"|flopsPerSlice: must be a whole number",
        "/limits|[\"\"]|limits: entries must be text",
      })
  void namesTheFieldThatIsWrong(String pointer, String value, String fault) throws Exception {
    ObjectNode manifest = right();
    int slash = pointer.lastIndexOf('/');
    JsonNode parent = slash == 0 ? manifest : manifest.at(pointer.substring(0, slash));
    ((ObjectNode) parent).set(pointer.substring(slash + 1), TestModels.JSON.readTree(value));
    String message = refused(manifest);
    assertTrue(message.contains(fault), message);
  }

  @Test
  void tellsOfEveryFaultAtOnce() {
    ObjectNode manifest = right();
    manifest.remove("name");
    manifest.put("batch", 0);
    ((ObjectNode) manifest.at("/files/0")).put("sha256", "x");
    String message = refused(manifest);
    assertTrue(message.contains("name: is missing"), message);
    assertTrue(message.contains("batch: must be"), message);
    assertTrue(message.contains("files[0].sha256: must be"), message);
  }

  @Test
  void refusesTheSameVariantTwice() {
    ObjectNode manifest = right();
    manifest.withArray("files").add(manifest.at("/files/0").deepCopy());
    assertTrue(refused(manifest).contains("files[1].variant: 'fp32' is there twice"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{", "[]", "3", "{\"name\": 1, \"name\": 2}", "{} {}", "\u0000"})
  void refusesWhatIsNotOneJsonObject(String text) throws Exception {
    Files.writeString(directory.resolve("model.json"), text);
    String message =
        assertThrows(ModelException.class, () -> ModelManifest.read(directory)).getMessage();
    assertTrue(message.contains("is not"), message);
  }

  @Test
  void refusesAMissingAndAnEndlessFile() throws Exception {
    assertTrue(
        assertThrows(ModelException.class, () -> ModelManifest.read(directory))
            .getMessage()
            .contains("is missing"));
    Files.write(directory.resolve("model.json"), new byte[(1 << 20) + 1]);
    assertTrue(
        assertThrows(ModelException.class, () -> ModelManifest.read(directory))
            .getMessage()
            .contains("more than"));
  }

  @Test
  void theModelsOfThisRepositoryAreRight() throws Exception {
    Path models = TestModels.root().resolve("models");
    Assumptions.assumeTrue(Files.isDirectory(models.resolve("lung-lesion-unet")), "no weights");
    ModelRegistry registry = ModelRegistry.open(models);
    assertEquals(List.of(), registry.faults());
    assertFalse(registry.models().isEmpty());
    for (ModelManifest model : registry.models()) {
      for (ModelManifest.Weights weights : model.weights()) {
        byte[] bytes = Files.readAllBytes(model.directory().resolve(weights.file()));
        assertEquals(weights.sha256(), TestModels.sha256(bytes), model.id() + weights.variant());
      }
    }
  }
}
