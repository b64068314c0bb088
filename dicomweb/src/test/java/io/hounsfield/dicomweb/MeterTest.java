// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.instanceUid;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static io.hounsfield.dicomweb.TestInstances.studyUid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;

import io.hounsfield.dicomweb.DicomWebMeter.Operation;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each request is counted once, by what it asked for, how it ended, and its bytes. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class MeterTest {
  @TempDir Path directory;

  private static TestServer.Answered next(TestServer s) throws InterruptedException {
    TestServer.Answered answered = s.answered.poll(30, TimeUnit.SECONDS);
    assertNotNull(answered, "a request was not counted");
    return answered;
  }

  private static void assertCounted(
      TestServer s, Operation operation, HttpResponse<byte[]> response, long received)
      throws InterruptedException {
    assertEquals(
        new TestServer.Answered(
            operation, "" + response.statusCode(), received, response.body().length),
        next(s),
        () -> response.uri().getPath());
  }

  @Test
  void eachRequestIsCountedByOperationOutcomeAndBytes() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      byte[] instance = file(ct(1, 1, 1));
      HttpResponse<byte[]> stored = s.store("/studies", instance);
      assertCounted(
          s, Operation.STORE, stored, TestServer.body(TestServer.BOUNDARY, instance).length);
      String study = "/studies/" + studyUid(1);
      String path = study + "/series/" + seriesUid(1, 1) + "/instances/" + instanceUid(1, 1, 1);
      assertCounted(s, Operation.SEARCH, s.get("/studies?PatientID=none"), 0);
      assertCounted(s, Operation.RETRIEVE, s.get(path), 0);
      assertCounted(s, Operation.METADATA, s.get(study + "/metadata"), 0);
      assertCounted(s, Operation.FRAMES, s.get(path + "/frames/2"), 0);
      assertCounted(s, Operation.RENDERED, s.get(path + "/rendered"), 0);
      assertCounted(s, Operation.BULK_DATA, s.get(path + "/bulkdata/7FE00010"), 0);
      assertCounted(s, Operation.OTHER, s.get("/no/such/thing"), 0);
    }
  }

  @Test
  void whatIsCutOffIsCountedAsThat() throws Exception {
    try (TestServer s = new TestServer(directory)) {
      try (Socket socket = new Socket("127.0.0.1", s.port())) {
        String head =
            "POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n"
                + "Content-Type: application/dicom\r\n\r\nhalf";
        socket.getOutputStream().write(TestServer.ascii(head));
        socket.getOutputStream().flush();
      }
      TestServer.Answered answered = next(s);
      assertEquals(Operation.STORE, answered.operation());
      assertEquals("cut-off", answered.outcome());
    }
  }
}
