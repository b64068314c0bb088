// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.FileChooser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.hounsfield.api.Chromium;
import io.hounsfield.api.CtImages;
import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.DicomFiles;
import io.hounsfield.dicom.Tag;
import io.hounsfield.listener.ScuOptions;
import io.hounsfield.listener.SendResult;
import io.hounsfield.listener.StorageScu;
import io.hounsfield.phantom.Phantom;
import io.hounsfield.phantom.PhantomOptions;
import io.hounsfield.phantom.PhantomWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.net.URI;
import java.net.URLDecoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * A radiologist's way through the page of a running service, in a real browser: what is pushed over
 * DICOM or chosen on the page is measured by the network, looked at, signed off and sent on. What
 * the page shows is held against the API, the API's voxels against what was pushed.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
class PageJourneyTest {

  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final ObjectMapper JSON = new ObjectMapper();
  private static final double PATIENCE_MS = 180_000;
  private static final int SLICES = 40;
  private static final int SEED = 5;
  private static final String PATIENT = "PHANTOM, SEED5";
  private static final String VIEWER = "document.querySelector('.viewer canvas').viewer";
  private static final String LIVE = "document.getElementById('live').textContent === 'Live'";

  /** Quantities of report.json with their units, as the page lists them. */
  private static final List<String> QUANTITIES =
      List.of(
          "volumeMl",
          "opacityVolumeMl",
          "opacityPercent",
          "highOpacityVolumeMl",
          "highOpacityPercent",
          "meanHu",
          "sdHu",
          "meanHuOpacity",
          "sdHuOpacity");

  private static final List<String> SUMMARY =
      List.of("volumeMl", "opacityVolumeMl", "opacityPercent", "highOpacityPercent");
  private static final List<String> REGIONS = List.of("bothLungs", "rightLung", "leftLung");

  @TempDir Path temp;

  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private TestService service;
  private Page page;

  private void begin(TestService running) {
    service = running;
    page = chromium.page();
    page.setDefaultTimeout(PATIENCE_MS);
    chromium.open(address("/"));
    chromium.await(LIVE);
  }

  private String address(String path) {
    return "http://127.0.0.1:" + service.service.httpPort() + path;
  }

  private HttpResponse<byte[]> get(String path) throws Exception {
    return client.send(
        HttpRequest.newBuilder(URI.create(address(path))).build(),
        HttpResponse.BodyHandlers.ofByteArray());
  }

  private JsonNode json(String id, String path) throws Exception {
    HttpResponse<byte[]> response = get("/api/v1/analyses/" + id + path);
    assertEquals(200, response.statusCode(), path);
    return JSON.readTree(response.body());
  }

  /** A number as people read it: % with one decimal, mL and HU with none. */
  private static String shown(JsonNode value, String quantity) {
    if (value.isNull()) {
      return "not measured";
    }
    boolean percent = quantity.endsWith("Percent");
    BigDecimal rounded =
        new BigDecimal(value.doubleValue()).setScale(percent ? 1 : 0, RoundingMode.HALF_UP);
    if (rounded.signum() == 0) {
      boolean some = value.doubleValue() > 0 && !quantity.contains("Hu");
      return some ? percent ? "<0.1" : "<1" : percent ? "0.0" : "0";
    }
    return rounded.toPlainString().replace('-', '−');
  }

  private static String summary(JsonNode regions, String region) {
    return SUMMARY.stream()
        .map(quantity -> shown(regions.get(region).get(quantity), quantity))
        .collect(Collectors.joining("|"));
  }

  /** The numbers of a row of the table beside the images. */
  private String regionRow(String kind, int n) {
    return String.join(
        "|", page.locator("#regions tr." + kind).nth(n).locator("td").allInnerTexts());
  }

  /** Every number on the page is that of report.json. */
  private JsonNode assertNumbers(String id) throws Exception {
    JsonNode regions = json(id, "/report").get("regions");
    for (int n = 0; n < REGIONS.size(); n++) {
      assertEquals(summary(regions, REGIONS.get(n)), regionRow("measured", n), REGIONS.get(n));
    }
    Locator rows = page.locator("#measurement-rows tr");
    assertEquals(QUANTITIES.size(), rows.count());
    for (int row = 0; row < QUANTITIES.size(); row++) {
      String quantity = QUANTITIES.get(row);
      for (int column = 0; column < REGIONS.size(); column++) {
        JsonNode value = regions.get(REGIONS.get(column)).get(quantity);
        String cell = rows.nth(row).locator("td").nth(column).innerText().strip();
        // Behind what was not measured stands the number of the reason.
        assertEquals(
            shown(value, quantity),
            value.isNull() ? cell.replaceFirst("\\s*\\d+$", "") : cell,
            quantity);
      }
    }
    return regions;
  }

  private Locator row(String text) {
    return page.locator("#rows tr", new Page.LocatorOptions().setHasText(text));
  }

  private void awaitRow(String... texts) {
    chromium.await(
        "[...document.querySelectorAll('#rows tr')].some((row) => "
            + Arrays.stream(texts)
                .map(text -> "row.innerText.includes('" + text + "')")
                .collect(Collectors.joining(" && "))
            + ")");
  }

  private void awaitText(String selector, String text) {
    chromium.await(
        "document.querySelector('%s').innerText.includes('%s')".formatted(selector, text));
  }

  /** Sends, and looks at the work list when half of the slices are there. */
  private void push(List<Path> files) throws IOException {
    SendResult result =
        StorageScu.send(
            ScuOptions.of("HOUNSFIELD", "127.0.0.1", service.service.dicomPort()),
            files,
            (done, total, bytes) -> {
              if (done == total / 2) {
                awaitRow("Receiving", Integer.toString(done));
              }
            });
    assertEquals(List.of(), result.failures());
  }

  private static PhantomOptions.Builder phantom(int seed, double opacityPercent) {
    return PhantomOptions.builder()
        .seed(seed)
        .matrix(256)
        .slices(SLICES)
        .opacityPercent(opacityPercent);
  }

  /** How much of each plane has the colours of lesions: axial, coronal, sagittal, pixels. */
  private List<Integer> coloured() {
    String counts =
        (String)
            chromium.evaluate(
                """
                (() => {
                  const nv = %s.nv, gl = nv.gl, counts = [0, 0, 0];
                  nv.drawNow();
                  for (const { axCorSag, leftTopWidthHeight } of nv.screenSlices) {
                    const [x, y, w, h] = leftTopWidthHeight.map(Math.round);
                    if (axCorSag > 2 || w <= 0 || h <= 0) {
                      continue;
                    }
                    const p = new Uint8Array(4 * w * h);
                    gl.readPixels(x, gl.canvas.height - y - h, w, h, gl.RGBA, gl.UNSIGNED_BYTE, p);
                    for (let i = 0; i < p.length; i += 4) {
                      counts[axCorSag] += Math.abs(p[i] - p[i + 2]) > 40 ? 1 : 0;
                    }
                  }
                  return counts.join(' ');
                })()"""
                    .formatted(VIEWER));
    return Stream.of(counts.split(" ")).map(Integer::valueOf).toList();
  }

  /** The picture, the planes, and the lesions in each of them. */
  private void imagesAppear() {
    chromium.await("document.getElementById('first-picture').naturalWidth > 0");
    chromium.await(VIEWER + ".stage === 'full' && !document.getElementById('profile').hidden");
    chromium.evaluate("void document.querySelector('.viewer canvas').scrollIntoView()");
    List<Integer> with = coloured();
    page.click("[name=lesions]");
    chromium.await("!document.querySelector('[name=lesions]').checked");
    chromium.await("!" + VIEWER + ".show.lesions");
    List<Integer> without = coloured();
    page.click("[name=lesions]");
    chromium.await(VIEWER + ".show.lesions");
    for (int plane = 0; plane < 3; plane++) {
      assertTrue(
          with.get(plane) > without.get(plane) + 20,
          "no lesion is drawn in a plane: " + with + " and without " + without);
    }
  }

  /** By its row to where a region is to be looked at first; HU there are those of the voxel. */
  private void aRegionIsGoneTo(String id, String region) throws Exception {
    page.click("#regions [data-region=" + region + "]");
    JsonNode focus = json(id, "/profile").get("focus").get(region);
    int[] at = {focus.get(0).asInt(), focus.get(1).asInt(), focus.get(2).asInt()};
    chromium.await("String(%s.voxel) === '%d,%d,%d'".formatted(VIEWER, at[0], at[1], at[2]));
    page.mouse().move(1, 1); // the values are those of the crosshair
    CtImages images = service.service.catalog().images(id).orElseThrow();
    int hu = images.slice(at[2])[at[1] * images.geometry().columns() + at[0]];
    awaitText(".viewer-values", "Slice %d of %d".formatted(at[2] + 1, images.geometry().slices()));
    awaitText(".viewer-values", " " + Integer.toString(hu).replace('-', '−') + " HU");
    String values = page.innerText(".viewer-values");
    assertTrue(values.matches("(?s).*(Ground glass|Consolidation).*"), "a lesion: " + values);
  }

  /** HU under the pointer are those of the voxel there, read from the files that came. */
  private void huUnderThePointer(String id) throws Exception {
    CtImages images = service.service.catalog().images(id).orElseThrow();
    Locator canvas = page.locator(".viewer canvas");
    canvas.scrollIntoViewIfNeeded();
    Set<Integer> seen = new HashSet<>();
    for (double share : new double[] {0.2, 0.25, 0.3}) {
      var box = canvas.boundingBox();
      page.mouse().move(box.x + share * box.width, box.y + 0.3 * box.height);
      chromium.await(VIEWER + ".hover !== null");
      String[] at = ((String) chromium.evaluate("String(" + VIEWER + ".hover)")).split(",");
      int index = Integer.parseInt(at[1]) * images.geometry().columns() + Integer.parseInt(at[0]);
      int hu = images.slice(Integer.parseInt(at[2]))[index];
      awaitText(".viewer-values", " " + Integer.toString(hu).replace('-', '−') + " HU");
      seen.add(hu);
    }
    assertTrue(seen.size() > 1, "the same everywhere: " + seen);
  }

  private void assertNothingLeaks(String... identities) {
    chromium.assertQuiet();
    List<String> addresses = new ArrayList<>(chromium.requests());
    addresses.add(page.url());
    assertTrue(addresses.size() > 20, "requests were seen");
    for (String each : addresses) {
      String decoded = URLDecoder.decode(each, StandardCharsets.UTF_8).toUpperCase(Locale.ROOT);
      for (String identity : identities) {
        assertFalse(decoded.contains(identity), identity + " is in " + each);
      }
    }
  }

  @Test
  void aPhantomFromThePushToTheSignature() throws Exception {
    Phantom first = Phantom.generate(phantom(SEED, 15).build());
    List<Path> pushed = PhantomWriter.writeSeries(first, temp.resolve("first"));
    Path out = Files.createDirectories(temp.resolve("out"));
    try (TestService running =
        new TestService(
            temp.resolve("data"),
            60,
            Map.of(
                "HOUNSFIELD_DELIVERY_DESTINATIONS",
                "research;type=folder;kinds=csv|sr;address=" + out))) {
      begin(running);
      String id = pushedWhileTheWorkListIsOpen(pushed);
      openedByKeyboard(id);
      imagesAppear();
      theVoxelsAreThoseOfThePhantom(first, id);
      JsonNode measured = assertNumbers(id);
      aRegionIsGoneTo(id, "leftLung");
      aRegionIsGoneTo(id, "rightLung");
      huUnderThePointer(id);
      aWindowIsChosen();
      slicesAndDistances(id);
      theOtherPanels();
      aLesionIsLeftOut(id, measured);
      signedOff(id);
      takenAway(id);
      sentAgain(id, out);
      aSecondStudyIsUploadedAndCompared(id);
      junkIsRefused();
      inChineseAndDark(id);
      assertNothingLeaks("SEED5", "PHANTOM5", "SEED6", "PHANTOM6");
    }
  }

  private String pushedWhileTheWorkListIsOpen(List<Path> files) throws Exception {
    assertEquals(0, page.locator("#rows tr").count());
    push(files);
    awaitRow(PATIENT, "Reported", "2 sent");
    assertEquals(1, page.locator("#rows tr").count());
    String id = row(PATIENT).getAttribute("data-id");
    JsonNode opacity = json(id, "/report").get("regions").get("bothLungs").get("opacityPercent");
    assertTrue(opacity.doubleValue() > 5 && opacity.doubleValue() < 25, "opacity is " + opacity);
    String text = row(PATIENT).innerText();
    assertTrue(text.contains(shown(opacity, "opacityPercent") + " %"), opacity + " in " + text);
    assertTrue(text.contains(Integer.toString(SLICES)), text);
    return id;
  }

  private void openedByKeyboard(String id) {
    page.keyboard().press("/");
    page.keyboard().type("seed5");
    String link = "document.activeElement.getAttribute('href') === '/analyses/" + id + "'";
    for (int tabs = 0; tabs < 30 && !(Boolean) chromium.evaluate(link); tabs++) {
      page.keyboard().press("Tab");
    }
    assertEquals(true, chromium.evaluate(link), "the study is not reached by Tab");
    page.keyboard().press("Enter");
    page.waitForURL("**/analyses/" + id);
    chromium.await("!document.getElementById('report').hidden");
    assertEquals(PATIENT, page.innerText("#patient"));
  }

  private void theVoxelsAreThoseOfThePhantom(Phantom phantom, String id) throws Exception {
    CtImages images = service.service.catalog().images(id).orElseThrow();
    assertEquals(SLICES, images.geometry().slices());
    for (int k = 0; k < SLICES; k += 13) {
      assertArrayEquals(phantom.ct().slice(k), images.slice(k));
    }
  }

  private void aWindowIsChosen() {
    page.click("[data-window=mediastinum]");
    assertEquals("40", page.inputValue("[name=centre]"));
    assertEquals("400", page.inputValue("[name=width]"));
    String window = VIEWER + ".nv.volumes[0]";
    chromium.await(window + ".cal_min === -160 && " + window + ".cal_max === 240");
    page.click("[data-window=lung]");
    assertEquals("-600", page.inputValue("[name=centre]"));
  }

  /** From the slice with most disease along the bar of the scan, and from there a voxel on. */
  private void slicesAndDistances(String id) throws Exception {
    page.click("[data-act=most]");
    JsonNode focus = json(id, "/profile").get("focus").get("bothLungs");
    int slice = focus.get(2).asInt();
    chromium.await(VIEWER + ".voxel[2] === " + slice);
    page.focus("#profile-bar");
    page.keyboard().press("ArrowRight");
    chromium.await("Math.abs(" + VIEWER + ".voxel[2] - " + slice + ") === 1");
    page.focus(".viewer canvas");
    page.keyboard().press("m");
    page.keyboard().press("ArrowRight");
    double mm = service.service.catalog().images(id).orElseThrow().geometry().columnSpacingMm();
    awaitText(".viewer-values", String.format(Locale.ROOT, "%.1f mm from the mark", mm));
  }

  private void theOtherPanels() {
    chromium.await("document.querySelector('#histogram svg path.diseased')");
    awaitText("#findings-section", "pacit"); // opacity, opacities
    assertTrue(page.isHidden("#not-made"), "every form of the results was made");
  }

  private void aLesionIsLeftOut(String id, JsonNode measured) throws Exception {
    page.click(".lesion-list summary");
    page.check(".lesion-list input[value='1']");
    awaitText("#regions", "without 1 lesion");
    JsonNode without = json(id, "/components/measure?exclude=1").get("regions");
    assertNotEquals(measured.get("bothLungs"), without.get("bothLungs"));
    for (int n = 0; n < REGIONS.size(); n++) {
      assertEquals(summary(measured, REGIONS.get(n)), regionRow("measured", n), "both are kept");
      assertEquals(summary(without, REGIONS.get(n)), regionRow("recomputed", n));
    }
  }

  private void signedOff(String id) throws Exception {
    page.fill(".signoff [name=reviewer]", "Dr. A. Example");
    page.fill(".signoff [name=comment]", "The hilum is a vessel.");
    page.click("[data-act=edit]");
    page.fill("#regions [name='leftLung opacityVolumeMl']", "3.5");
    page.click("[data-act=edit]");
    page.click("[data-verdict=accept]");
    awaitText(".signoff .note", "Saved at");
    awaitText("#verdict", "Dr. A. Example");
    String history = page.innerText("ol.all");
    for (String expected :
        List.of(
            "Accepted",
            "Dr. A. Example",
            "The hilum is a vessel.",
            "set to 3.5 mL",
            "Left out: lesion 1.")) {
      assertTrue(history.contains(expected), expected + " in " + history);
    }
    JsonNode review = json(id, "/reviews").get("items").get(0);
    assertEquals("accept", review.get("verdict").asText());
    assertEquals(1, review.get("excludedComponents").size());
    assertEquals(3.5, review.get("edited").get(0).get("value").doubleValue());
    page.click(".brand");
    awaitRow(PATIENT, "Accepted");
    row(PATIENT).locator("a").click();
    chromium.await("!document.getElementById('report').hidden");
    awaitText("#verdict", "Dr. A. Example"); // and for who comes later
    assertNumbers(id);
  }

  /** PDF, SR and SEG, as files that are what they say. */
  private void takenAway(String id) throws Exception {
    Path made = temp.resolve("data/results").resolve(id).resolve("v1");
    for (String name : List.of("report.pdf", "report.dcm", "segmentation.dcm")) {
      Locator link = page.locator("#downloads a[download='" + name + "']");
      assertEquals(200, get(link.getAttribute("href")).statusCode(), name);
      Download download = page.waitForDownload(() -> link.click());
      assertEquals(name, download.suggestedFilename());
      byte[] bytes = Files.readAllBytes(download.path());
      assertArrayEquals(Files.readAllBytes(made.resolve(name)), bytes, name);
      String mark =
          name.endsWith("pdf")
              ? new String(bytes, 0, 4, StandardCharsets.US_ASCII)
              : new String(bytes, 128, 4, StandardCharsets.US_ASCII);
      assertEquals(name.endsWith("pdf") ? "%PDF" : "DICM", mark);
    }
  }

  private void sentAgain(String id, Path out) {
    Locator closed = page.locator("#deliveries details:not([open]) > summary");
    Locator again =
        page.getByRole(
            AriaRole.BUTTON,
            new Page.GetByRoleOptions().setName("Send again: research, report.csv"));
    page.locator("#deliveries .state-tag").first().waitFor(ATTACHED);
    if (closed.count() > 0) {
      closed.first().click();
    }
    Locator line =
        page.locator("#deliveries .delivery", new Page.LocatorOptions().setHas(again)).first();
    assertTrue(line.innerText().contains("Sent"), line.innerText());
    Path file = out.resolve(id).resolve("v1/report.csv");
    assertTrue(file.toFile().delete(), "it had come");
    again.click();
    page.waitForCondition(() -> Files.exists(file));
    page.waitForCondition(() -> line.innerText().contains("Sent"));
  }

  private static final Locator.WaitForOptions ATTACHED =
      new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED);

  /** A zip with the same patient's other study, chosen on the page. */
  private void aSecondStudyIsUploadedAndCompared(String first) throws Exception {
    List<Path> files =
        PhantomWriter.writeSeries(
            Phantom.generate(phantom(SEED, 30).build()), temp.resolve("second"));
    Path archive = temp.resolve("study.zip");
    try (OutputStream bytes = Files.newOutputStream(archive);
        ZipOutputStream zip = new ZipOutputStream(bytes)) {
      for (Path file : files) {
        zip.putNextEntry(new ZipEntry("STUDY/" + file.getFileName()));
        Files.copy(file, zip);
      }
    }
    page.click(".brand");
    chromium.await(LIVE + " && !document.getElementById('upload').hidden");
    FileChooser chooser = page.waitForFileChooser(() -> page.click("#choose-files"));
    chooser.setFiles(archive);
    awaitText("#upload-text", SLICES + " of " + SLICES + " files taken.");
    chromium.await(
        "[...document.querySelectorAll('#rows tr')].filter((row) => row.innerText.includes('%s')"
                .formatted(PATIENT)
            + " && row.innerText.includes('2 sent')).length === 2");
    String second = page.locator("#rows tr").first().getAttribute("data-id");
    assertNotEquals(first, second, "the newest is first");
    page.locator("#rows tr").first().locator("a").click();
    chromium.await("!document.getElementById('report').hidden");
    assertNumbers(second);
    imagesAppear();
    chromium.await("document.querySelectorAll('#previous svg.trend circle').length === 2");
    assertEquals(2, page.locator("#previous tbody tr").count());
    double before = json(first, "").get("opacityPercent").doubleValue();
    double now = json(second, "").get("opacityPercent").doubleValue();
    assertTrue(now > before + 3, before + " %, then " + now + " %");
    String points = new BigDecimal(before - now).setScale(1, RoundingMode.HALF_UP).toPlainString();
    Locator other =
        page.locator(
            "#previous tbody tr",
            new Page.LocatorOptions().setHas(page.locator("a[href='/analyses/" + first + "']")));
    assertTrue(
        other.innerText().contains(points.replace('-', '−') + " points"),
        points + " in " + other.innerText());
  }

  /** Five slices are no chest: the reason stands on the work list and on the study's page. */
  private void junkIsRefused() throws Exception {
    page.click(".brand");
    chromium.await(LIVE);
    List<Path> files =
        PhantomWriter.writeSeries(
            Phantom.generate(phantom(SEED + 1, 0).build()), temp.resolve("junk"));
    service.send(files.subList(0, 5));
    awaitRow("SEED6", "Refused");
    Locator refused = row("SEED6");
    String id = refused.getAttribute("data-id");
    JsonNode refusal = json(id, "").get("refusal");
    assertEquals("too-few-slices", refusal.get("code").asText());
    assertTrue(refused.innerText().contains(refusal.get("text").asText()), refused.innerText());
    refused.locator("a").click();
    awaitText("#state", "Code too-few-slices");
    assertTrue(page.innerText("#state").contains(refusal.get("text").asText()));
    assertFalse(page.isVisible("#report"));
  }

  private void inChineseAndDark(String id) throws Exception {
    page.click(".brand");
    awaitRow(PATIENT);
    page.selectOption("#language", "zh-CN");
    chromium.await("document.documentElement.lang === 'zh-CN'");
    awaitRow(PATIENT, "已出报告");
    awaitText("h1", "工作列表");
    String ground = "getComputedStyle(document.body).backgroundColor";
    page.selectOption("#theme", "light");
    Object light = chromium.evaluate(ground);
    page.selectOption("#theme", "dark");
    assertNotEquals(light, chromium.evaluate(ground));
    page.locator("#rows a[href='/analyses/" + id + "']").click();
    chromium.await("!document.getElementById('report').hidden");
    assertNumbers(id);
    assertTrue(chromium.text().contains("审核"), chromium.text());
    assertNotEquals(light, chromium.evaluate(ground), "the choice lasts");
  }

  @Test
  void aCovidChestIsLookedAt() throws Exception {
    Path folder = TestService.root().resolve("../shared/data/dicom/ricord-1a-covid").normalize();
    assumeTrue(Files.isDirectory(folder), "skipped: " + folder + " is absent");
    List<Path> files;
    try (Stream<Path> all = Files.list(folder)) {
      files = all.sorted().toList();
    }
    DataSet header = DicomFiles.readHeader(files.get(0)).dataSet();
    try (TestService running = new TestService(temp.resolve("data"), 60)) {
      begin(running);
      push(files);
      awaitRow("Reported");
      String id = page.locator("#rows tr").getAttribute("data-id");
      // What the viewer needs is written in the moments after the report.
      page.waitForCondition(() -> isThere("/api/v1/analyses/" + id + "/profile"));
      page.locator("#rows a").click();
      chromium.await("!document.getElementById('report').hidden");
      imagesAppear();
      JsonNode regions = assertNumbers(id);
      double right = regions.get("rightLung").get("opacityPercent").doubleValue();
      assertTrue(
          right > regions.get("leftLung").get("opacityPercent").doubleValue(),
          "the right lung is the worse one");
      aRegionIsGoneTo(id, "rightLung");
      huUnderThePointer(id);
      assertNothingLeaks(
          header.string(Tag.PatientID).orElseThrow().toUpperCase(Locale.ROOT),
          header.string(Tag.StudyInstanceUID).orElseThrow());
    }
  }

  private boolean isThere(String path) {
    try {
      return get(path).statusCode() == 200;
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }
}
