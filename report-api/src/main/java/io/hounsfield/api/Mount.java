// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.ext.web.Router;
import java.util.Objects;

/**
 * Further routes on the HTTP server. A request passes the same checks first (host, security
 * headers; HEAD comes as GET, its answer without a body) but for one: POST may have a body here. It
 * answers its own faults.
 *
 * @param path where they begin, such as {@code /dicom-web}
 * @param router addresses below the path
 */
public record Mount(String path, Router router) {
  public Mount {
    Objects.requireNonNull(router, "router");
    if (!path.matches("(/[a-z0-9-]+)+")) {
      throw new IllegalArgumentException("path " + path);
    }
  }

  boolean holds(String address) {
    return address.equals(path) || address.startsWith(path + "/");
  }
}
