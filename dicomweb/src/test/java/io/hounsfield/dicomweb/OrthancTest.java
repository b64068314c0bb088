// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.instanceUid;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static io.hounsfield.dicomweb.TestInstances.studyUid;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DataSets;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.peers.Orthanc;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Orthanc's DICOMweb plugin as our client, which stores, finds and retrieves; and as another server
 * of the same instances, whose answers ours must equal.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancTest {
  private static final String SINGLE =
      "/studies/%s/series/%s/instances/%s"
          .formatted(studyUid(1), seriesUid(1, 1), instanceUid(1, 1, 2));
  private static final String SEVERAL =
      "/studies/%s/series/%s/instances/%s"
          .formatted(studyUid(2), seriesUid(2, 3), instanceUid(2, 3, 1));

  @TempDir static Path temp;

  private static TestServer server;
  private static Orthanc orthanc;

  /** Frames of their own, in a transfer syntax that is not the default. */
  private static DataSet multiFrame() {
    byte[] pixels = new byte[4 * TestInstances.ROWS * TestInstances.COLUMNS];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = (byte) (7 * i);
    }
    return ct(2, 3, 1)
        .put(Tag.NumberOfFrames, VR.IS, "4")
        .putInts(Tag.BitsAllocated, VR.US, 8)
        .putInts(Tag.BitsStored, VR.US, 8)
        .putInts(Tag.HighBit, VR.US, 7)
        .putInts(Tag.PixelRepresentation, VR.US, 0)
        .putBytes(Tag.PixelData, VR.OB, pixels);
  }

  private static List<byte[]> files() {
    return List.of(
        file(ct(1, 1, 1)),
        file(ct(1, 1, 2)),
        file(ct(1, 2, 1), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
        file(ct(2, 1, 1)),
        file(multiFrame()),
        file(FrameFileTest.rle(2, true, false, ct(2, 4, 1)), TransferSyntax.RLE_LOSSLESS));
  }

  private static Map<String, DicomFile> byUid(Iterable<byte[]> files) throws Exception {
    Map<String, DicomFile> all = new TreeMap<>();
    for (byte[] file : files) {
      DicomFile read = DicomFiles.read(file);
      all.put(read.dataSet().string(Tag.SOPInstanceUID).orElseThrow(), read);
    }
    return all;
  }

  private static void assertSame(Map<String, DicomFile> expected, Map<String, DicomFile> actual)
      throws Exception {
    assertEquals(expected.keySet(), actual.keySet());
    for (String uid : expected.keySet()) {
      TransferSyntax syntax = expected.get(uid).transferSyntax();
      assertEquals(syntax, actual.get(uid).transferSyntax());
      assertArrayEquals(
          DataSets.encode(expected.get(uid).dataSet(), syntax),
          DataSets.encode(actual.get(uid).dataSet(), syntax),
          uid);
    }
  }

  private static Set<String> values(JsonArray results, String key) {
    return results.stream()
        .map(item -> ((JsonObject) item).getJsonObject(key).getJsonArray("Value").getString(0))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static JsonArray array(byte[] json) {
    return new JsonArray(text(json));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** Has it ask our server for something. */
  private static String post(String what, JsonObject body) throws Exception {
    return orthanc.post("/dicom-web/servers/hounsfield" + what, body.encode());
  }

  private static void retrieve(String... levelsAndUids) throws Exception {
    JsonObject resource = new JsonObject();
    for (int i = 0; i < levelsAndUids.length; i += 2) {
      resource.put(levelsAndUids[i], levelsAndUids[i + 1]);
    }
    post(
        "/retrieve",
        new JsonObject().put("Resources", new JsonArray().add(resource)).put("Synchronous", true));
  }

  /** Orthanc stores all that it was given. */
  @BeforeAll
  static void store() throws Exception {
    server = new TestServer(temp.resolve("spool"));
    orthanc =
        new Orthanc(temp.resolve("orthanc")).withDicomWeb(Optional.of(server.base() + "/")).start();
    JsonArray ids = new JsonArray();
    for (byte[] file : files()) {
      ids.add(new JsonObject(text(orthanc.post("/instances", file))).getString("ID"));
    }
    post("/stow", new JsonObject().put("Resources", ids).put("Synchronous", true));
  }

  @AfterAll
  static void end() throws Exception {
    if (orthanc != null) {
      orthanc.close();
    }
    server.close();
  }

  @Test
  void whatOrthancStoredIsWhatItHas() throws Exception {
    List<byte[]> stored = new ArrayList<>();
    for (ReceivedInstance instance : server.stored) {
      stored.add(Files.readAllBytes(instance.file()));
    }
    assertSame(byUid(files()), byUid(stored));
  }

  @Test
  void orthancFindsAndRetrieves() throws Exception {
    for (Object patient : array(orthanc.get("/patients"))) {
      orthanc.delete("/patients/" + patient);
    }
    JsonObject query =
        new JsonObject()
            .put("Uri", "/studies")
            .put("Arguments", new JsonObject().put("PatientID", "PID1"));
    JsonArray found = new JsonArray(post("/qido", query));
    assertEquals(1, found.size(), found.encode());
    JsonObject name = found.getJsonObject(0).getJsonObject("00100010");
    assertEquals("M\u00fcller^J\u00f6rg", name.getString("Value"));

    retrieve("Study", studyUid(1));
    retrieve("Study", studyUid(2), "Series", seriesUid(2, 1));
    retrieve("Study", studyUid(2), "Series", seriesUid(2, 4));
    retrieve("Study", studyUid(2), "Series", seriesUid(2, 3), "Instance", instanceUid(2, 3, 1));
    List<byte[]> back = new ArrayList<>();
    for (Object id : array(orthanc.get("/instances"))) {
      back.add(orthanc.get("/instances/" + id + "/file"));
    }
    assertSame(byUid(files()), byUid(back));
  }

  @Test
  void searchesFindWhatOrthancsFind() throws Exception {
    String series = "/studies/" + studyUid(1) + "/series/" + seriesUid(1, 1);
    Map<String, List<String>> searches =
        Map.of(
            "0020000D",
            List.of(
                "/studies",
                "/studies?PatientID=PID2",
                "/studies?PatientName=Doe*",
                "/studies?ModalitiesInStudy=CT",
                "/studies?StudyDate=20260101-20260131"),
            "0020000E",
            List.of("/series?Modality=CT&SeriesNumber=1", "/studies/" + studyUid(2) + "/series"),
            "00080018",
            List.of("/instances?StudyInstanceUID=" + studyUid(1), series + "/instances"));
    for (Map.Entry<String, List<String>> level : searches.entrySet()) {
      for (String search : level.getValue()) {
        byte[] json = orthanc.get("/dicom-web" + search, "Accept", "application/dicom+json");
        Set<String> theirs = values(array(json), level.getKey());
        assertFalse(theirs.isEmpty(), search);
        assertEquals(theirs, values(server.getJson(search), level.getKey()), search);
      }
    }
  }

  @Test
  void framesEqualOrthancs() throws Exception {
    String accept = "multipart/related; type=\"application/octet-stream\"";
    for (String frames : List.of(SINGLE + "/frames/1", SEVERAL + "/frames/3,1,4")) {
      List<TestServer.Part> theirs =
          TestServer.parts(orthanc.answer("/dicom-web" + frames, "Accept", accept));
      List<TestServer.Part> ours = TestServer.parts(server.get(frames, "Accept", accept));
      assertEquals(theirs.size(), ours.size());
      for (int i = 0; i < ours.size(); i++) {
        assertArrayEquals(theirs.get(i).content(), ours.get(i).content(), frames);
      }
    }
  }

  @Test
  void renderedPicturesEqualOrthancs() throws Exception {
    String path = SINGLE + "/rendered?window=-300,1000,linear";
    BufferedImage theirs = image(orthanc.get("/dicom-web" + path, "Accept", "image/png"));
    BufferedImage ours = image(server.get(path, "Accept", "image/png").body());
    for (int y = 0; y < TestInstances.ROWS; y++) {
      for (int x = 0; x < TestInstances.COLUMNS; x++) {
        // Orthanc leaves out the halves of PS3.3 section C.11.2.1.2.1.
        assertEquals(
            theirs.getRaster().getSample(x, y, 0), ours.getRaster().getSample(x, y, 0), 1.0);
      }
    }
  }

  private static BufferedImage image(byte[] png) throws Exception {
    return ImageIO.read(new ByteArrayInputStream(png));
  }
}
