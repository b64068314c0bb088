// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.peers.Orthanc;
import io.hounsfield.results.ResultObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An archive takes our objects and gives them back. */
@Timeout(value = 180, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class OrthancStoreTest {

  private static final Pattern ID = Pattern.compile("\"ID\"\\s*:\\s*\"([0-9a-f-]+)\"");

  @TempDir Path temp;

  @Test
  void orthancGivesBackTheSameBytes() throws Exception {
    try (Orthanc orthanc = new Orthanc(temp).start()) {
      for (ResultObject object : ResultObjectsTest.all(TestCases.simple())) {
        byte[] file = object.toBytes();
        String stored = new String(orthanc.post("/instances", file), StandardCharsets.UTF_8);
        Matcher id = ID.matcher(stored);
        assertTrue(id.find(), stored);
        assertArrayEquals(
            file, orthanc.get("/instances/" + id.group(1) + "/file"), object.fileName());
      }
    }
  }
}
