// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.phantom.Fault;
import io.hounsfield.phantom.LesionKind;
import io.hounsfield.phantom.PatientPosition;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import io.hounsfield.report.ReportJson;
import io.hounsfield.service.OtherModel;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a user of {@code hounsfield analyze} gets, with the network that comes with it. */
@Timeout(value = 300, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AnalyzeCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Set<String> FILES =
      Set.of(
          "report.json",
          "profile.json",
          "lungs.nii.gz",
          "lesions.nii.gz",
          "components.json",
          "components.nii.gz",
          "overview.png");

  @TempDir static Path shared;
  @TempDir Path folder;

  private static Path chest;
  private static Path feetFirst;

  @BeforeAll
  static void makePhantoms() throws IOException {
    chest = shared.resolve("chest");
    PhantomWriter.write(
        Phantom.generate(
            PhantomOptions.builder()
                .seed(5)
                .matrix(192)
                .slices(40)
                .opacityPercent(15)
                .kind(LesionKind.MIXED)
                .build()),
        chest);
    feetFirst = shared.resolve("feet-first");
    PhantomWriter.write(
        Phantom.generate(
            PhantomOptions.builder()
                .seed(6)
                .matrix(192)
                .slices(36)
                .opacityPercent(10)
                .position(PatientPosition.FFS)
                .build()),
        feetFirst);
  }

  private static JsonNode report(Path directory) throws IOException {
    return JSON.readTree(directory.resolve("report.json").toFile());
  }

  private static Set<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
    }
  }

  private static List<Path> slices(Path phantom) throws IOException {
    try (Stream<Path> files = Files.list(phantom.resolve(PhantomWriter.SERIES_FOLDER))) {
      return files.sorted().toList();
    }
  }

  private Path copyOf(Path phantom, String name) throws IOException {
    Path copy = Files.createDirectories(folder.resolve(name));
    for (Path slice : slices(phantom)) {
      Files.copy(slice, copy.resolve(slice.getFileName()));
    }
    return copy;
  }

  private static void assertVolumesNear(JsonNode report, Path phantom) throws IOException {
    JsonNode truth = JSON.readTree(phantom.resolve("truth.json").toFile());
    for (String region : List.of("bothLungs", "rightLung", "leftLung")) {
      double exact = truth.at("/regions/" + region + "/volumeMl").asDouble();
      double measured = report.at("/regions/" + region + "/volumeMl").asDouble();
      assertTrue(exact > 500, region + " of the phantom has " + exact + " mL");
      assertEquals(exact, measured, 0.05 * exact, region);
    }
  }

  @Test
  void aSeriesBecomesFilesAndATable() throws Exception {
    Path out = folder.resolve("new/out");
    Cli.run("analyze", chest, "--out", out)
        .ends(ExitCodes.OK)
        .says("Volume [mL]", "Left alone: 3 file(s)", "Results are in " + out);
    assertEquals(FILES, names(out));
    assertVolumesNear(report(out), chest);
  }

  @Test
  void feetFirstRightStaysRight() throws Exception {
    Cli.run("analyze", feetFirst, "--out", folder).ends(ExitCodes.OK);
    assertVolumesNear(report(folder), feetFirst);
  }

  @Test
  void theLabelMapsLieOnTheGridOfTheCtAndHoldTheReportsVolumes() throws Exception {
    Cli.run("analyze", chest, "--out", folder).ends(ExitCodes.OK);
    JsonNode report = report(folder);
    long[] lungs = countLabels(folder.resolve("lungs.nii.gz"), report.get("geometry"));
    long[] lesions = countLabels(folder.resolve("lesions.nii.gz"), report.get("geometry"));
    JsonNode regions = report.get("regions");
    double voxelMl = voxelMl(report.get("geometry"));
    assertEquals(regions.at("/rightLung/volumeMl").asDouble(), lungs[1] * voxelMl, 1e-6);
    assertEquals(regions.at("/leftLung/volumeMl").asDouble(), lungs[2] * voxelMl, 1e-6);
    assertEquals(
        regions.at("/bothLungs/opacityVolumeMl").asDouble(),
        (lesions[1] + lesions[2]) * voxelMl,
        1e-6);
    assertEquals(
        regions.at("/bothLungs/highOpacityVolumeMl").asDouble(), lesions[2] * voxelMl, 1e-6);
    assertTrue(lesions[1] > 0 && lesions[2] > 0, "the phantom has both kinds of lesions");
    assertEquals(0, Arrays.stream(lungs, 3, 256).sum(), "labels above 2");
  }

  private static double voxelMl(JsonNode geometry) {
    return geometry.get("columnSpacingMm").asDouble()
        * geometry.get("rowSpacingMm").asDouble()
        * geometry.get("sliceSpacingMm").asDouble()
        / 1000;
  }

  /** Reads NIfTI-1.1, https://nifti.nimh.nih.gov/pub/dist/src/niftilib/nifti1.h. */
  private static long[] countLabels(Path file, JsonNode geometry) throws IOException {
    byte[] bytes;
    try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
      bytes = in.readAllBytes();
    }
    ByteBuffer nifti = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    assertEquals(348, nifti.getInt(0));
    assertEquals(geometry.get("columns").asInt(), nifti.getShort(42));
    assertEquals(geometry.get("rows").asInt(), nifti.getShort(44));
    assertEquals(geometry.get("slices").asInt(), nifti.getShort(46));
    assertEquals(geometry.get("columnSpacingMm").asDouble(), nifti.getFloat(80), 1e-4);
    assertEquals(geometry.get("rowSpacingMm").asDouble(), nifti.getFloat(84), 1e-4);
    assertEquals(geometry.get("sliceSpacingMm").asDouble(), nifti.getFloat(88), 1e-4);
    int start = (int) nifti.getFloat(108);
    assertEquals(
        start + nifti.getShort(42) * nifti.getShort(44) * nifti.getShort(46),
        bytes.length,
        "one byte a voxel");
    long[] counts = new long[256];
    for (int i = start; i < bytes.length; i++) {
      counts[bytes[i] & 0xFF]++;
    }
    return counts;
  }

  @Test
  void analysingTwiceGivesTheSameNumbersToTheLastDigit() throws Exception {
    Path once = folder.resolve("once");
    Path again = folder.resolve("again");
    Cli.run("analyze", chest, "--out", once).ends(ExitCodes.OK);
    // The files one by one, in another order, and one of them twice.
    List<Path> files = new ArrayList<>(slices(chest));
    Collections.shuffle(files, new Random(3));
    files.add(files.get(0));
    files.add(0, Path.of("analyze"));
    files.addAll(List.of(Path.of("--out"), again));
    Cli.run(files.toArray()).ends(ExitCodes.OK);
    assertEquals(report(once).get("regions"), report(again).get("regions"));
    for (String name : List.of("lungs.nii.gz", "lesions.nii.gz", "overview.png")) {
      assertEquals(-1, Files.mismatch(once.resolve(name), again.resolve(name)), name);
    }
  }

  @Test
  void severalSeriesGetAFolderEachAndTheOthersAReason() throws Exception {
    Path mixed = Files.createDirectories(folder.resolve("mixed"));
    copyOf(chest, "mixed/a");
    copyOf(feetFirst, "mixed/b");
    PhantomWriter.writeSeries(
        Phantom.generate(
            PhantomOptions.builder().matrix(64).slices(20).fault(Fault.LOCALIZER).build()),
        mixed.resolve("c"));
    Files.writeString(mixed.resolve("notes.txt"), "not DICOM");
    Path out = folder.resolve("out");
    Path table = folder.resolve("table.csv");
    Cli.run("analyze", mixed, "--out", out, "--csv", table)
        .ends(ExitCodes.OK)
        .says(
            "The table is " + table,
            "Not measured: ",
            "(1 instance)",
            "localizer: ",
            "Left alone: 1 file(s)",
            "Results are in " + out.resolve("series-1"),
            "Results are in " + out.resolve("series-2"));
    assertEquals(Set.of("series-1", "series-2"), names(out));
    assertEquals(FILES, names(out.resolve("series-1")));
    assertEquals(FILES, names(out.resolve("series-2")));
    assertNotEquals(
        report(out.resolve("series-1")).get("regions"),
        report(out.resolve("series-2")).get("regions"));
    List<String> lines = Files.readAllLines(table);
    assertEquals(4, lines.size(), "names of the columns, two measured series, a refused one");
    List<String> names = List.of(lines.get(0).split(","));
    int percent = names.indexOf("bothLungs_opacity_percent");
    Set<String> measured = new HashSet<>();
    for (String line : lines.subList(1, 4)) {
      measured.add(line.split(",", -1)[percent]);
    }
    Set<String> reported = new HashSet<>(Set.of(""));
    for (String series : List.of("series-1", "series-2")) {
      double value = report(out.resolve(series)).at("/regions/bothLungs/opacityPercent").asDouble();
      reported.add(BigDecimal.valueOf(value).toPlainString());
    }
    assertEquals(reported, measured, "the numbers of the reports, none for the refused series");
    assertTrue(lines.stream().anyMatch(l -> l.contains(",refused,localizer,")), lines.toString());
    assertFalse(names.contains("patientId"), "only when it is asked for");
  }

  @Test
  void aTableThatCannotBeWrittenIsSaidBeforeTheWork() throws Exception {
    Path out = folder.resolve("out");
    Cli.run("analyze", chest, "--out", out, "--csv", folder)
        .ends(ExitCodes.USAGE)
        .says("is a folder");
    Cli.run("analyze", chest, "--out", out, "--csv", folder.resolve("none/table.csv"))
        .ends(ExitCodes.USAGE)
        .says("there is no folder");
    Cli.run("analyze", chest, "--out", out, "--csv-identity")
        .ends(ExitCodes.USAGE)
        .says("needs --csv");
  }

  @Test
  void aGapIsRefusedAndNothingOfAnEarlierRunStays() throws Exception {
    Path broken = copyOf(chest, "broken");
    Files.delete(broken.resolve(slices(chest).get(17).getFileName()));
    Path out = Files.createDirectories(folder.resolve("out"));
    for (String name : FILES) {
      Files.writeString(out.resolve(name), "of another patient");
    }
    Path own = Files.writeString(out.resolve("notes.txt"), "the user's own");
    Cli.run("analyze", broken, "--out", out)
        .ends(ExitCodes.REFUSED)
        .says("Not measured: ", "(39 instances)", "missing-positions: 1 slice is missing", "mm");
    assertEquals(Set.of("notes.txt"), names(out));
    assertEquals("the user's own", Files.readString(own));
  }

  @Test
  void aTruncatedSliceRefusesItsSeriesAndIsNamed() throws Exception {
    Path broken = copyOf(chest, "broken");
    Path cut = broken.resolve(slices(chest).get(9).getFileName());
    Files.write(cut, Arrays.copyOf(Files.readAllBytes(cut), 20_000));
    Cli.run("analyze", broken, "--out", folder.resolve("out"))
        .ends(ExitCodes.REFUSED)
        .says("undecodable: ", cut.getFileName().toString(), "PixelData (7FE0,0010)", "remain");
  }

  @Test
  void aFileThatEndsInItsHeaderIsRefusedAlone() throws Exception {
    Path broken = copyOf(chest, "broken");
    byte[] header = Arrays.copyOf(Files.readAllBytes(slices(chest).get(0)), 140);
    Files.write(broken.resolve("IM9999.dcm"), header);
    Cli.run("analyze", broken, "--out", folder.resolve("out"))
        .ends(ExitCodes.OK)
        .says("Not measured: " + broken.resolve("IM9999.dcm"), "undecodable: ");
  }

  @Test
  void otherModalitiesAreRefused() throws Exception {
    Path mr = folder.resolve("mr");
    PhantomWriter.writeSeries(
        Phantom.generate(
            PhantomOptions.builder().matrix(64).slices(20).fault(Fault.NOT_CT).build()),
        mr);
    Cli.run("analyze", mr, "--out", folder.resolve("out"))
        .ends(ExitCodes.REFUSED)
        .says("not-ct: The modality is MR, not CT.");
  }

  @Test
  void theConsoleShowsNoPatient() throws Exception {
    DataSet header = DicomFiles.readHeader(slices(chest).get(0)).dataSet();
    Cli.run("analyze", chest, "--out", folder)
        .ends(ExitCodes.OK)
        .doesNotSay(header.string(Tag.PatientName).orElseThrow())
        .doesNotSay(header.string(Tag.PatientID).orElseThrow());
  }

  @Test
  void aFolderThatIsALinkIsFollowed() throws Exception {
    Path few = Files.createDirectories(folder.resolve("few"));
    for (Path slice : slices(chest).subList(0, 8)) {
      Files.copy(slice, few.resolve(slice.getFileName()));
    }
    Path link = Files.createSymbolicLink(folder.resolve("link"), few);
    Cli.run("analyze", link, "--out", folder.resolve("out"))
        .ends(ExitCodes.REFUSED)
        .says("too-few-slices: The series has 8 slices");
  }

  @Test
  void withoutDicomThereIsNothingToDoAndNothingIsMade() throws Exception {
    Path empty = Files.createDirectories(folder.resolve("empty"));
    Path text = Files.writeString(folder.resolve("text.txt"), "not DICOM");
    Path out = folder.resolve("out");
    Cli.run("analyze", empty, "--out", out).ends(ExitCodes.NO_INPUT).says("holds no files");
    Cli.run("analyze", text, "--out", out).ends(ExitCodes.NO_INPUT).says("holds no DICOM file");
    Cli.run("analyze", folder.resolve("missing"), "--out", out)
        .ends(ExitCodes.NO_INPUT)
        .says("missing does not exist");
    Cli.run("analyze", chest, empty, "--out", out).ends(ExitCodes.NO_INPUT).says("holds no files");
    assertFalse(Files.exists(out));
  }

  @Test
  void aModelOfOnesOwnIsUsedByNameAndVersion() throws Exception {
    Path models = OtherModel.install(folder);
    Path out = folder.resolve("out");
    Cli.run("analyze", chest, "--out", out, "--models", models, "--model", OtherModel.ID)
        .ends(ExitCodes.OK);
    QuantificationReport report = ReportJson.decode(Files.readAllBytes(out.resolve("report.json")));
    assertEquals("other-net", report.model().name());
    assertEquals("2.0", report.model().version());
  }

  @Test
  void whatTheModelLacksIsSaid() throws Exception {
    Path out = folder.resolve("out");
    Cli.run("analyze", chest, "--out", out, "--model", "nonesuch")
        .ends(ExitCodes.FAILED)
        .says("nonesuch", "lung-lesion-unet");
    Cli.run("analyze", chest, "--out", out, "--variant", "int4")
        .ends(ExitCodes.FAILED)
        .says("int4");
    Cli.run("analyze", chest, "--out", out, "--models", folder.resolve("none"))
        .ends(ExitCodes.FAILED)
        .says("none does not exist");
    Path text = Files.writeString(folder.resolve("text.txt"), "a file");
    Cli.run("analyze", chest, "--out", text).ends(ExitCodes.USAGE).says("is a file");
    Cli.run("analyze", chest, "--out", text.resolve("sub")).ends(ExitCodes.FAILED).says("text.txt");
  }
}
