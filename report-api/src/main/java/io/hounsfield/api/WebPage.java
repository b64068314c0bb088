// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;

/**
 * A file of the web page, in memory, plain and compressed. The list is fixed, so no name from a
 * request is a path.
 *
 * @param gzipped the same content compressed (RFC 1952)
 * @param etag of the plain form; {@link #gzippedEtag()} is that of the compressed one
 */
record WebPage(String mediaType, Buffer content, Buffer gzipped, String etag) {

  private static final String HTML = "text/html; charset=utf-8";
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String SCRIPT = "text/javascript; charset=utf-8";

  private static final String DICOM_WEB = "/dicom-web";

  /** The work list. */
  static final String WORK_LIST = "index.html";

  /** The report on one analysis. */
  static final String REPORT = "report.html";

  /** Files under /assets/ by name. */
  static final Map<String, String> ASSETS =
      Map.ofEntries(
          Map.entry("style.css", "text/css; charset=utf-8"),
          Map.entry("icon.svg", "image/svg+xml"),
          Map.entry("theme.js", SCRIPT),
          Map.entry("i18n.js", SCRIPT),
          Map.entry("text-en.js", SCRIPT),
          Map.entry("text-zh.js", SCRIPT),
          // Sentences of reports in other languages: the build copies the result documents' own.
          Map.entry("sentences.properties", TEXT),
          Map.entry("messages_zh-CN.properties", TEXT),
          Map.entry("common.js", SCRIPT),
          Map.entry("live.js", SCRIPT),
          Map.entry("sentences.js", SCRIPT),
          Map.entry("faces.js", SCRIPT),
          Map.entry("results.js", SCRIPT),
          Map.entry("worklist.js", SCRIPT),
          Map.entry("worklist-row.js", SCRIPT),
          Map.entry("worklist-export.js", SCRIPT),
          Map.entry("upload.js", SCRIPT),
          Map.entry("upload-sources.js", SCRIPT),
          Map.entry("zip-worker.js", SCRIPT),
          Map.entry("study.css", "text/css; charset=utf-8"),
          Map.entry("report.js", SCRIPT),
          Map.entry("regions.js", SCRIPT),
          Map.entry("signoff.js", SCRIPT),
          Map.entry("lesions.js", SCRIPT),
          Map.entry("deliveries.js", SCRIPT),
          Map.entry("panels.js", SCRIPT),
          Map.entry("grid.js", SCRIPT),
          Map.entry("planes.js", SCRIPT),
          Map.entry("viewer-controls.js", SCRIPT),
          Map.entry("viewer.js", SCRIPT),
          Map.entry("volume-worker.js", SCRIPT),
          Map.entry("vendor/niivue-0.69.0.js", SCRIPT),
          Map.entry("vendor/zip-2.24.0.js", SCRIPT),
          Map.entry("vendor/zip-2.24.0.LICENSES.txt", "text/plain; charset=utf-8"),
          Map.entry("vendor/niivue-0.69.0.LICENSES.txt", TEXT));

  static WebPage of(String mediaType, byte[] content) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
      gzip.write(content);
    }
    return new WebPage(
        mediaType, Buffer.buffer(content), Buffer.buffer(packed.toByteArray()), ETags.of(content));
  }

  /** The work list; it offers an upload where there is a DICOMweb service. */
  static WebPage workList(List<Mount> mounts) throws IOException {
    String page = new String(resource("web/" + WORK_LIST), StandardCharsets.UTF_8);
    String address =
        mounts.stream().map(Mount::path).filter(DICOM_WEB::equals).findFirst().orElse("");
    return of(
        HTML,
        page.replace(
                "name=\"dicom-web\" content=\"\"", "name=\"dicom-web\" content=\"" + address + "\"")
            .getBytes(StandardCharsets.UTF_8));
  }

  static WebPage html(String name) throws IOException {
    return load(name, HTML);
  }

  static WebPage load(String name, String mediaType) throws IOException {
    return of(mediaType, resource("web/" + name));
  }

  /** Another representation has another tag (RFC 9110 section 8.8.3.3). */
  String gzippedEtag() {
    return etag.substring(0, etag.length() - 1) + "-gzip\"";
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
