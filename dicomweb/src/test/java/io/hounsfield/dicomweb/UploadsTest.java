// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.SpoolOptions;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Store requests that belong together are one association to those who follow. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class UploadsTest {
  private static final String NAME = "6f0a-4d34-9a53";

  @TempDir Path directory;

  private static int upload(TestServer s, String value, byte[]... files) throws Exception {
    return s.post(
            "/studies",
            TestServer.multipartType(TestServer.BOUNDARY),
            TestServer.body(TestServer.BOUNDARY, files),
            Uploads.HEADER,
            value)
        .statusCode();
  }

  @Test
  void requestsOfAnUploadEndTogether() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      assertEquals(200, upload(s, NAME + "; more", file(ct(1, 1, 1)), file(ct(1, 1, 2))));
      assertEquals(200, upload(s, "another-upload", file(ct(1, 3, 1))));
      AssociationSummary other = s.awaitEnd();
      assertEquals(Set.of(seriesUid(1, 3)), other.seriesInstanceUids());
      assertEquals(200, upload(s, NAME + ";more", file(ct(1, 1, 3))));
      assertNull(s.ended.peek(), "more will follow");
      assertEquals(200, upload(s, NAME, file(ct(1, 2, 1))));
      AssociationSummary end = s.awaitEnd();
      assertFalse(end.aborted());
      assertEquals(4, end.instances());
      assertEquals(Set.of(seriesUid(1, 1), seriesUid(1, 2)), end.seriesInstanceUids());
      assertNotEquals(other.id(), end.id());
      assertEquals(4, s.stored.stream().filter(i -> i.associationId() == end.id()).count());
      // The name is free again.
      assertEquals(200, upload(s, NAME, file(ct(1, 1, 4))));
      assertNotEquals(end.id(), s.awaitEnd().id());
    }
  }

  @Test
  void anUploadThatIsCutOffOrFallsSilentEndsAsAborted() throws Exception {
    DicomWebOptions options = new DicomWebOptions("NODE", true, 1 << 20, 1, 1, 200);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults())) {
      assertEquals(200, upload(s, NAME + "; more", file(ct(1, 1, 1))));
      AssociationSummary silent = s.awaitEnd();
      assertTrue(silent.aborted());
      assertEquals(1, silent.instances());
      byte[] body = TestServer.body("b", file(ct(1, 1, 2)), file(ct(1, 1, 3)));
      try (Socket socket = new Socket("127.0.0.1", s.port())) {
        socket
            .getOutputStream()
            .write(
                TestServer.ascii(
                    "POST /dicom-web/studies HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: "
                        + TestServer.multipartType("b")
                        + "\r\nX-Hounsfield-Upload: "
                        + NAME
                        + "; more\r\nContent-Length: "
                        + body.length
                        + "\r\n\r\n"));
        socket.getOutputStream().write(body, 0, body.length - 100);
        s.stored.take();
        s.stored.take();
      }
      AssociationSummary cut = s.awaitEnd();
      assertTrue(cut.aborted());
      assertNotEquals(silent.id(), cut.id());
    }
  }

  @Test
  void aNameThatIsNoneIsRefused() throws Exception {
    DicomWebOptions options = new DicomWebOptions("NODE", true, 1 << 20, 1, 1, 60_000);
    try (TestServer s = new TestServer(directory, options, SpoolOptions.defaults())) {
      for (String value : new String[] {"short", "x".repeat(65), NAME + "; less", "../../etc/x"}) {
        assertEquals(400, upload(s, value, file(ct(1, 1, 1))), value);
      }
      assertEquals(200, upload(s, NAME, file(ct(1, 1, 1))), "none of them took the one place");
    }
  }

  /** Who begins more uploads than are kept has each request of the rest count by itself. */
  @Test
  void uploadsAreBounded() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      for (int i = 0; i < Uploads.MOST; i++) {
        assertEquals(200, upload(s, "upload-%03d; more".formatted(i), file(ct(1, 1, 1))));
      }
      assertNull(s.ended.peek());
      assertEquals(200, upload(s, "one-too-many; more", file(ct(1, 1, 1))));
      assertFalse(s.awaitEnd().aborted());
    }
  }
}
