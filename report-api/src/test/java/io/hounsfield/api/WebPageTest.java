// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestChest;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The page in a real browser. Needs Chromium; skipped where there is none. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class WebPageTest {

  @RegisterExtension static final Chromium browser = new Chromium();

  private static final String NOTICE = "For research use; not a medical device";

  private Path folder;

  private Vertx vertx;
  private MemoryCatalog catalog;
  private HttpApi api;

  @BeforeAll
  void start(@TempDir Path folder) {
    this.folder = folder;
    vertx = Vertx.vertx();
  }

  @BeforeEach
  void startServer() throws Exception {
    if (api != null) {
      api.close();
    }
    catalog = Preview.catalog(folder);
    startServer(0);
  }

  private void startServer(int port) throws Exception {
    api =
        HttpApi.start(
            vertx,
            new HttpApiOptions(
                "127.0.0.1", port, Set.of(), 100, 10, Duration.ofSeconds(15), 256, 1024),
            catalog,
            ResultCatalog.NONE,
            Preview.reviews(),
            List::of,
            FixedHealth.FINE,
            () -> "",
            List.of());
  }

  @AfterAll
  void stop() throws Exception {
    if (api != null) {
      api.close();
    }
    if (vertx != null) {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private String address(String path) {
    return "http://127.0.0.1:" + api.port() + path;
  }

  private void openWorkList() throws Exception {
    browser.open(address("/"));
    browser.await("document.querySelectorAll('#rows tr').length === 10");
  }

  private String row(int n) throws Exception {
    return (String)
        browser.evaluate(
            "document.getElementById('analysis-" + TestAnalyses.id(n) + "').innerText");
  }

  private void assertQuiet() {
    browser.assertQuiet();
    for (String request : browser.requests()) {
      assertFalse(request.contains("Phantom"), "patient in an address: " + request);
    }
  }

  @Test
  void workListShowsEveryState() throws Exception {
    openWorkList();
    assertTrue(row(1).contains("Receiving") && row(1).contains("137"), row(1));
    assertTrue(row(2).contains("Analysing"), row(2));
    assertTrue(row(3).contains("12.4 %") && row(3).contains("1 warning"), row(3));
    assertTrue(row(3).contains("Phantom, Number 3") && row(3).contains("2026-01-31"), row(3));
    assertTrue(row(4).contains("0.0 %"), row(4));
    assertTrue(row(5).contains("<0.1 %"), row(5));
    assertTrue(row(6).contains("68.2 %") && row(6).contains("3 warnings"), row(6));
    assertTrue(row(7).contains("not measured") && !row(7).contains("0.0"), row(7));
    assertTrue(row(8).contains("Refused") && row(8).contains("5 slices; a chest"), row(8));
    assertTrue(row(9).contains("Failed") && row(9).contains("disk is full"), row(9));
    assertTrue(browser.text().contains(NOTICE));
    assertTrue(browser.text().contains("10 series"));
    assertQuiet();
  }

  @Test
  void markupFromASeriesIsShownAsText() throws Exception {
    openWorkList();
    assertTrue(row(10).contains("</td><script>alert(3)</script>"), row(10));
    assertTrue(row(10).contains("<img src"), row(10));
    assertEquals(
        0, browser.evaluate("document.querySelectorAll('#rows img, #rows script').length"));
    assertQuiet();
  }

  @Test
  void workListFollowsChanges() throws Exception {
    openWorkList();
    browser.await("document.getElementById('live').textContent === 'Live'");
    catalog.put(TestAnalyses.receiving(0, 1));
    browser.await(
        "document.querySelector('#rows tr').id === 'analysis-" + TestAnalyses.id(0) + "'");
    catalog.put(TestAnalyses.reported(0, 45.6, 0));
    browser.await("document.querySelector('#rows tr').innerText.includes('45.6 %')");
    assertEquals(11, browser.evaluate("document.querySelectorAll('#rows tr').length"));
    assertQuiet();
  }

  @Test
  void workListComesBackAfterTheServiceDid() throws Exception {
    openWorkList();
    browser.await("document.getElementById('live').textContent === 'Live'");
    int port = api.port();
    api.close();
    browser.await("document.getElementById('live').textContent.includes('trying again')");
    catalog.put(TestAnalyses.reported(0, 33.3, 0));
    startServer(port);
    browser.await("document.querySelector('#rows tr').innerText.includes('33.3 %')");
    browser.await("document.getElementById('live').textContent === 'Live'");
    browser.await("document.getElementById('fault').hidden");
  }

  /** Ten thousand series: all can be found, and only those that can be seen are drawn. */
  @Test
  void aLongWorkListIsSearchedAsAWhole() throws Exception {
    for (int n = 100; n < 10_090; n++) {
      catalog.put(TestAnalyses.reported(n, n % 50 / 1.0, n == 5000 ? 1 : 0));
    }
    browser.open(address("/"));
    browser.await("document.getElementById('count').textContent === '10,000 series'");
    assertTrue((int) browser.evaluate("document.querySelectorAll('#rows tr').length") < 100);
    assertEquals("10001", browser.evaluate("document.getElementById('worklist').ariaRowCount"));
    browser.evaluate("document.getElementById('rows-frame').scrollTop = 1e9");
    browser.await("document.getElementById('analysis-" + TestAnalyses.id(10_089) + "')");
    search("number 8123");
    browser.await("document.querySelectorAll('#rows tr').length === 1");
    assertTrue(row(8123).contains("Phantom, Number 8123"), row(8123));
    assertEquals("1 of 10,000 series", browser.evaluate(COUNT));
    search("");
    browser.page().click("#warned");
    browser.await("document.querySelectorAll('#rows tr').length === 4");
    browser.page().click("#warned");
    select("state", "refused");
    browser.await("document.querySelectorAll('#rows tr').length === 1");
    assertTrue(row(8).contains("5 slices; a chest"), row(8));
    search("nobody of that name");
    browser.await("document.getElementById('empty').textContent === 'No series matches.'");
    assertQuiet();
  }

  private static final String COUNT = "document.getElementById('count').textContent";

  private void search(String words) throws Exception {
    browser.page().fill("#search", words);
  }

  private void select(String id, String value) throws Exception {
    browser.page().selectOption("#" + id, value);
  }

  /** Both languages say everything, and a choice lasts. */
  @Test
  void chineseAndBack() throws Exception {
    openWorkList();
    assertEquals(
        true,
        browser.evaluate(
            "Promise.all([import('/assets/text-en.js'), import('/assets/text-zh.js')]).then("
                + "([en, zh]) => JSON.stringify(Object.keys(en.default).sort()) ==="
                + " JSON.stringify(Object.keys(zh.default).sort()))"));
    select("language", "zh-CN");
    browser.await(
        "document.documentElement.lang === 'zh-CN' && document.querySelector('#rows tr')");
    assertTrue(browser.text().contains("工作列表") && browser.text().contains("仅供研究使用"));
    assertTrue(row(8).contains("已拒绝") && row(8).contains("层数少于胸部所应有的层数"), row(8));
    assertTrue(row(3).contains("2026年1月31日"), row(3));
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("!document.getElementById('report').hidden");
    for (String expected : List.of("肺部被截断", "密度增高影占比", "未测量", "第 1 版")) {
      assertTrue(browser.text().contains(expected), expected + " in " + browser.text());
    }
    assertQuiet();
  }

  @Test
  void themeIsAChoiceThatLasts() throws Exception {
    String ground = "getComputedStyle(document.body).backgroundColor";
    openWorkList();
    Object light = browser.evaluate(ground);
    select("theme", "dark");
    Object dark = browser.evaluate(ground);
    assertFalse(dark.equals(light), "the same ground in both themes");
    openWorkList();
    assertEquals(dark, browser.evaluate(ground));
  }

  @Test
  void workListReachesTheReportByKeyboard() throws Exception {
    openWorkList();
    browser.evaluate("document.querySelector('#analysis-" + TestAnalyses.id(3) + " a').focus()");
    assertEquals("A", browser.evaluate("document.activeElement.tagName"));
    catalog.put(TestAnalyses.reported(3, 12.5, 1)); // focus survives an update of its row
    browser.await(
        "document.getElementById('analysis-"
            + TestAnalyses.id(3)
            + "').innerText.includes('12.5 %')");
    assertEquals(
        "/analyses/" + TestAnalyses.id(3),
        browser.evaluate("document.activeElement.getAttribute('href')"));
    browser.page().keyboard().press("Enter");
    browser.await("location.pathname === '/analyses/" + TestAnalyses.id(3) + "'");
  }

  @Test
  void reportShowsTheNumbers() throws Exception {
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("!document.getElementById('report').hidden");
    assertEquals(9, browser.evaluate("document.querySelectorAll('#measurement-rows tr').length"));
    assertEquals(27, browser.evaluate("document.querySelectorAll('#measurement-rows td').length"));
    assertCells("volumeMl", 0, "4210", "2310", "1900");
    assertCells("opacityPercent", 2, "12.4", "22.5", "0.0");
    assertCells("meanHu", 5, "−765", "−732", "−807");
    assertCells("meanHuOpacity", 7, "−513", "−513", "not measured1");
    String text = browser.text();
    for (String expected :
        List.of(
            NOTICE,
            "Medium confidence The opacity of both lungs is within 2.4 points.",
            "16 cases (cross-validation)",
            "There is no opacity in this region.",
            "The scan starts inside the lungs",
            "180 × 140",
            "2.5 mm",
            "lung-lesion-unet 0.1.0",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
            "Hounsfield 0.1.0",
            "4.31 s",
            "640 ms",
            "born 1961-05-04")) {
      assertTrue(text.contains(expected), expected + " missing in " + text);
    }
    browser.await("document.getElementById('overview').naturalWidth > 200");
    for (String file :
        List.of("report?", "ct.nii.gz?", "lungs.nii.gz?", "lesions.nii.gz?", "overview.png?")) {
      assertEquals(
          1,
          browser.evaluate(
              "document.querySelectorAll('.downloads a[href*=\"" + file + "\"]').length"));
    }
    assertEquals("Report – Hounsfield", browser.evaluate("document.title"));
    assertQuiet();
  }

  private void assertCells(String quantity, int row, String... expected) throws Exception {
    assertEquals(
        String.join("|", expected),
        browser.evaluate(
            "[...document.querySelectorAll('#measurement-rows tr')["
                + row
                + "].querySelectorAll('td')].map((td) => td.innerText.replace(/\\s+$/, '')).join('|')"),
        quantity);
  }

  @Test
  void reportAppearsWhenItIsThere() throws Exception {
    String id = TestAnalyses.id(2);
    browser.open(address("/analyses/" + id));
    browser.await("document.getElementById('state').innerText.includes('being measured')");
    assertTrue(browser.text().contains(NOTICE));
    catalog.putReport(id, ReportJson.encode(TestReports.rightSided(id, 1, "Phantom^Number 2")));
    catalog.put(TestAnalyses.reported(2, 12.4, 1));
    browser.await("document.getElementById('state').hidden");
    browser.await("document.querySelectorAll('#measurement-rows tr').length === 9");
  }

  /** Instances came after the report, and with them the series cannot be measured. */
  @Test
  void reportOfAnEarlierVersionIsShownAsSuch() throws Exception {
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("!document.getElementById('report').hidden");
    assertEquals(true, browser.evaluate("document.getElementById('superseded').hidden"));
    browser.await("document.getElementById('live').textContent === 'Live'");
    Analysis second =
        TestAnalyses.second(
            TestAnalyses.refused(3, "missing-positions", "Slices are missing after 12.5 mm."));
    catalog.put(second);
    for (int look = 0; look < 2; look++) {
      browser.await("!document.getElementById('superseded').hidden");
      String text = browser.text();
      assertTrue(text.contains("These are the numbers of version 1."), text);
      assertTrue(text.contains("version 2 cannot be measured"), text);
      assertTrue(text.contains("Slices are missing after 12.5 mm."), text);
      assertTrue(text.contains("Code missing-positions"), text);
      assertCells("volumeMl", 0, "4210", "2310", "1900");
      browser.open(address("/analyses/" + TestAnalyses.id(3))); // the same for who comes later
    }
    assertQuiet();
  }

  @Test
  void timesHaveTheirZone() throws Exception {
    openWorkList();
    assertEquals(
        "2026-01-31 08:15:46 UTC",
        browser.evaluate(
            "import('/assets/common.js').then(({formatInstant: f}) =>"
                + " f(new Date(2026, 0, 31, 8, 15, 46).toISOString()).slice(0, 23))"));
    assertTrue(row(3).matches("(?s).*\\d\\d:\\d\\d:\\d\\d UTC.*"), row(3));
  }

  @Test
  void refusalIsShownInWords() throws Exception {
    browser.open(address("/analyses/" + TestAnalyses.id(8)));
    browser.await("document.getElementById('state').innerText.includes('5 slices; a chest')");
    browser.await("document.getElementById('state').innerText.includes('Code too-few-slices')");
    assertEquals(true, browser.evaluate("document.getElementById('report').hidden"));
    browser.open(address("/analyses/" + TestAnalyses.id(77)));
    browser.await("document.getElementById('patient').innerText === 'No such study'");
  }

  @Test
  void tablesNameTheirRowsAndColumns() throws Exception {
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("!document.getElementById('report').hidden");
    assertEquals(0, browser.evaluate("document.querySelectorAll('th:not([scope])').length"));
    assertEquals(
        0,
        browser.evaluate(
            "[...document.querySelectorAll('table')].filter((t) => !t.caption).length"));
    assertEquals(0, browser.evaluate("document.querySelectorAll('img:not([alt])').length"));
    assertEquals("en", browser.evaluate("document.documentElement.lang"));
  }

  /** Rounding of the page is that of the terminal table. */
  @Test
  void pageRoundsAsTheTableDoes() throws Exception {
    openWorkList();
    Object shown =
        browser.evaluate(
            "import('/assets/common.js').then(({formatNumber: f}) => [f(0, 'mL'), f(0.2, 'mL'),"
                + " f(0.5, 'mL'), f(2310.5, 'mL'), f(0, '%'), f(0.04, '%'), f(0.05, '%'),"
                + " f(12.35, '%'), f(12.351, '%'), f(100, '%'), f(-0.3, 'HU'), f(-731.5, 'HU'),"
                + " f(0.2, 'HU')].join(' '))");
    assertEquals("0 <1 1 2311 0.0 <0.1 0.1 12.3 12.4 100.0 0 −732 0", shown);
  }

  /** WCAG 1.4.10: nothing to scroll sideways, however long a name is. */
  @Test
  void aStudyFitsIntoANarrowPage() {
    catalog.put(
        new ChangedAnalysis(TestAnalyses.reported(3, 12.4, 1))
            .patientName("W".repeat(64))
            .patientId("9".repeat(64))
            .descriptions("d".repeat(64), "s".repeat(64))
            .get());
    for (String language : List.of("en", "zh-CN")) {
      browser.open(address("/analyses/" + TestAnalyses.id(3)));
      browser.page().selectOption("#language", language);
      browser.await(
          "document.documentElement.lang === '"
              + language
              + "' && document.querySelector('#histogram svg')");
      for (int width : List.of(320, 390, 640, 1024)) {
        browser.page().setViewportSize(width, 640);
        assertEquals(
            "",
            browser.evaluate(
                "[...document.querySelectorAll('body *')].filter((node) =>"
                    + " node.getBoundingClientRect().right > innerWidth"
                    + " && !node.closest('.scroll, svg, .unseen')).map((node) =>"
                    + " node.tagName + '#' + node.id + '.' + node.className).join(' ')"),
            width + " " + language);
        assertEquals(width, browser.evaluate("document.documentElement.scrollWidth"));
      }
    }
  }

  /** A file dropped beside the list neither opens in place of the page nor goes anywhere. */
  @Test
  void aFileDroppedOnAStudyIsLeftAlone() {
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("!document.getElementById('report').hidden");
    assertEquals(
        "true true",
        browser.evaluate(
            "['dragover', 'drop'].map((type) => { const transfer = new DataTransfer();"
                + " transfer.items.add(new File(['x'], 'study.zip'));"
                + " const event = new DragEvent(type, { dataTransfer: transfer, bubbles: true,"
                + " cancelable: true }); document.getElementById('regions').dispatchEvent(event);"
                + " return event.defaultPrevented; }).join(' ')"));
    assertEquals(
        "Files are taken by the work list: drop them there.",
        browser.evaluate("document.getElementById('dropped').innerText"));
    assertQuiet();
  }

  /** WCAG 2.2 A and AA, and axe-core's good practice, on every kind of page. */
  @ParameterizedTest
  @EnumSource(
      value = ColorScheme.class,
      names = {"LIGHT", "DARK"})
  void axeFindsNothing(ColorScheme scheme) throws Exception {
    catalog.put(earlier(40, "Phantom^Number 3")); // a trend to look at
    catalog.put(earlier(41, "Other^Otto"));
    browser.page().emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme));
    Map<String, String> pages = new LinkedHashMap<>();
    pages.put("/", "document.querySelectorAll('#rows tr').length > 9");
    pages.put(
        "/analyses/" + TestAnalyses.id(3),
        "document.querySelector('#previous table') && document.querySelector('#histogram svg')");
    pages.put("/analyses/" + TestAnalyses.id(8), "!document.getElementById('state').hidden");
    pages.put("/analyses/" + TestAnalyses.id(1), "!document.getElementById('state').hidden");
    pages.put("/analyses/" + TestAnalyses.id(77), "!document.getElementById('state').hidden");
    for (Map.Entry<String, String> page : pages.entrySet()) {
      browser.open(address(page.getKey()));
      browser.await(page.getValue());
      browser.assertAccessible(page.getKey() + " in " + scheme);
    }
  }

  /** Studies of the same patient stand beside each other, with the difference. */
  @Test
  void earlierStudiesOfThePatient() throws Exception {
    catalog.put(earlier(40, "PHANTOM^NUMBER 3^"));
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("document.querySelectorAll('#previous tbody tr').length === 2");
    String text = (String) browser.evaluate("document.getElementById('previous').innerText");
    assertTrue(text.contains("2026-01-05") && text.contains("−2.9 points"), text);
    assertEquals(
        "/analyses/" + TestAnalyses.id(40),
        browser.evaluate("document.querySelector('#previous a').getAttribute('href')"));
    assertEquals(2, browser.evaluate("document.querySelectorAll('#previous circle').length"));
    assertEquals(0, browser.page().locator("#previous .differing").count());
    assertQuiet();
  }

  /** A study with the same Patient ID of 5 January. */
  private static Analysis earlier(int n, String name) {
    return TestAnalyses.withPatient(TestAnalyses.reported(n, 9.5, 0), name, "PH-3");
  }

  /**
   * Two people with one Patient ID: who the others are and what differs is said, and nothing of
   * them is in the table of the patient's own studies or in the trend.
   */
  @Test
  void studiesOfSomebodyElseWithTheSameIdAreNoPreviousStudies() throws Exception {
    catalog.put(earlier(40, "Other^Otto"));
    catalog.put(earlier(41, "Other^Otto"));
    catalog.patients.put(
        TestAnalyses.id(3), new PatientIdentity("Phantom^Number 3", "19610504", "F"));
    for (int n = 40; n <= 41; n++) {
      catalog.patients.put(
          TestAnalyses.id(n), new PatientIdentity("Other^Otto", "19300101", n == 40 ? "M" : null));
    }
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    browser.await("document.querySelectorAll('#previous .differing li').length === 2");
    assertEquals(0, browser.evaluate("document.querySelectorAll('#previous :is(tr, svg)').length"));
    String text = browser.page().innerText("#previous");
    assertTrue(text.startsWith("No other study of this patient."), text);
    assertFalse(text.contains("points") || text.contains("9.5"), text);
    String first = browser.page().innerText(".differing li >> nth=0").replaceAll("\\s+", " ");
    assertEquals(
        "Other, Otto born 1930-01-01 · sex M 2026-01-05 Lung 1.25 Differs: name, birth date, sex",
        first);
    assertEquals(
        "/analyses/" + TestAnalyses.id(40),
        browser.evaluate("document.querySelector('.differing a').getAttribute('href')"));
    catalog.put(earlier(42, "Phantom^Number 3")); // and one that is the patient's own
    browser.page().reload();
    browser.await("document.querySelectorAll('#previous tbody tr').length === 2");
    assertEquals(2, browser.evaluate("document.querySelectorAll('#previous circle').length"));
    assertEquals(2, browser.page().locator("#previous .differing li").count());
    browser.assertAccessible("studies of somebody else");
    assertQuiet();
  }

  /**
   * A slider's keys and its value go the same way (ARIA Authoring Practices, slider), whichever end
   * of the patient the first slice is: the value is the place from the head, its text the slice.
   */
  @ParameterizedTest
  @EnumSource(
      value = TestChest.Position.class,
      names = {"HEAD_FIRST_SUPINE", "FEET_FIRST_SUPINE"})
  void theBarAlongTheScanIsASlider(TestChest.Position position) throws Exception {
    TestChest chest = TestChest.of(position, 8, 10);
    Preview.putChest(catalog, folder, 4, chest);
    int n = chest.ct().geometry().slices();
    boolean feetFirst = position == TestChest.Position.HEAD_FIRST_SUPINE; // in the grid
    browser.open(address("/analyses/" + TestAnalyses.id(4)));
    browser.await("document.querySelector('.viewer canvas').viewer.stage === 'full'");
    browser.await("!document.getElementById('profile').hidden");
    Page page = browser.page();
    page.focus("#profile-bar");
    Map<String, Integer> steps = new LinkedHashMap<>();
    steps.put("Home", 1);
    steps.put("ArrowRight", 2);
    steps.put("ArrowUp", 3);
    steps.put("PageUp", 13);
    steps.put("ArrowLeft", 12);
    steps.put("ArrowDown", 11);
    steps.put("PageDown", 1);
    steps.put("End", n);
    for (Map.Entry<String, Integer> step : steps.entrySet()) {
      page.keyboard().press(step.getKey());
      int place = step.getValue();
      int slice = feetFirst ? n + 1 - place : place;
      browser.await("document.querySelector('.viewer canvas').viewer.voxel[2] === " + (slice - 1));
      browser.await(
          "document.getElementById('profile-bar').ariaValueNow === '%d'".formatted(place));
      String text = (String) browser.evaluate("document.activeElement.ariaValueText");
      assertTrue(text.startsWith("Slice " + slice + ":"), step.getKey() + ": " + text);
    }
    assertEquals("1", browser.evaluate("document.activeElement.ariaValueMin"));
    assertEquals(String.valueOf(n), browser.evaluate("document.activeElement.ariaValueMax"));
  }

  private static final String CT = "#downloads a[download='ct.nii.gz']";

  /** A link to images that are gone would end as a cancelled download, without a word. */
  @Test
  void imagesThatAreNotHeldAreNotOffered() throws Exception {
    Page page = browser.page();
    browser.open(address("/analyses/" + TestAnalyses.id(3)));
    assertEquals(
        "ct.nii.gz", page.waitForDownload(() -> page.click(CT)).suggestedFilename(), "held");
    List<Download> downloads = new ArrayList<>();
    page.onDownload(downloads::add);
    catalog.imagesGone = true; // while the page is open
    page.focus(CT);
    page.keyboard().press("Enter");
    browser.await("!document.querySelector(\"" + CT + "\")");
    String item = "document.activeElement.innerText.replace(/\\s+/g, ' ')";
    assertEquals("ct.nii.gz The images are not held any more.", browser.evaluate(item));
    assertEquals(List.of(), downloads);
    page.reload();
    browser.await(
        "document.getElementById('downloads').innerText.includes('The images are not held')");
    assertEquals(0, page.locator(CT).count());
    assertEquals(1, page.locator("#downloads a[download='lungs.nii.gz']").count());
    browser.assertAccessible("a study whose images are gone");
  }

  /** Files go to STOW-RS in parts; what is no DICOM file stays here. */
  @Test
  void filesAreSentToTheNode(@TempDir Path files) throws Exception {
    List<String> bodies = new CopyOnWriteArrayList<>();
    Router dicomWeb = Router.router(vertx);
    dicomWeb
        .post("/studies")
        .handler(BodyHandler.create(false))
        .handler(
            rc -> {
              bodies.add(
                  rc.request().getHeader("Content-Type") + "\n" + rc.body().asString("ISO-8859-1"));
              rc.response()
                  .setStatusCode(202)
                  .putHeader("Content-Type", "application/dicom+json")
                  .end(
                      "{\"00081199\":{\"vr\":\"SQ\",\"Value\":[{}]},\"00081198\":{\"vr\":\"SQ\","
                          + "\"Value\":[{\"00081197\":{\"vr\":\"US\",\"Value\":[42752]}}]}}");
            });
    api.close();
    api = Preview.serve(vertx, catalog, 0, List.of(new Mount("/dicom-web", dicomWeb)));
    List<Path> chosen = new ArrayList<>();
    for (String name : List.of("a.dcm", "b", "notes.txt")) {
      byte[] content = new byte[200];
      if (!name.endsWith("txt")) {
        System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, content, 128, 4);
        content[150] = (byte) name.charAt(0);
      }
      chosen.add(Files.write(files.resolve(name), content));
    }
    openWorkList();
    browser.await("!document.getElementById('upload').hidden");
    browser.page().setInputFiles("#files", chosen.toArray(Path[]::new));
    browser.await(
        "document.getElementById('upload-text').innerText.includes('1 of 2 files taken')");
    String text = (String) browser.evaluate("document.getElementById('upload-text').innerText");
    assertTrue(text.contains("1 refused: there is no room"), text);
    assertEquals(1, bodies.size());
    String body = bodies.get(0);
    String boundary = body.replaceFirst("(?s)^.*boundary=([^\\n;]+)\n.*$", "$1");
    assertTrue(body.startsWith("multipart/related; type=\"application/dicom\""), body);
    assertEquals(4, body.split(Pattern.quote("--" + boundary), -1).length, body);
    assertTrue(body.contains("\r\nContent-Type: application/dicom\r\n\r\n"), body);
    browser.page().setInputFiles("#files", chosen.get(2));
    browser.await(
        "document.getElementById('upload-text').innerText.startsWith('No DICOM file among them.')");
    assertQuiet();
  }
}
