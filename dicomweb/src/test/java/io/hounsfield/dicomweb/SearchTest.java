// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static io.hounsfield.dicomweb.TestInstances.ct;
import static io.hounsfield.dicomweb.TestInstances.file;
import static io.hounsfield.dicomweb.TestInstances.instanceUid;
import static io.hounsfield.dicomweb.TestInstances.seriesUid;
import static io.hounsfield.dicomweb.TestInstances.studyUid;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.listener.SpooledSeries;
import io.vertx.core.MultiMap;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Search (QIDO-RS), PS3.18 section 10.6: what is found, by what, and how it is described. */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class SearchTest {
  @TempDir Path directory;

  /** Three studies; the second has a CT and a PT series. */
  private TestServer filled() throws Exception {
    TestServer s = new TestServer(directory);
    assertEquals(
        200,
        s.store(
                "/studies",
                file(ct(1, 1, 1)),
                file(ct(1, 1, 2)),
                file(ct(1, 1, 10)),
                file(ct(2, 1, 1)),
                file(ct(2, 9, 1)),
                file(ct(3, 1, 1)))
            .statusCode());
    return s;
  }

  private static List<String> values(JsonArray found, String tag) {
    return found.stream()
        .map(item -> ((JsonObject) item).getJsonObject(tag).getJsonArray("Value").getString(0))
        .toList();
  }

  private static List<String> studies(TestServer s, String query) throws Exception {
    return values(s.getJson("/studies" + query), "0020000D");
  }

  private static Object value(JsonObject item, String tag) {
    return item.getJsonObject(tag).getJsonArray("Value").getValue(0);
  }

  @Test
  void aStudyIsDescribedByTheStandardsAttributes() throws Exception {
    try (TestServer s = filled()) {
      JsonObject study = s.getJson("/studies?StudyInstanceUID=" + studyUid(2)).getJsonObject(0);
      assertEquals("20260215", value(study, "00080020"));
      assertEquals("023000", value(study, "00080030"));
      assertEquals("ACC2", value(study, "00080050"));
      assertEquals("ONLINE", value(study, "00080056"));
      assertEquals(
          List.of("CT", "PT"), study.getJsonObject("00080061").getJsonArray("Value").getList());
      assertEquals(s.base() + "/studies/" + studyUid(2), value(study, "00081190"));
      assertEquals("Doe^Jane^2", ((JsonObject) value(study, "00100010")).getString("Alphabetic"));
      assertEquals("PID2", value(study, "00100020"));
      assertEquals(2, value(study, "00201206"));
      assertEquals(2, value(study, "00201208"));
      JsonObject first = s.getJson("/studies?PatientID=PID1").getJsonObject(0);
      assertEquals(
          "M\u00fcller^J\u00f6rg",
          ((JsonObject) value(first, "00100010")).getString("Alphabetic"),
          "ISO_IR 100 became UTF-8");
      assertEquals("ISO_IR 192", value(first, "00080005"));
      assertEquals(3, value(first, "00201208"));
    }
  }

  @Test
  void seriesAndInstancesAreDescribedWithTheLevelsThatThePathDoesNotName() throws Exception {
    try (TestServer s = filled()) {
      JsonObject below = s.getJson("/studies/" + studyUid(1) + "/series").getJsonObject(0);
      assertEquals("CT", value(below, "00080060"));
      assertEquals(3, value(below, "00201209"));
      assertEquals(seriesUid(1, 1), value(below, "0020000E"));
      assertNull(below.getJsonObject("00100010"), "the study's own were not asked for");
      assertEquals(4, s.getJson("/series").size());
      JsonObject all = s.getJson("/series?Modality=PT").getJsonObject(0);
      assertEquals("PID2", value(all, "00100020"));

      String series = "/studies/" + studyUid(1) + "/series/" + seriesUid(1, 1);
      JsonArray instances = s.getJson(series + "/instances");
      assertEquals(
          List.of(instanceUid(1, 1, 1), instanceUid(1, 1, 2), instanceUid(1, 1, 10)),
          values(instances, "00080018"),
          "in the order of their numbers");
      JsonObject instance = instances.getJsonObject(2);
      assertEquals(10, value(instance, "00200013"));
      assertEquals(TestInstances.ROWS, value(instance, "00280010"));
      assertEquals("1.2.840.10008.1.2.1", value(instance, "00083002"));
      assertEquals(
          s.base() + series + "/instances/" + instanceUid(1, 1, 10), value(instance, "00081190"));
      assertEquals(6, s.getJson("/instances").size());
      assertEquals(2, s.getJson("/studies/" + studyUid(2) + "/instances").size());
      assertEquals(
          List.of(instanceUid(2, 9, 1)),
          values(s.getJson("/instances?Modality=PT&InstanceNumber=1"), "00080018"));
    }
  }

  @Test
  void keysMatchAsTheStandardSays() throws Exception {
    List<String> newestFirst = List.of(studyUid(3), studyUid(2), studyUid(1));
    try (TestServer s = filled()) {
      assertEquals(newestFirst, studies(s, ""));
      assertEquals(newestFirst, studies(s, "?PatientID="), "no value matches anything");
      // Single values, by keyword and by tag; case counts but in names.
      assertEquals(List.of(studyUid(2)), studies(s, "?00100020=PID2"));
      assertEquals(List.of(), studies(s, "?PatientID=pid2"));
      assertEquals(List.of(studyUid(2)), studies(s, "?AccessionNumber=ACC2"));
      // Wildcards.
      assertEquals(List.of(studyUid(3), studyUid(2)), studies(s, "?PatientName=doe%5Ej*"));
      assertEquals(
          List.of(studyUid(1)),
          studies(s, "?PatientName=" + URLEncoder.encode("m\u00fcll?r*", StandardCharsets.UTF_8)));
      assertEquals(newestFirst, studies(s, "?PatientID=PID?"));
      assertEquals(List.of(), studies(s, "?PatientID=PID"));
      assertEquals(List.of(studyUid(3)), studies(s, "?StudyDescription=*3"));
      // Lists of UIDs.
      assertEquals(
          List.of(studyUid(3), studyUid(1)),
          studies(s, "?StudyInstanceUID=%s,%s".formatted(studyUid(1), studyUid(3))));
      // Ranges.
      assertEquals(List.of(studyUid(2)), studies(s, "?StudyDate=20260215"));
      assertEquals(List.of(studyUid(2), studyUid(1)), studies(s, "?StudyDate=20260101-20260215"));
      assertEquals(List.of(studyUid(3), studyUid(2)), studies(s, "?StudyDate=20260201-"));
      assertEquals(List.of(studyUid(1)), studies(s, "?StudyDate=-20260131"));
      assertEquals(List.of(studyUid(2)), studies(s, "?StudyTime=02"));
      assertEquals(List.of(studyUid(3), studyUid(2)), studies(s, "?StudyTime=0230-0330"));
      // Of the series of a study, and within a sequence.
      assertEquals(List.of(studyUid(2)), studies(s, "?ModalitiesInStudy=PT"));
      assertEquals(List.of(studyUid(2)), studies(s, "?ModalitiesInStudy=PT,MR"));
      assertEquals(
          List.of(seriesUid(2, 9)),
          values(
              s.getJson("/series?RequestAttributesSequence.ScheduledProcedureStepID=STEP9"),
              "0020000E"));
      assertEquals(
          List.of(seriesUid(2, 9)), values(s.getJson("/series?00400275.00400009=*9"), "0020000E"));
      assertEquals(
          List.of(seriesUid(2, 9)),
          values(s.getJson("/studies/" + studyUid(2) + "/series?SeriesNumber=09"), "0020000E"));
      // Both must match.
      assertEquals(List.of(), studies(s, "?PatientID=PID1&AccessionNumber=ACC2"));
    }
  }

  @Test
  void wildcardsTakeNoExponentialTime() {
    assertTrue(SearchKey.wildcard("a*b?d", "aXXbcbxd"));
    assertFalse(SearchKey.wildcard("a*b?d", "aXXbcbxdd "));
    assertTrue(SearchKey.wildcard("***", ""));
    assertFalse(SearchKey.wildcard("?", ""));
    assertFalse(SearchKey.wildcard("*a".repeat(2_000) + "b", "a".repeat(10_000)));
  }

  @Test
  void resultsComeInPages() throws Exception {
    try (TestServer s = filled()) {
      HttpResponse<byte[]> page = s.get("/studies?limit=2");
      assertEquals(2, new JsonArray(TestServer.text(page)).size());
      assertTrue(TestServer.header(page, "Warning").startsWith("299 "), "there is more");
      assertEquals(List.of(studyUid(1)), studies(s, "?limit=2&offset=2"));
      HttpResponse<byte[]> last = s.get("/studies?limit=1&offset=2");
      assertEquals("", TestServer.header(last, "Warning"));
      assertEquals(List.of(), studies(s, "?offset=3"));
      assertEquals(3, studies(s, "?limit=5001").size(), "as the largest there is, 5,000");
      assertEquals(3, studies(s, "?limit=999999999").size());
      HttpResponse<byte[]> larger = s.get("/studies?limit=1000000000");
      s.assertProblem(400, larger);
      assertTrue(TestServer.text(larger).contains("from 1 to 999999999"), TestServer.text(larger));
    }
  }

  /** PS3.18 section 8.3.4.4: a limit above the server's own counts as that one. */
  @Test
  void aLimitAboveTheLargestCountsAsTheLargest() {
    assertEquals(1_000, limit("").limit());
    assertEquals(5_000, limit("5000").limit());
    assertEquals(5_000, limit("5001").limit());
    assertEquals(5_000, limit("999999999").limit());
  }

  private static SearchRequest limit(String value) {
    MultiMap parameters = MultiMap.caseInsensitiveMultiMap();
    if (!value.isEmpty()) {
      parameters.add("limit", value);
    }
    return SearchRequest.of(
        SearchRequest.Level.STUDY, Optional.empty(), Optional.empty(), parameters);
  }

  @Test
  void onlyAnAbsentOrBlankAcceptMeansAnything() throws Exception {
    try (TestServer s = filled()) {
      assertEquals(200, s.get("/studies").statusCode());
      assertEquals(200, s.get("/studies", "Accept", "").statusCode());
      assertEquals(200, s.get("/studies?accept=").statusCode());
      for (String none : List.of("application/dicom+json;q=0", "*/*;q=0", "text/html;q=0.0")) {
        s.assertProblem(406, s.get("/studies", "Accept", none));
        s.assertProblem(406, s.get("/studies/" + studyUid(1), "Accept", none));
        s.assertProblem(406, s.get("/studies/" + studyUid(1) + "/metadata", "Accept", none));
      }
    }
  }

  @Test
  void moreFieldsAreGivenWhenAskedFor() throws Exception {
    try (TestServer s = filled()) {
      String series = "/studies/" + studyUid(1) + "/series/" + seriesUid(1, 1) + "/instances";
      assertNull(s.getJson(series).getJsonObject(0).getJsonObject("00200032"));
      JsonObject named =
          s.getJson(series + "?includefield=ImagePositionPatient,PatientID").getJsonObject(0);
      assertEquals("PID1", value(named, "00100020"));
      assertEquals(
          List.of(0, 0, 1), named.getJsonObject("00200032").getJsonArray("Value").getList());
      assertEquals(
          "ORIGINAL", value(s.getJson(series + "?includefield=all").getJsonObject(0), "00080008"));
      HttpResponse<byte[]> fuzzy = s.get("/studies?fuzzymatching=true&PatientName=Doe*");
      assertTrue(TestServer.header(fuzzy, "Warning").contains("fuzzymatching"));
    }
  }

  @Test
  void whatCannotBeSearchedByIsRefused() throws Exception {
    try (TestServer s = filled()) {
      for (String query :
          List.of(
              "/studies?PatientNam=x",
              "/studies?KVP=120",
              "/studies?Modality=CT",
              "/studies?StudyDate=2026",
              "/studies?StudyDate=-",
              "/studies?StudyTime=noon",
              "/studies?StudyInstanceUID=1.2.x",
              "/studies?limit=0",
              "/studies?limit=ten",
              "/studies?offset=-1",
              "/studies?limit=1&limit=2",
              "/studies?fuzzymatching=perhaps",
              "/studies?includefield=Nonsense",
              "/series?RequestAttributesSequence.A.B=x",
              "/instances?InstanceNumber=one",
              "/studies/1.2.x/series",
              "/studies/" + "1".repeat(65) + "/series",
              "/studies/%zz/series")) {
        HttpResponse<byte[]> response =
            query.contains("%zz") ? null : s.get(query); // the client itself refuses that one
        if (response != null) {
          s.assertProblem(400, response);
        }
      }
      s.assertProblem(406, s.get("/studies", "Accept", "application/dicom+xml"));
      s.assertProblem(404, s.get("/patients"));
      s.assertProblem(405, s.post("/series", "application/json", new byte[0]));
    }
  }

  /** The server's checks of all requests, such as that of the host, answer their own refusals. */
  @Test
  void whatWasRefusedBeforeIsNotAnsweredHere() throws Exception {
    try (TestServer s = filled()) {
      for (String path : List.of("/studies", "/studies/" + studyUid(1), "/patients")) {
        HttpResponse<byte[]> response = s.get(path, TestServer.REFUSED, "yes");
        assertEquals(421, response.statusCode(), path);
        assertEquals("", TestServer.text(response));
      }
      s.assertProblem(404, s.get("/patients"));
    }
  }

  @Test
  void theSpoolIsTheTruth() throws Exception {
    try (TestServer s = filled()) {
      assertEquals(3, studies(s, "").size());
      SpooledSeries gone =
          new SpooledSeries(
              seriesUid(3, 1), s.spool.instances(seriesUid(3, 1)), java.time.Instant.now());
      assertTrue(s.spool.remove(gone, List.of()) > 0);
      assertEquals(2, studies(s, "").size(), "deleted behind its back");
      s.store("/studies", file(ct(2, 9, 2)));
      assertEquals(
          2,
          s.getJson("/studies/%s/series/%s/instances".formatted(studyUid(2), seriesUid(2, 9)))
              .size());
    }
    try (TestServer s = new TestServer(directory)) {
      assertEquals(List.of(studyUid(2), studyUid(1)), studies(s, ""), "a restart loses nothing");
      assertEquals(6, s.getJson("/instances").size());
    }
  }
}
