// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.http.HttpHeaders;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.validation.RequestParameter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Map;

/** Rows for researchers over HTTP: read, encoded and sent at the pace of the client. */
final class Exports implements AutoCloseable {

  /** Exports under way at once: each asks the database for as long as it runs. */
  static final int MOST = 2;

  private static final int CHUNK_BYTES = 64 * 1024;

  private final ResultCatalog results;
  private final StreamSender sender =
      new StreamSender(
          "export-",
          MOST,
          Problem.Code.TOO_MANY_EXPORTS,
          MOST + " exports are being sent already; try again when one of them has ended.");

  Exports(ResultCatalog results) {
    this.results = results;
  }

  /** Answers with the rows; called on the event loop, returns at once. */
  void send(RoutingContext rc, AnalysisFilter which, ResultCatalog.ExportFormat format) {
    Map<String, RequestParameter> query = ApiRoutes.validated(rc).getQuery();
    RequestParameter identity = query.get("identity");
    boolean withPatient = ApiRoutes.present(identity) && identity.getString().equals("with");
    boolean csv = format == ResultCatalog.ExportFormat.CSV;
    rc.response()
        .putHeader(
            HttpHeaders.CONTENT_TYPE,
            csv ? "text/csv; charset=utf-8; header=present" : "application/json")
        .putHeader(HttpHeaders.CACHE_CONTROL, "no-store");
    ApiRoutes.disposition(rc, csv ? "hounsfield-export.csv" : "hounsfield-export.json");
    if (RequestGate.isHead(rc)) {
      rc.response().end();
      return;
    }
    sender.send(
        rc,
        sink -> {
          OutputStream out = new BufferedOutputStream(new Chunks(sink), CHUNK_BYTES);
          results.export(which, format, withPatient, out);
          out.flush(); // not after a fault: what was not begun can still be answered with a problem
        });
  }

  /** Hands on what it gets. */
  private static final class Chunks extends OutputStream {
    private final VolumeStream.Sink sink;

    Chunks(VolumeStream.Sink sink) {
      this.sink = sink;
    }

    @Override
    public void write(int b) throws IOException {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      try {
        sink.write(Arrays.copyOfRange(bytes, offset, offset + length));
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException("the server ends");
      }
    }
  }

  @Override
  public void close() {
    sender.close();
  }
}
