// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What goes wrong has a face: it is said in words, with what to do, and nothing is stale in
 * silence.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FaultFacesTest {

  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final String BAND = "document.querySelector('.connection')";
  private static final String LIVE = "document.getElementById('live').textContent";
  private static final String NOTE = "document.querySelector('.viewer-note').textContent";
  private static final String STATE = "document.getElementById('state').innerText";
  private static final String REPORT_IS_THERE = "!document.getElementById('report').hidden";

  private Path folder;
  private Vertx vertx;
  private MemoryCatalog catalog;
  private HttpApi api;
  private MemoryResults results;

  @BeforeAll
  void prepare(@TempDir Path folder) {
    this.folder = folder;
    vertx = Vertx.vertx();
  }

  @BeforeEach
  void start() throws Exception {
    catalog = Preview.catalog(folder);
    results = new MemoryResults();
    serve(0, 100);
  }

  private void serve(int port, int streams) throws IOException {
    api =
        HttpApi.start(
            vertx,
            new HttpApiOptions(
                "127.0.0.1", port, Set.of(), 100, streams, Duration.ofSeconds(15), 256, 1024),
            catalog,
            results,
            Preview.reviews(),
            List::of,
            FixedHealth.FINE,
            () -> "",
            List.of());
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @AfterAll
  void end() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private String address(String path) {
    return "http://127.0.0.1:" + api.port() + path;
  }

  private void openStudy(int n) {
    chromium.open(address("/analyses/" + TestAnalyses.id(n)));
  }

  private void openReport(int n) {
    openStudy(n);
    chromium.await(REPORT_IS_THERE);
  }

  private static void chinese() {
    chromium.page().addInitScript("localStorage.setItem('hounsfield.language', 'zh-CN')");
  }

  /** The study page says since when it is out of date, and is up to date again by itself. */
  @Test
  void aServiceThatIsGone() throws Exception {
    openReport(3);
    chromium.await(LIVE + " === 'Live'");
    int port = api.port();
    api.close();
    chromium.await("!" + BAND + ".hidden");
    String band = (String) chromium.evaluate(BAND + ".textContent");
    assertTrue(band.matches("No connection to the service since \\d\\d:\\d\\d:\\d\\d UTC.*"), band);
    assertEquals("alert", chromium.evaluate(BAND + ".getAttribute('role')"));
    assertTrue(chromium.text().contains("4210"), "the numbers stand");
    chromium.assertAccessible("study page of a service that is gone");
    catalog.put(TestAnalyses.second(TestAnalyses.refused(3, "missing-positions", "A gap.")));
    serve(port, 100);
    chromium.await(BAND + ".hidden && " + LIVE + " === 'Live'");
    chromium.await(STATE + ".includes('A gap.')"); // what had changed meanwhile
    assertEquals(true, chromium.evaluate("document.getElementById('fault').hidden"));
  }

  /** The same for the work list. */
  @Test
  void aServiceThatIsGoneOnTheWorkList() throws Exception {
    chromium.open(address("/"));
    chromium.await("document.querySelectorAll('#rows tr').length === 10");
    chromium.await(LIVE + " === 'Live'");
    int port = api.port();
    api.close();
    chromium.await("!" + BAND + ".hidden");
    chromium.assertAccessible("work list of a service that is gone");
    catalog.put(TestAnalyses.reported(0, 33.3, 0));
    serve(port, 100);
    chromium.await("document.querySelector('#rows tr').innerText.includes('33.3 %')");
    chromium.await(BAND + ".hidden");
  }

  /** A connection that fell silent without an end, as when a cable is drawn: the page asks. */
  @Test
  void aServiceThatFellSilent() {
    openReport(3);
    chromium.await(LIVE + " === 'Live'");
    Page page = chromium.page();
    page.route("**/health/live", route -> route.abort());
    page.evaluate("dispatchEvent(new Event('offline'))");
    chromium.await("!" + BAND + ".hidden");
    page.unroute("**/health/live");
    chromium.await(BAND + ".hidden && " + LIVE + " === 'Live'");
  }

  /** More pages than event streams: the page loads anew by itself, and says so. */
  @Test
  void noEventStreamLeft() throws Exception {
    api.close();
    serve(0, 1);
    openReport(3);
    chromium.await(LIVE + " === 'Live'");
    Page other = chromium.anotherPage();
    other.navigate(address("/analyses/" + TestAnalyses.id(3)));
    Chromium.await(other, LIVE + ".startsWith('No live updates')");
    Chromium.await(other, REPORT_IS_THERE);
    assertEquals(true, other.evaluate(BAND + ".hidden"));
  }

  @Test
  void aStudyThatIsNotThere() throws Exception {
    openStudy(77);
    chromium.await("document.getElementById('patient').textContent === 'No such study'");
    assertTrue(chromium.text().contains("no study at this address"), chromium.text());
    assertEquals("/", chromium.evaluate("document.querySelector('#state a').pathname"));
    assertEquals(true, chromium.evaluate("document.getElementById('report').hidden"));
    chromium.assertAccessible("a study that is not there");
  }

  /** Five slices of whatever: reason, code and what to do. */
  @Test
  void aStudyThatIsRefused() throws Exception {
    openStudy(8);
    chromium.await(STATE + ".includes('The series has 5 slices')");
    String text = (String) chromium.evaluate(STATE);
    for (String expected :
        List.of("Refused", "What to do: send the whole series again", "Code too-few-slices")) {
      assertTrue(text.contains(expected), expected + " in " + text);
    }
    assertEquals(true, chromium.evaluate("document.getElementById('report').hidden"));
    chromium.assertAccessible("a refused study");
    chromium.assertQuiet();
  }

  @Test
  void aStudyThatIsRefusedInChinese() {
    chinese();
    openStudy(8);
    chromium.await(STATE + ".includes('层数少于胸部所应有的层数')");
    String text = (String) chromium.evaluate(STATE);
    assertTrue(text.contains("处理办法： 请重新发送整个序列"), text);
    assertTrue(text.contains("The series has 5 slices"), "the numbers: " + text);
    assertEquals("en", chromium.evaluate("document.querySelector('#state .reason [lang]').lang"));
  }

  @Test
  void aStudyThatFailed() {
    openStudy(9);
    chromium.await(STATE + ".includes('The disk is full')");
    assertTrue(
        ((String) chromium.evaluate(STATE)).contains("measured again when the service is started"));
  }

  @Test
  void imagesThatAreNotHeldAnyMore() throws Exception {
    catalog.imagesGone = true;
    openReport(3);
    chromium.await(NOTE + ".startsWith('The images are not held any more')");
    chromium.await("document.getElementById('first-picture').naturalWidth > 200");
    assertEquals(false, chromium.page().isVisible(".viewer canvas"));
    assertEquals(false, chromium.page().isVisible(".viewer .toolbar"));
    assertTrue(chromium.page().isVisible("#first-picture"));
    assertTrue(chromium.text().contains("4210"), "the numbers stand");
    chromium.assertAccessible("a study without images");
  }

  /** A browser without WebGL 2 shows the overview and says why. */
  @Test
  void withoutWebGl() throws Exception {
    chromium
        .page()
        .addInitScript(
            """
            const before = HTMLCanvasElement.prototype.getContext;
            HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
              return kind === 'webgl2' ? null : before.call(this, kind, ...rest);
            };""");
    openReport(3);
    chromium.await(NOTE + ".includes('WebGL 2 is missing')");
    chromium.await("document.getElementById('first-picture').naturalWidth > 200");
    assertFalse(chromium.page().isVisible(".viewer canvas"));
    chromium.assertAccessible("a study without WebGL");
    chromium.assertQuiet();
  }

  /** Images that were cut off on the way come when the service is back. */
  @Test
  void imagesThatWereCutOff() {
    Page page = chromium.page();
    page.route("**/ct.nii.gz", route -> route.abort());
    openReport(3);
    chromium.await(NOTE + ".startsWith('The connection was lost; the images follow')");
    page.unroute("**/ct.nii.gz");
    page.evaluate(
        "dispatchEvent(new Event('service-gone')), document.dispatchEvent(new Event('service-gone'))");
    chromium.await("document.querySelector('.viewer canvas').viewer.stage === 'full'");
    assertEquals("", chromium.evaluate(NOTE));
  }

  /** A result that could not be made is named, rather than missing from a list. */
  @Test
  void resultsThatCouldNotBeMade() throws Exception {
    results.notMade = List.of("pdf", "fhir", "made-up");
    openReport(3);
    chromium.await("!document.getElementById('not-made').hidden");
    String text = chromium.page().innerText("#not-made");
    for (String expected :
        List.of(
            "Could not be made", "report as PDF in DICOM", "FHIR R4 bundle", "made-up", "log")) {
      assertTrue(text.contains(expected), expected + " in " + text);
    }
    chromium.assertAccessible("a study with results that could not be made");
  }

  /**
   * Sentences of a report stand in Chinese where the result documents have them; others stay as
   * they are, marked as English.
   */
  @Test
  void sentencesOfAReportInChinese() {
    String json =
        new String(
                ReportJson.encode(
                    TestReports.rightSided(TestAnalyses.id(4), 1, "Phantom^Number 4")),
                StandardCharsets.UTF_8)
            .replace(
                "There is no opacity in this region.", "no opacity was found in the left lung");
    assertTrue(json.contains("no opacity was found"), json);
    catalog.putReport(TestAnalyses.id(4), json.getBytes(StandardCharsets.UTF_8));
    chinese();
    openReport(4);
    assertEquals("左肺未发现密度增高影", chromium.page().innerText("#reasons li"));
    assertEquals("", chromium.evaluate("document.querySelector('#reasons li').lang"));
    assertEquals("en", chromium.evaluate("document.querySelector('#warning-list span').lang"));
    assertTrue(chromium.page().innerText("#warnings").contains("肺部被截断"));
  }

  /**
   * Every form that the table knows can be used by a browser: the patterns are written for Java.
   */
  @Test
  void theTableOfSentencesIsReadWhole() {
    chinese();
    openReport(3);
    Object found =
        chromium.evaluate(
            """
            Promise.all(['sentences.properties', 'messages_zh-CN.properties'].map(
              async (name) => (await (await fetch('/assets/' + name)).text()).split('\\n')
                .filter((line) => /^[\\w.-]+=/.test(line))))
            .then(async ([patterns, words]) => {
              const { sentence } = await import('/assets/sentences.js');
              const keys = new Set(words.map((line) => line.split('=')[0]));
              return [patterns.length > 25,
                patterns.every((line) => keys.has('sentence.' + line.split('=')[0])),
                sentence('The slices are between 1.25 and 5 mm thick.'),
                sentence('no voxel of the right lung was found in the images'),
                sentence('The images came compressed as JPEG 2000 (lossy), with loss: HU of single voxels are not those of the scanner.'),
                sentence('The series covers 98.5 mm along the body, less than the height of an adult\\'s lungs: what is measured is the part that was imaged.'),
                sentence('Nobody knows this sentence.')].join('|');
            })""");
    assertEquals(
        "true|true|层厚在1.25至5 mm之间。|图像中未发现右肺的体素|"
            + "图像以JPEG 2000 (lossy)压缩，为有损压缩：单个体素的CT值不是扫描仪的原值。|"
            + "序列沿身体长轴覆盖98.5 mm，小于成人肺的高度：所测量的是成像的部分。|",
        found);
  }
}
