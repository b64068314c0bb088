// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.listener.ReceivedInstance;
import io.hounsfield.peers.Programs;
import io.vertx.core.json.JsonArray;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Metadata as another implementation reads it: each attribute as pydicom finds it in the file. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class PydicomTest {
  private static final Path DATA =
      Path.of(System.getProperty("hounsfield.root", ".."), "..", "shared", "data", "dicom");

  private static final List<String> FILES =
      List.of(
          "compressed/CT1_UNC.dcm",
          "compressed/CT2_JPLL.dcm",
          "enhanced/CT_small.dcm",
          "enhanced/eCT_Supplemental.dcm",
          "lungfcp-partial-chest/1-020.dcm");

  /** Compares both as pydicom reads them; prints how many attributes. */
  private static final String SCRIPT =
      """
      import json, math, sys
      import pydicom
      from pydicom.dataset import Dataset

      pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
      count = 0

      def same(a, b, vr):
          if isinstance(a, float) or isinstance(b, float):
              return math.isclose(float(a), float(b), rel_tol=1e-6 if vr == "FL" else 1e-12) or a != a and b != b
          return str(a).strip() == str(b).strip()

      def compare(where, a, b):
          global count
          a.decode()
          # What stands after the pixel data is no part of metadata.
          tags = {e.tag for e in a if e.tag.element != 0 and e.tag <= 0x7FE00010}
          assert tags == {e.tag for e in b}, (where, tags ^ {e.tag for e in b})
          for x in a:
              if x.tag not in tags or x.tag == 0x00080005:
                  continue
              y = b[x.tag]
              count += 1
              place = where + str(x.tag)
              if x.VR == "SQ":
                  assert len(x.value) == len(y.value), place
                  for i, (p, q) in enumerate(zip(x.value, y.value)):
                      compare(place + "/%d/" % i, p, q)
              elif isinstance(x.value, bytes):
                  if isinstance(y.value, bytes) and y.value.startswith(b"bulk:"):
                      assert len(x.value) > 1024, place
                  else:
                      assert y.value == x.value or x.VR == "UN" and y.VR != "UN", place
              elif x.VR == "UN" or y.VR == "UN":
                  pass # dictionaries differ in what they know
              else:
                  p = x.value if isinstance(x.value, (list, pydicom.multival.MultiValue)) else [x.value]
                  q = y.value if isinstance(y.value, (list, pydicom.multival.MultiValue)) else [y.value]
                  p = [v for v in p if v not in (None, "")]
                  q = [v for v in q if v not in (None, "")]
                  assert len(p) == len(q) and all(same(v, w, x.VR) for v, w in zip(p, q)), (place, p, q)

      for file, answer in zip(sys.argv[1::2], sys.argv[2::2]):
          count = 0
          ours = Dataset.from_json(json.load(open(answer))[0],
              lambda tag, vr, uri: b"bulk:" + uri.split("/bulkdata/")[1].encode())
          compare(file, pydicom.dcmread(file, force=True), ours)
          print(count)
      """;

  @TempDir Path folder;

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertTrue(process.waitFor(60, TimeUnit.SECONDS), "python did not end");
    assertEquals(0, process.exitValue(), output);
    return output.strip();
  }

  @BeforeAll
  static void needsRealFiles() {
    assumeTrue(Files.isDirectory(DATA), "no ../shared/data/dicom");
  }

  @Test
  void metadataSaysWhatTheFileSays() throws Exception {
    String python = Programs.python("pydicom");
    List<byte[]> bodies = new ArrayList<>();
    for (String name : FILES) {
      bodies.add(Files.readAllBytes(DATA.resolve(name)));
    }
    try (TestServer s = new TestServer(folder.resolve("spool"))) {
      assertEquals(200, s.store("/studies", bodies.toArray(byte[][]::new)).statusCode());
      Path script = Files.writeString(folder.resolve("compare.py"), SCRIPT);
      List<String> command = new ArrayList<>(List.of(python, script.toString()));
      for (int i = 0; i < FILES.size(); i++) {
        ReceivedInstance told = s.stored.take();
        String path =
            "/studies/%s/series/%s/instances/%s"
                .formatted(
                    told.studyInstanceUid(), told.seriesInstanceUid(), told.sopInstanceUid());
        String metadata = TestServer.text(s.get(path + "/metadata"));
        assertEquals(1, new JsonArray(metadata).size());
        Path answer = Files.writeString(folder.resolve("answer" + i + ".json"), metadata);
        command.addAll(List.of(told.file().toString(), answer.toString()));
      }
      List<String> counts = run(command.toArray(String[]::new)).lines().toList();
      assertEquals(FILES.size(), counts.size());
      for (String compared : counts) {
        assertTrue(Integer.parseInt(compared) > 40, counts.toString());
      }
    }
  }
}
