// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;

/** Holds encoded JSON against openapi.yaml, for tests of other packages. */
public final class ApiSchemaCheck {

  private ApiSchemaCheck() {}

  public static void assertValid(String schema, byte[] json) {
    ApiSchemas.assertValid(schema, new JsonObject(Buffer.buffer(json)));
  }
}
