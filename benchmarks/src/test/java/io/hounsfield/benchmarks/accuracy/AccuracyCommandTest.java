// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.domain.NiftiWriter;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.IntBinaryOperator;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command as a researcher meets it, on generated data in each layout. */
@Timeout(value = 600, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class AccuracyCommandTest {

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int SIDE = 64;

  @TempDir Path temp;

  private record Result(int code, String text) {
    Result ends(int expected) {
      assertEquals(expected, code, text);
      assertFalse(text.contains("\tat "), "no stack trace is for a user: " + text);
      return this;
    }

    Result says(String... parts) {
      for (String part : parts) {
        assertTrue(text.contains(part), "'" + part + "' is not in:\n" + text);
      }
      return this;
    }
  }

  private static Result run(Object... args) {
    StringWriter text = new StringWriter();
    PrintWriter both = new PrintWriter(text, true);
    CommandLine line = new CommandLine(new AccuracyCommand()).setOut(both).setErr(both);
    line.setExecutionExceptionHandler(
        (exception, command, parsed) -> {
          both.println(exception.getMessage());
          return 70;
        });
    int code = line.execute(Arrays.stream(args).map(Object::toString).toArray(String[]::new));
    return new Result(code, text.toString());
  }

  private static JsonNode results(Path out) throws IOException {
    return JSON.readTree(out.resolve("results.json").toFile());
  }

  // Pictures

  /** A model of pictures: lung from grey 100, lesion from 200. */
  private Path greyModel() throws Exception {
    Path folder = Files.createDirectories(temp.resolve("models/grey"));
    byte[] graph;
    try (InputStream in = AccuracyCommandTest.class.getResourceAsStream("grey.pt")) {
      graph = in.readAllBytes();
    }
    Files.write(folder.resolve("fp32.pt"), graph);
    ObjectNode root = JSON.createObjectNode();
    root.put("name", "grey").put("version", "1.0.0").put("description", "A graph for tests");
    root.putObject("input").put("dtype", "int32").put("unit", "PICTURE");
    root.putObject("output").put("dtype", "uint8");
    ArrayNode labels = root.putArray("labels");
    labels.addObject().put("value", 0).put("name", "background");
    labels.addObject().put("value", 1).put("name", "lung");
    labels.addObject().put("value", 2).put("name", "lesion");
    root.putArray("networkGrid").add(SIDE).add(SIDE);
    root.put("batch", 4);
    ObjectNode file = root.putArray("files").addObject();
    file.put("variant", "fp32").put("file", "fp32.pt");
    file.put(
        "sha256", HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(graph)));
    file.putArray("requires");
    root.put("licence", "Apache-2.0").put("intendedUse", "Tests");
    root.putArray("limits").add("Knows nothing of lungs.");
    Files.write(folder.resolve("model.json"), JSON.writeValueAsBytes(root));
    return folder;
  }

  private static void png(Path file, int type, IntBinaryOperator value) throws IOException {
    Files.createDirectories(file.getParent());
    BufferedImage image = new BufferedImage(SIDE, SIDE, type);
    for (int y = 0; y < SIDE; y++) {
      for (int x = 0; x < SIDE; x++) {
        image.getRaster().setSample(x, y, 0, value.applyAsInt(y, x));
      }
    }
    ImageIO.write(image, "png", file.toFile());
  }

  /**
   * Lung of 20 x 40 pixels, lesion of 20 x 10 in it; the network sees them shifted to the right.
   */
  private static void pictures(Path folder, int slices, int shift) throws IOException {
    for (int k = 0; k < slices; k++) {
      String name = "%04d.png".formatted(k);
      png(
          folder.resolve("image").resolve(name),
          BufferedImage.TYPE_BYTE_GRAY,
          (y, x) -> !in(y, x - shift, 10, 50) ? 30 : in(y, x - shift, 10, 20) ? 230 : 120);
      png(
          folder.resolve("lung").resolve(name),
          BufferedImage.TYPE_BYTE_BINARY,
          (y, x) -> in(y, x, 20, 50) ? 1 : 0);
      png(
          folder.resolve("lesion").resolve(name),
          BufferedImage.TYPE_BYTE_BINARY,
          (y, x) -> in(y, x, 10, 20) ? 1 : 0);
    }
  }

  private static boolean in(int y, int x, int from, int to) {
    return y >= 20 && y < 40 && x >= from && x < to;
  }

  @Test
  void picturesAreMeasuredAndFailuresListed() throws Exception {
    Path data = temp.resolve("data");
    pictures(data.resolve("exact"), 3, 0);
    pictures(data.resolve("shifted"), 25, 5);
    Files.createDirectories(data.resolve("empty"));
    pictures(data.resolve("hole"), 2, 0);
    Files.delete(data.resolve("hole/lesion/0001.png"));
    pictures(data.resolve("colour"), 1, 0);
    png(data.resolve("colour/image/0000.png"), BufferedImage.TYPE_INT_RGB, (y, x) -> 100);
    pictures(data.resolve("broken"), 1, 0);
    Files.write(data.resolve("broken/image/0000.png"), new byte[] {1, 2, 3});
    Path out = temp.resolve("out");
    Path model = greyModel();
    run("--data", data, "--out", out, "--model", model)
        .ends(1)
        .says("2 cases measured, 4 failed", "FAILED hole", "lesion/0001.png is missing");

    JsonNode results = results(out);
    assertEquals("slices", results.get("format").asText());
    assertEquals("grey", results.at("/model/name").asText());
    assertEquals("pixels", results.at("/settings/distanceUnit").asText());
    JsonNode exact = results.at("/cases/0");
    assertEquals("exact", exact.get("case").asText());
    assertEquals(1, exact.get("lungDice").asDouble());
    assertEquals(1, exact.get("lesionDice").asDouble());
    assertEquals(25, exact.get("percentReference").asDouble(), 1e-9);
    assertEquals(25, exact.get("percentMeasured").asDouble(), 1e-9);
    assertEquals(0, exact.get("lungHausdorff95").asDouble());
    assertTrue(exact.at("/absent/lungVolumeErrorMl").asText().contains("no spacing"));
    assertFalse(exact.has("lungVolumeErrorMl"));
    JsonNode shifted = results.at("/cases/1");
    // Of 40 columns 35 agree, of 10 columns 5.
    assertEquals(35.0 / 40, shifted.get("lungDice").asDouble(), 1e-9);
    assertEquals(0.5, shifted.get("lesionDice").asDouble(), 1e-9);
    assertEquals(5, shifted.get("lesionHausdorff95").asDouble(), 1e-6);
    assertEquals(100, shifted.at("/worstSlices/0/falsePositiveVoxels").asInt());
    assertEquals(List.of("shifted", "exact"), texts(results.get("worstFirst"), ""));
    assertEquals(
        List.of("broken", "colour", "empty", "hole"), texts(results.get("failures"), "case"));
    assertEquals(
        (35.0 / 40 + 1) / 2, results.at("/summary/metrics/lungDice/mean").asDouble(), 1e-9);
    assertEquals(2, results.at("/summary/metrics/lungDice/meanInterval95").size());
    assertEquals(1, results.at("/summary/atLeast20Slices/cases").asInt());
    assertEquals(
        0.5, results.at("/summary/atLeast20Slices/metrics/lesionDice/mean").asDouble(), 1e-9);

    String page = Files.readString(out.resolve("results.md"));
    assertTrue(page.contains("cases/shifted.png") && page.contains("Cases that failed"), page);
    for (String picture :
        List.of("cases/shifted.png", "percent-scatter.png", "percent-bland-altman.png")) {
      assertTrue(ImageIO.read(out.resolve(picture).toFile()).getWidth() > 500, picture);
    }

    // Finished cases are kept; what is gone, or differs, is measured again.
    Path kept = out.resolve("cases/exact.json");
    FileTime long_ago = FileTime.fromMillis(1_000_000_000_000L);
    Files.setLastModifiedTime(kept, long_ago);
    Files.delete(out.resolve("cases/shifted.json"));
    run("--data", data, "--out", out, "--model", model).ends(1).says("1 of them kept from before");
    assertEquals(long_ago, Files.getLastModifiedTime(kept));
    assertEquals(results.get("cases"), results(out).get("cases"));
    assertEquals(results.get("summary"), results(out).get("summary"));
    Files.writeString(kept, "{ damaged");
    run("--data", data, "--out", out, "--model", model).ends(1).says("1 of them kept from before");
    assertEquals(results.get("cases"), results(out).get("cases"));
    run("--data", data, "--out", out, "--model", model, "--tolerance", "6")
        .ends(1)
        .says("2 cases measured, 4 failed");
    assertEquals(1, results(out).at("/cases/1/lesionSurfaceDice").asDouble());
    pictures(data.resolve("exact"), 3, 1);
    run("--data", data, "--out", out, "--model", model, "--tolerance", "6")
        .ends(1)
        .says("1 of them kept from before");
    assertTrue(results(out).at("/cases/0/lungDice").asDouble() < 1);
  }

  private static List<String> texts(JsonNode list, String field) {
    List<String> texts = new java.util.ArrayList<>();
    list.forEach(node -> texts.add(field.isEmpty() ? node.asText() : node.get(field).asText()));
    return texts;
  }

  @Test
  void wrongUseIsExplained() throws Exception {
    Path empty = Files.createDirectories(temp.resolve("nothing"));
    run("--data", temp.resolve("missing")).says("is no folder");
    run("--data", empty).says("holds no case of a known layout");
    run("--data", empty, "--format", "tiff").ends(2).says("slices, nifti and dicom-seg");
    run("--data", empty, "--tolerance", "-1").ends(2).says("--tolerance");
    run("--data", empty, "--parallel", "0").ends(2).says("--parallel");
    pictures(temp.resolve("data/a"), 1, 0);
    run("--data", temp.resolve("data"), "--model", "no-such-model")
        .ends(70)
        .says("no model 'no-such-model'");
    run("--data", temp.resolve("data"), "--model", "lung-lesion-unet", "--models", root("models"))
        .ends(70)
        .says("takes HU, not 8-bit pictures");
    assertFalse(Files.exists(Path.of("results/accuracy-data-lung-lesion-unet-1.0.0/results.json")));
  }

  private static Path root(String path) {
    return Path.of(System.getProperty("hounsfield.root", "..")).resolve(path);
  }

  /** The share of the experts' masks as numpy counts it (the training's model.json has it). */
  @Test
  void realPicturesAreReadAsTheyAre() throws Exception {
    Path data = root("../shared/data/covid-ct-seg/radiopaedia_7_85703_0");
    Assumptions.assumeTrue(Files.isDirectory(data), "../shared/data is not there");
    Path out = temp.resolve("real");
    run("--data", data, "--out", out, "--model", greyModel()).ends(0);
    JsonNode found = results(out).at("/cases/0");
    assertEquals("radiopaedia_7_85703_0", found.get("case").asText());
    assertEquals(27, found.get("slices").asInt());
    assertEquals(16.82, found.get("percentReference").asDouble(), 0.005);
  }

  // Volumes

  /** The same chest as NIfTI in two storage orders and as DICOM gives the same numbers. */
  @Test
  void volumesGoThroughTheWholePipeline() throws Exception {
    Phantom phantom =
        Phantom.generate(
            PhantomOptions.builder().seed(7).slices(32).matrix(96).opacityPercent(15).build());
    VolumeGeometry g = phantom.ct().geometry();
    Path nifti = temp.resolve("nifti");
    Path axial = Files.createDirectories(nifti.resolve("axial"));
    NiftiWriter.write(phantom.ct(), axial.resolve("image.nii.gz"));
    NiftiWriter.write(phantom.lungs(), axial.resolve("lung.nii.gz"));
    NiftiWriter.write(phantom.lesions(), axial.resolve("lesion.nii.gz"));
    // Sagittal order, big endian, double: the same chest.
    TestNifti turned = new TestNifti(g);
    turned.axes = new int[] {1, 2, 0};
    turned.reversed = new boolean[] {true, false, true};
    turned.order = ByteOrder.BIG_ENDIAN;
    turned.type = NiftiHeader.Type.FLOAT64;
    Path sagittal = nifti.resolve("sagittal");
    turned.write(sagittal.resolve("image.nii.gz"), (k, i) -> phantom.ct().slice(k)[i]);
    turned.write(sagittal.resolve("lesion.nii.gz"), (k, i) -> phantom.lesions().slice(k)[i]);
    NiftiWriter.write(phantom.lungs(), sagittal.resolve("lung.nii"));
    // No lung mask; nothing to compare with; too few slices for the service.
    Path lesionOnly = Files.createDirectories(nifti.resolve("lesion-only"));
    Files.copy(axial.resolve("image.nii.gz"), lesionOnly.resolve("image.nii.gz"));
    Files.copy(axial.resolve("lesion.nii.gz"), lesionOnly.resolve("lesion.nii.gz"));
    Path alone = Files.createDirectories(nifti.resolve("no-reference"));
    Files.copy(axial.resolve("image.nii.gz"), alone.resolve("image.nii.gz"));
    VolumeGeometry thin = TestNifti.grid(96, 96, 5);
    new TestNifti(thin).write(nifti.resolve("thin/image.nii.gz"), (k, i) -> -900);
    new TestNifti(thin).write(nifti.resolve("thin/lung.nii.gz"), (k, i) -> 1);
    Path out = temp.resolve("out");
    run("--data", nifti, "--out", out, "--models", root("models"))
        .ends(1)
        .says("3 cases measured, 2 failed", "a chest has at least 20");
    JsonNode results = results(out);
    assertEquals("nifti", results.get("format").asText());
    JsonNode a = results.at("/cases/0");
    JsonNode b = results.at("/cases/1");
    JsonNode c = results.at("/cases/2");
    assertEquals("axial", a.get("case").asText());
    assertEquals("sagittal", c.get("case").asText());
    assertTrue(a.get("lungDice").asDouble() > 0.85, a.toString());
    assertEquals(phantomPercent(phantom), a.get("percentReference").asDouble(), 1e-6);
    assertTrue(a.get("lungVolumeReferenceMl").asDouble() > 1000, a.toString());
    for (Metric metric : Metric.values()) {
      assertEquals(
          a.path(metric.key()).asDouble(), c.path(metric.key()).asDouble(), 1e-3, metric.key());
    }
    assertEquals("lesion-only", b.get("case").asText());
    assertEquals(a.get("lesionDice"), b.get("lesionDice"));
    assertEquals("The reference has no lung mask.", b.at("/absent/percentReference").asText());

    // The same chest as DICOM, slices in a subfolder, lung and lesion as one object.
    Path dicom = temp.resolve("dicom");
    Path series = dicom.resolve("seg/ct/series");
    List<Path> files = PhantomWriter.writeSeries(phantom, series);
    TestSegmentation segmentation = new TestSegmentation(g);
    List<TestSegmentation.Segment> segments =
        List.of(
            new TestSegmentation.Segment(
                "Lungs",
                new String[] {"SCT", "39607008", "Lung"},
                VolumeCases.mask(phantom.lungs())),
            new TestSegmentation.Segment(
                "Infection",
                new String[] {"99TEST", "1", "Infection"},
                VolumeCases.mask(phantom.lesions())),
            new TestSegmentation.Segment(
                "Airway",
                new String[] {"SCT", "89187006", "Airway"},
                VolumeCases.mask(phantom.lesions())));
    segmentation.write(dicom.resolve("seg/reference.dcm"), segments);
    // By source images alone, without positions.
    Path bySource = dicom.resolve("by-source");
    copy(files, bySource);
    TestSegmentation sourced = new TestSegmentation(g);
    sourced.positions = false;
    sourced.sources = uids(files, g);
    sourced.write(bySource.resolve("reference.dcm"), segments);
    // Fractional, beside the same series.
    Path fractional = dicom.resolve("fractional");
    copy(files, fractional);
    TestSegmentation shares = new TestSegmentation(g);
    shares.edit = r -> r.put(Tag.SegmentationType, io.hounsfield.dicom.VR.CS, "FRACTIONAL");
    shares.write(fractional.resolve("reference.dcm"), segments);
    Path dicomOut = temp.resolve("dicom-out");
    run("--data", dicom, "--out", dicomOut, "--models", root("models"), "--parallel", 1)
        .ends(1)
        .says("2 cases measured, 1 failed", "FRACTIONAL");
    JsonNode d = results(dicomOut);
    assertEquals("dicom-seg", d.get("format").asText());
    for (JsonNode found : d.get("cases")) {
      for (Metric metric : Metric.values()) {
        assertEquals(
            a.path(metric.key()).asDouble(),
            found.path(metric.key()).asDouble(),
            1e-3 * (1 + Math.abs(a.path(metric.key()).asDouble())),
            found.get("case").asText() + " " + metric.key());
      }
      assertTrue(found.get("warnings").toString().contains("Airway"), found.toString());
    }
  }

  private static void copy(List<Path> files, Path folder) throws IOException {
    Files.createDirectories(folder);
    for (Path file : files) {
      Files.copy(file, folder.resolve(file.getFileName()));
    }
  }

  private static double phantomPercent(Phantom phantom) {
    Mask lung = VolumeCases.mask(phantom.lungs());
    Mask lesion = VolumeCases.mask(phantom.lesions());
    return 100.0 * lesion.count() / lung.union(lesion).count();
  }

  /** SOP Instance UIDs in the order of the grid. */
  private static List<String> uids(List<Path> files, VolumeGeometry g) throws IOException {
    String[] uids = new String[g.slices()];
    for (Path file : files) {
      io.hounsfield.dicom.DataSet header = DicomFiles.readHeader(file).dataSet();
      double z = header.decimals(Tag.ImagePositionPatient)[2];
      uids[(int) Math.rint((z - g.origin().z()) / g.normal().z() / g.sliceSpacingMm())] =
          header.string(Tag.SOPInstanceUID).orElseThrow();
    }
    return List.of(uids);
  }

  @Test
  void overlaysShowEveryNthSlice() throws Exception {
    Phantom phantom =
        Phantom.generate(PhantomOptions.builder().seed(7).slices(32).matrix(96).build());
    PhantomWriter.writeSeries(phantom, temp.resolve("series"));
    Path picture = temp.resolve("pictures/sheet.png");
    StringWriter text = new StringWriter();
    CommandLine line =
        new CommandLine(new OverlaysCommand())
            .setOut(new PrintWriter(text, true))
            .setErr(new PrintWriter(text, true));
    assertEquals(
        0,
        line.execute(
            "--series", temp.resolve("series").toString(),
            "--every", "8",
            "--tile", "200",
            "--models", root("models").toString(),
            "--out", picture.toString()),
        text.toString());
    BufferedImage sheet = ImageIO.read(picture.toFile());
    // Four slices: three across, two down.
    assertTrue(sheet.getWidth() >= 600 && sheet.getHeight() >= 400, sheet.toString());
    boolean outline = false;
    for (int x = 0; x < sheet.getWidth(); x++) {
      outline |= (sheet.getRGB(x, 300) & 0xFFFFFF) == SlicePainter.LUNG_OUTLINE;
    }
    assertTrue(outline, "lungs in the lower row");
  }
}
