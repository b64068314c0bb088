// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;

/** A file of the web page, in memory. The list is fixed, so no name from a request is a path. */
record WebPage(String mediaType, Buffer content, String etag) {

  private static final String HTML = "text/html; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  /** The work list. */
  static final String WORK_LIST = "index.html";

  /** The report on one analysis. */
  static final String REPORT = "report.html";

  /** Files under /assets/ by name. */
  static final Map<String, String> ASSETS =
      Map.of(
          "style.css", "text/css; charset=utf-8",
          "common.js", SCRIPT,
          "worklist.js", SCRIPT,
          "report.js", SCRIPT,
          "icon.svg", "image/svg+xml");

  static WebPage html(String name) throws IOException {
    return load(name, HTML);
  }

  static WebPage load(String name, String mediaType) throws IOException {
    byte[] bytes = resource("web/" + name);
    return new WebPage(mediaType, Buffer.buffer(bytes), ETags.of(bytes));
  }

  static byte[] resource(String name) throws IOException {
    try (InputStream in = WebPage.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("resource " + name + " is missing from the program; build it again");
      }
      return in.readAllBytes();
    }
  }
}
