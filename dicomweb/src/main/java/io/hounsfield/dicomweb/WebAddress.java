// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.vertx.core.net.HostAndPort;
import io.vertx.ext.web.RoutingContext;

/**
 * Where the resources of this origin server are found, as the client called it.
 *
 * @param base without a slash at the end, such as {@code http://127.0.0.1:8080/dicom-web}
 */
record WebAddress(String base) {
  static WebAddress of(RoutingContext rc) {
    HostAndPort authority = rc.request().authority();
    String host = authority == null ? "localhost" : authority.toString();
    String mount = rc.mountPoint() == null ? "" : rc.mountPoint();
    while (mount.endsWith("/")) {
      mount = mount.substring(0, mount.length() - 1);
    }
    return new WebAddress(rc.request().scheme() + "://" + host + mount);
  }

  String study(String study) {
    return base + "/studies/" + study;
  }

  String series(String study, String series) {
    return study(study) + "/series/" + series;
  }

  String instance(String study, String series, String instance) {
    return series(study, series) + "/instances/" + instance;
  }
}
