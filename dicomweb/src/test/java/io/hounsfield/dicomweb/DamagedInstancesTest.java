// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.instanceUid;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static io.hounsfield.dicomweb.TestInstances.studyUid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ReceivedInstance;
import io.vertx.core.json.JsonArray;
import java.net.http.HttpResponse;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Retrieve of what cannot be decoded or read, PS3.18 section 10.4.3.3 (206, 406): one instance must
 * not keep the others back.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DamagedInstancesTest {
  private static final String STUDY = "/studies/" + studyUid(1);
  private static final String SERIES = STUDY + "/series/" + seriesUid(1, 1);
  private static final String MULTIPART = "multipart/related; type=\"application/dicom\"";
  private static final String PLAIN = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
  private static final String RLE = TransferSyntax.RLE_LOSSLESS.uid();

  @TempDir Path directory;

  private static String instance(int number) {
    return SERIES + "/instances/" + instanceUid(1, 1, number);
  }

  private static String syntax(String uid) {
    return MULTIPART + "; transfer-syntax=" + uid;
  }

  /** One frame of 8 bits in RLE, PS3.5 annex G: one literal run, of which the end may be cut. */
  private static byte[] rle(int number, int cut) {
    int pixels = TestInstances.ROWS * TestInstances.COLUMNS;
    byte[] frame = new byte[64 + 1 + pixels];
    frame[0] = 1; // one segment
    frame[4] = 64; // which begins behind the header
    frame[64] = (byte) (pixels - 1);
    Arrays.fill(frame, 65, frame.length, (byte) number);
    DataSet dataSet =
        ct(1, 1, number)
            .putInts(Tag.BitsAllocated, VR.US, 8)
            .putInts(Tag.BitsStored, VR.US, 8)
            .putInts(Tag.HighBit, VR.US, 7)
            .putInts(Tag.PixelRepresentation, VR.US, 0)
            .putFragments(
                Tag.PixelData,
                new byte[0],
                List.of(Arrays.copyOf(frame, (frame.length - cut + 1) & ~1)));
    return file(dataSet, TransferSyntax.RLE_LOSSLESS);
  }

  /** Cuts a file in the spool: an instance that is cut is not taken, but a disk may lose bytes. */
  private static void cut(TestServer s, int number, int bytes) throws Exception {
    for (ReceivedInstance instance : s.stored) {
      if (instance.sopInstanceUid().equals(instanceUid(1, 1, number))) {
        try (FileChannel file = FileChannel.open(instance.file(), StandardOpenOption.WRITE)) {
          file.truncate(file.size() - bytes);
        }
      }
    }
  }

  private TestServer with(byte[]... files) throws Exception {
    TestServer s = new TestServer(directory);
    HttpResponse<byte[]> stored = s.store("/studies", files);
    assertEquals(200, stored.statusCode(), TestServer.text(stored));
    return s;
  }

  private static Map<String, byte[]> stored(TestServer s) throws Exception {
    Map<String, byte[]> files = new HashMap<>();
    for (ReceivedInstance instance : s.stored) {
      files.put(instance.sopInstanceUid(), Files.readAllBytes(instance.file()));
    }
    return files;
  }

  private static String type(TestServer.Part part) {
    return part.headers().get("content-type");
  }

  private static String dicom(String syntax) {
    return "application/dicom; transfer-syntax=" + syntax;
  }

  @Test
  void ofSeveralTheOneThatCannotBeDecodedComesAsItIsStored() throws Exception {
    try (TestServer s = with(file(ct(1, 1, 1)), rle(2, 20), rle(3, 0))) {
      byte[] damaged = stored(s).get(instanceUid(1, 1, 2));
      for (String path : List.of(STUDY, SERIES)) {
        for (String accept : List.of("*/*", MULTIPART, syntax(PLAIN) + ", " + syntax(RLE))) {
          HttpResponse<byte[]> response = s.get(path, "Accept", accept);
          assertEquals(200, response.statusCode(), accept);
          List<TestServer.Part> parts = TestServer.parts(response);
          assertEquals(
              List.of(dicom(PLAIN), dicom(RLE), dicom(PLAIN)),
              parts.stream().map(DamagedInstancesTest::type).toList(),
              accept);
          assertArrayEquals(damaged, parts.get(1).content(), "byte for byte");
          assertEquals(
              3,
              DicomFiles.read(parts.get(2).content())
                  .dataSet()
                  .bytes(Tag.PixelData)
                  .orElseThrow()[0]);
        }
      }
    }
  }

  @Test
  void itIsLeftOutWhereTheClientTakesNoOtherTransferSyntax() throws Exception {
    try (TestServer s = with(file(ct(1, 1, 1)), rle(2, 20), rle(3, 0))) {
      HttpResponse<byte[]> response = s.get(STUDY, "Accept", syntax(PLAIN));
      assertPartial(response, "1 of 3");
      List<TestServer.Part> parts = TestServer.parts(response);
      assertEquals(2, parts.size());
      assertTrue(parts.get(0).headers().get("content-location").endsWith(instance(1)));
      assertTrue(parts.get(1).headers().get("content-location").endsWith(instance(3)));
      // What is stored in another transfer syntax than the one asked for is not made.
      HttpResponse<byte[]> compressed = s.get(STUDY, "Accept", syntax(RLE));
      assertPartial(compressed, "1 of 3");
      assertEquals(
          List.of(dicom(RLE), dicom(RLE)),
          TestServer.parts(compressed).stream().map(DamagedInstancesTest::type).toList());
      s.assertProblem(406, s.get(STUDY, "Accept", syntax("1.2.840.10008.1.2.4.80")));
    }
  }

  @Test
  void whereNothingIsLeftItIsNotAcceptable() throws Exception {
    try (TestServer s = with(rle(2, 20))) {
      s.assertProblem(406, s.get(STUDY, "Accept", syntax(PLAIN)));
      assertEquals(dicom(RLE), type(TestServer.parts(s.get(STUDY)).get(0)));
    }
  }

  private static void assertPartial(HttpResponse<byte[]> response, String count) {
    assertEquals(206, response.statusCode(), TestServer.text(response));
    String warning = TestServer.header(response, "Warning");
    assertTrue(warning.startsWith("299 ") && warning.contains(count), warning);
  }

  @Test
  void byItselfItIsNotAcceptableUnlessAsItIsStored() throws Exception {
    try (TestServer s = with(rle(2, 20))) {
      byte[] damaged = stored(s).get(instanceUid(1, 1, 2));
      for (String accept :
          List.of("*/*", MULTIPART, syntax(PLAIN), "application/dicom", dicom(PLAIN))) {
        s.assertProblem(406, s.get(instance(2), "Accept", accept));
      }
      for (String accept :
          List.of(dicom("*"), dicom(RLE), "application/dicom, " + dicom("*") + ";q=0.5")) {
        HttpResponse<byte[]> response = s.get(instance(2), "Accept", accept);
        assertEquals(dicom(RLE), TestServer.header(response, "Content-Type"), accept);
        assertArrayEquals(damaged, response.body());
      }
      s.assertProblem(406, s.get(instance(2) + "/frames/1"));
      s.assertProblem(406, s.get(instance(2) + "/rendered"));
      s.assertProblem(406, s.get(instance(2) + "/bulkdata/7FE00010"));
      assertEquals(1, s.getJson(instance(2) + "/metadata").size());
    }
  }

  /** A data set that ends within its pixel data. */
  @Test
  void whatIsTruncatedComesAsItIsStored() throws Exception {
    byte[] implicit = file(ct(1, 1, 2), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
    try (TestServer s = with(file(ct(1, 1, 1)), implicit, rle(3, 0))) {
      for (int i = 1; i <= 3; i++) {
        cut(s, i, 20);
      }
      Map<String, byte[]> stored = stored(s);
      List<TestServer.Part> parts = TestServer.parts(s.get(STUDY));
      assertEquals(3, parts.size());
      for (int i = 0; i < 3; i++) {
        assertArrayEquals(stored.get(instanceUid(1, 1, i + 1)), parts.get(i).content());
        assertArrayEquals(
            parts.get(i).content(), s.get(instance(i + 1), "Accept", dicom("*")).body());
      }
      assertPartial(s.get(STUDY, "Accept", syntax(PLAIN)), "2 of 3");
      s.assertProblem(406, s.get(instance(2)));
      s.assertProblem(406, s.get(instance(3)));
      for (int i = 1; i <= 3; i++) {
        for (String resource : List.of("/frames/1", "/rendered", "/bulkdata/7FE00010")) {
          s.assertProblem(406, s.get(instance(i) + resource));
        }
      }
    }
  }

  /** A data set that ends before its pixel data: searches do not find it, but it is held. */
  @Test
  void whatEndsWithinItsAttributesIsLeftOut() throws Exception {
    int pixels = 12 + 2 * TestInstances.ROWS * TestInstances.COLUMNS;
    try (TestServer s = with(file(ct(1, 1, 1)), file(ct(1, 1, 2)), rle(3, 0))) {
      cut(s, 2, pixels + 3);
      for (String accept : List.of("*/*", syntax("*"), syntax(PLAIN))) {
        HttpResponse<byte[]> response = s.get(STUDY, "Accept", accept);
        assertPartial(response, "1 of 3");
        assertEquals(2, TestServer.parts(response).size());
      }
      HttpResponse<byte[]> metadata = s.get(STUDY + "/metadata");
      assertPartial(metadata, "1 of 3");
      assertEquals(2, new JsonArray(TestServer.text(metadata)).size());
      assertArrayEquals(
          stored(s).get(instanceUid(1, 1, 2)), s.get(instance(2), "Accept", dicom("*")).body());
      for (String resource : List.of("/metadata", "/frames/1", "/rendered", "/bulkdata/7FE00010")) {
        s.assertProblem(406, s.get(instance(2) + resource));
      }
    }
  }

  /** An instance that takes more memory than there ever is counts as one that is not decoded. */
  @Test
  void whatIsTooLargeToBeDecodedComesAsItIsStored() throws Exception {
    DataSet huge =
        DicomFiles.read(rle(2, 0))
            .dataSet()
            .putInts(Tag.Rows, VR.US, 65_535)
            .putInts(Tag.Columns, VR.US, 65_535)
            .put(Tag.NumberOfFrames, VR.IS, "8000");
    try (TestServer s = with(file(ct(1, 1, 1)), file(huge, TransferSyntax.RLE_LOSSLESS))) {
      assertEquals(
          List.of(dicom(PLAIN), dicom(RLE)),
          TestServer.parts(s.get(STUDY)).stream().map(DamagedInstancesTest::type).toList());
      s.assertProblem(406, s.get(instance(2)));
    }
  }
}
