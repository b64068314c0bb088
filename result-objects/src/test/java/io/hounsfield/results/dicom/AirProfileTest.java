// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results.dicom;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.VR;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultObject;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.Arguments;

/**
 * What the profile IHE AI Results asks of who creates results, read by pydicom; docs/results.md
 * lists the requirements.
 */
class AirProfileTest {

  /** Requirements that {@code air_profile.py} looks at. */
  private static final int REQUIREMENTS = 29;

  private static final Path PIXELMED = Path.of("/usr/share/java/pixelmed.jar");

  @TempDir static Path temp;

  static Stream<Arguments> cases() {
    return Stream.of(
        Arguments.of("first-1", new TestCases()),
        Arguments.of("second-2", new TestCases().version(2, 1).enhanced().exactPositions()),
        Arguments.of("healthy-1", new TestCases().healthy().geometry(TestCases.oblique())),
        Arguments.of("nothing-1", new TestCases().nothing()),
        Arguments.of("anonymised-1", new TestCases().anonymised()));
  }

  private static Path written(String name, TestCases builder) throws Exception {
    ResultCase result = builder.build();
    Path folder = Files.createDirectories(temp.resolve(name));
    for (ResultObject object : ResultObjectsTest.all(result)) {
      Files.write(folder.resolve(object.fileName()), object.toBytes());
    }
    DicomFiles.write(
        folder.resolve("source.dcm"),
        DicomFile.of(
            TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
            result
                .source()
                .attributes()
                .copy()
                .put(Tag.SOPClassUID, VR.UI, result.source().frames().get(0).sopClassUid())
                .put(Tag.SOPInstanceUID, VR.UI, result.source().frames().get(0).sopInstanceUid())));
    return folder;
  }

  /** One test for each requirement, in each case. */
  @TestFactory
  Stream<DynamicTest> requirements() throws Exception {
    String python = Tools.python();
    Path script = temp.resolve("air_profile.py");
    try (InputStream in = AirProfileTest.class.getResourceAsStream("air_profile.py")) {
      Files.write(script, in.readAllBytes());
    }
    Stream.Builder<DynamicTest> tests = Stream.builder();
    for (Arguments arguments : cases().toList()) {
      String name = (String) arguments.get()[0];
      Path folder = written(name, (TestCases) arguments.get()[1]);
      Tools.Outcome outcome = Tools.run(python, script.toString(), folder.toString());
      List<String> lines =
          outcome.output().lines().filter(line -> line.matches("(ok|failed) .*")).toList();
      assertEquals(REQUIREMENTS, lines.size(), outcome.output());
      for (String line : lines) {
        tests.add(
            DynamicTest.dynamicTest(
                name + ": " + line.replaceAll("^(ok|failed) |: .*", ""),
                () -> assertTrue(line.startsWith("ok "), line)));
      }
    }
    return tests.build();
  }

  /**
   * PixelMed's validator, which the Connectathon judges such reports with: it knows TID 1500 and
   * those below. It takes CID 100 as closed, though that is extensible: a chest has no code in it.
   * It wants a value of each measurement, which the standard does not.
   */
  @Test
  void pixelMedFindsEveryTemplateRowMet() throws Exception {
    assumeTrue(Files.exists(PIXELMED), "no PixelMed (Debian: libpixelmed-java)");
    Path folder = written("pixelmed-2", new TestCases().version(2, 1));
    List<String> said =
        Tools.run(
                300,
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djdk.xml.xpathTotalOpLimit=0", // its style sheets are larger than Java's limits
                "-Djdk.xml.xpathExprOpLimit=0",
                "-Djdk.xml.xpathExprGrpLimit=0",
                "-cp",
                PIXELMED.toString(),
                "com.pixelmed.validate.DicomSRValidator",
                folder.resolve("report.dcm").toString())
            .output()
            .lines()
            .toList();
    assertTrue(said.contains("Found Comprehensive3DSR IOD"), String.join("\n", said));
    assertTrue(said.contains("Found Root Template TID_1500 (MeasurementReport)"));
    assertTrue(said.contains("IOD validation complete"), String.join("\n", said));
    assertEquals(
        List.of(),
        said.stream()
            .filter(line -> line.startsWith("Error"))
            // Numeric Value Qualifier stands in place of a value (PS3.3 section C.18.1).
            .filter(line -> !line.endsWith(": Missing value"))
            .filter(
                line -> !line.endsWith("(24627-2,LN,\"CT Chest\") not found in context group 100"))
            .toList());
    assertEquals(
        List.of(),
        said.stream()
            .filter(line -> line.startsWith("Warning") && line.contains("Content Item not in"))
            .filter(line -> !line.contains("\"Qualitative Evaluations\""))
            .filter(line -> !line.contains("NOT_MEASURED"))
            .toList(),
        "what extends the templates: texts below evaluations, and why there is no number");
  }
}
