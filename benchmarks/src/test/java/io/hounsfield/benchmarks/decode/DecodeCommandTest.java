// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.decode;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.PixelDecoders;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The benchmark runs; how fast is for the reader, not for a test. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class DecodeCommandTest {

  @Test
  void everyCodecIsMeasuredOrSaidNotToBe(@TempDir Path temp) throws Exception {
    assumeFalse(
        Tools.version("dcmcjpls").equals("not installed")
            || Tools.version("gdcmconv").equals("not installed"),
        "skipped: DCMTK or GDCM is not installed");
    Path out = temp.resolve("decode.json");
    int exit =
        new CommandLine(new DecodeCommand())
            .execute("--frames", "2", "--rounds", "1", "--out", out.toString());
    assertEquals(0, exit);
    JsonNode result = new ObjectMapper().readTree(out.toFile());
    Set<String> measured = new TreeSet<>();
    for (JsonNode run : result.get("runs")) {
      if (run.get("decoder").asText().equals("hounsfield")) {
        assertTrue(run.get("msPerSlice").asDouble() > 0, run.toString());
        measured.add(run.get("codec").asText());
      }
    }
    assertEquals(
        Set.of(
            "rle",
            "jpeg-lossless-sv1",
            "jpeg-extended-12",
            "jpeg-ls-lossless",
            "jpeg-ls-near-lossless",
            "jpeg-2000-lossless",
            "jpeg-2000-lossy",
            "htj2k-lossless"),
        measured);
    assertTrue(result.get("notes").toString().contains("htj2k"), result.get("notes").toString());
  }

  /** The digest is that of the pixels which were encoded, 16 bits little endian. */
  @Test
  void theHtj2kSliceIsThePhantomsToTheLastBit() throws Exception {
    DicomFile file = DecodeCommand.htj2k(2);
    for (int frame = 0; frame < 2; frame++) {
      short[] samples = PixelDecoders.decode(file, frame).samples();
      ByteBuffer bytes = ByteBuffer.allocate(2 * samples.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asShortBuffer().put(samples);
      assertEquals(
          "cfd5c34d22964c6acb90ff30fc3df61e2e4ffba4fae791cedbd8a5a229481443",
          HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes.array())));
    }
  }

  @Test
  void nonsenseIsRefused() {
    assertEquals(2, new CommandLine(new DecodeCommand()).execute("--frames", "1"));
  }
}
