// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A folder with a second model: the weights of the installation under another name. */
public final class OtherModel {

  public static final String ID = "other-net@2.0";

  private OtherModel() {}

  /** Makes a folder of models below {@code folder} that holds {@link #ID}. */
  public static Path install(Path folder) throws IOException {
    Path original = TestService.root().resolve("models/lung-lesion-unet");
    Path copy = Files.createDirectories(folder.resolve("models/whatever"));
    ObjectMapper json = new ObjectMapper();
    ObjectNode manifest = (ObjectNode) json.readTree(original.resolve("model.json").toFile());
    manifest.put("name", "other-net").put("version", "2.0");
    json.writeValue(copy.resolve("model.json").toFile(), manifest);
    for (var file : manifest.get("files")) {
      String name = file.get("file").asText();
      Files.copy(original.resolve(name), copy.resolve(name));
    }
    return copy.getParent();
  }
}
