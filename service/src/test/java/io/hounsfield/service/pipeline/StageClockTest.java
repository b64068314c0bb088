// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.pipeline;

import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.service.pipeline.StageClock.Stage;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StageClockTest {

  @ParameterizedTest
  @ValueSource(strings = {"en", "zh"})
  void thePageNamesEveryStageInBothLanguages(String language) throws IOException {
    String texts;
    try (InputStream in =
        StageClock.class.getResourceAsStream("/io/hounsfield/api/web/text-" + language + ".js")) {
      texts = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
    for (Stage stage : Stage.values()) {
      assertTrue(texts.contains("'stage." + stage.key() + "': '"), stage.key());
    }
  }
}
