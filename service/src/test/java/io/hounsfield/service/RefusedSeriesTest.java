// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.api.Analysis;
import io.hounsfield.api.AnalysisStatus;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFile;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A series that cannot be measured ends, says why, and says whose it is. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class RefusedSeriesTest {
  private static final int WAIT_SECONDS = 120;

  @TempDir static Path shared;
  @TempDir Path temp;

  private static List<Path> slices;

  @BeforeAll
  static void makeSeries() throws IOException {
    slices =
        PhantomWriter.writeSeries(
                Phantom.generate(PhantomOptions.builder().seed(7).matrix(64).slices(8).build()),
                shared.resolve("series"))
            .subList(0, 5);
  }

  /** The same with half of the pixels that they announce: their headers can be read. */
  private List<Path> undecodable(int count) throws IOException {
    List<Path> copies = new ArrayList<>();
    for (Path file : slices.subList(0, count)) {
      DicomFile read = DicomFiles.read(file);
      DataSet slice = read.dataSet().copy();
      byte[] pixels = slice.bytes(Tag.PixelData).orElseThrow();
      slice
          .putBytes(Tag.PixelData, VR.OW, java.util.Arrays.copyOf(pixels, pixels.length / 2))
          .put(Tag.PatientName, VR.PN, "Visible^Name")
          .put(Tag.PatientID, VR.LO, "4711")
          .put(Tag.StudyDate, VR.DA, "20260102");
      Path copy = temp.resolve(file.getFileName());
      DicomFiles.write(copy, DicomFile.of(read.transferSyntax(), slice));
      copies.add(copy);
    }
    return copies;
  }

  private static Analysis awaitEnd(TestService s) throws IOException {
    long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(WAIT_SECONDS);
    while (true) {
      List<Analysis> all = s.all();
      if (!all.isEmpty()
          && all.get(0).status() != AnalysisStatus.RECEIVING
          && all.get(0).status() != AnalysisStatus.ANALYSING) {
        assertEquals(1, all.size());
        return all.get(0);
      }
      assertTrue(System.nanoTime() < until, "it does not end: " + all);
      LockSupport.parkNanos(20_000_000);
    }
  }

  private static void assertUndecodable(Analysis end, int instances) {
    assertEquals(AnalysisStatus.REFUSED, end.status());
    assertEquals("undecodable", end.refusal().code());
    assertEquals(instances, end.slicesReceived());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void ofASeriesThatCannotBeDecodedThePatientIsToldAndHowManyInstances(int count) throws Exception {
    Analysis end;
    try (TestService s = new TestService(temp.resolve("data"), 1)) {
      s.send(undecodable(count));
      end = awaitEnd(s);
      assertUndecodable(end, count);
      assertEquals("Visible^Name", end.patientName());
      assertEquals("4711", end.patientId());
      assertEquals("20260102", end.studyDate());
    }
    try (TestService s = new TestService(temp.resolve("data"), 1)) {
      assertEquals(List.of(end), s.all(), "as it is on record");
    }
  }

  /** Stops in the middle of a series. */
  private List<Path> interrupted(Path data) throws Exception {
    try (TestService s = new TestService(data, 600)) {
      s.send(slices);
      s.awaitSlices(slices.size());
    }
    try (Stream<Path> all = Files.walk(data)) {
      List<Path> held = all.filter(path -> path.toString().endsWith(".dcm")).sorted().toList();
      assertEquals(slices.size(), held.size());
      return held;
    }
  }

  @Test
  void aFileThatCannotBeReadAfterARestartRefusesItsSeries() throws Exception {
    Path data = temp.resolve("data");
    Files.write(interrupted(data).get(2), new byte[500]);
    try (TestService s = new TestService(data, 1)) {
      Analysis end = awaitEnd(s);
      assertUndecodable(end, slices.size());
      assertTrue(end.patientName() != null);
    }
  }

  @Test
  void aSeriesOfWhichNothingCanBeReadAfterARestartEnds() throws Exception {
    Path data = temp.resolve("data");
    for (Path file : interrupted(data)) {
      Files.write(file, new byte[500]);
    }
    try (TestService s = new TestService(data, 1)) {
      assertUndecodable(awaitEnd(s), slices.size());
    }
  }

  @Test
  void aSeriesOfWhichNothingIsHeldAfterARestartFailsAndIsMeasuredWhenItComesAgain()
      throws Exception {
    Path data = temp.resolve("data");
    for (Path file : interrupted(data)) {
      Files.delete(file);
    }
    try (TestService s = new TestService(data, 1)) {
      Analysis end = awaitEnd(s);
      assertEquals(AnalysisStatus.FAILED, end.status());
      assertTrue(end.refusal().text().contains("Send the series again"), end.toString());
      s.send(slices);
      Analysis again = s.awaitEnd();
      assertEquals(slices.size(), again.slicesReceived());
      assertEquals(AnalysisStatus.REFUSED, again.status());
      assertEquals("too-few-slices", again.refusal().code(), "it was looked at");
      assertNull(again.opacityPercent());
    }
  }
}
