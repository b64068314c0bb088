// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Page.EmulateMediaOptions;
import com.microsoft.playwright.options.ColorScheme;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The work list: what each row says, however many there are, and what leaves by it. */
class WorkListPageTest {

  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final int MANY = 10_000;
  private static final String COUNT = "document.getElementById('count').textContent";
  private static final String ROWS = "document.querySelectorAll('#rows tr').length";
  private static final String LIVE = "document.getElementById('live').textContent === 'Live'";

  private static final String TOP = "document.getElementById('rows-frame').scrollTop";

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final MemoryCatalog catalog = new MemoryCatalog();
  private final MemoryResults results = new MemoryResults();
  private HttpApi api;

  @BeforeEach
  void start() throws Exception {
    start(0);
  }

  private void start(int port) throws Exception {
    api =
        HttpApi.start(
            vertx,
            HttpApiOptions.of("127.0.0.1", port),
            catalog,
            results,
            List::of,
            FixedHealth.FINE,
            () -> "");
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void open(int rows) {
    chromium.open("http://127.0.0.1:" + api.port() + "/");
    chromium.await(ROWS + " >= " + rows + " && " + LIVE);
  }

  private static String node(int n) {
    return "document.getElementById('analysis-" + TestAnalyses.id(n) + "')";
  }

  private String row(int n) {
    return ((String) chromium.evaluate(node(n) + ".innerText")).replaceAll("\\s+", " ");
  }

  private void assertRow(int n, String... expected) {
    for (String text : expected) {
      assertTrue(row(n).contains(text), text + " missing in " + row(n));
    }
  }

  static Analysis reviewed(Analysis a, ReviewState review) {
    return new ChangedAnalysis(a).review(review, false).get();
  }

  /** One study in each state, of deliveries and of sign-off too. */
  static void putEveryState(MemoryCatalog catalog, MemoryResults results) {
    catalog.put(TestAnalyses.receiving(1, 137));
    catalog.put(TestAnalyses.analysing(2));
    catalog.put(reviewed(TestAnalyses.reported(3, 12.3561, 1), ReviewState.ACCEPTED));
    catalog.put(reviewed(TestAnalyses.reported(4, 0.0, 0), ReviewState.REJECTED));
    catalog.put(reviewed(TestAnalyses.reported(5, 0.03, 0), ReviewState.COMMENTED));
    catalog.put(TestAnalyses.reported(6, 68.249, 3));
    catalog.put(TestAnalyses.reported(7, null, 1));
    catalog.put(
        TestAnalyses.refused(
            8, "too-few-slices", "The series has 5 slices; a chest needs 20 or more."));
    catalog.put(
        TestAnalyses.analysis(
            9,
            AnalysisStatus.FAILED,
            300,
            new Analysis.Refusal("internal", "Internal fault: IOException"),
            null,
            0));
    long number = 1;
    for (String state : List.of("sent", "sent", "sent")) {
      results.put(number++, 3, state);
    }
    for (String state : List.of("sent", "failing", "given-up", "queued")) {
      results.put(number++, 4, state);
    }
    for (String state : List.of("sent", "sending", "committing", "cancelled")) {
      results.put(number++, 5, state);
    }
    results.put(number, 6, "sent");
  }

  @Test
  void eachRowSaysWhereItsStudyStands() {
    putEveryState(catalog, results);
    open(9);
    assertRow(1, "Receiving", "137 slices so far");
    assertRow(2, "Analysing", "being measured");
    assertRow(3, "12.4 %", "1 warning", "Accepted", "All 3 sent");
    assertRow(4, "0.0 %", "Rejected", "2 failed", "1 of 4 sent");
    assertRow(5, "<0.1 %", "Commented", "2 waiting", "1 of 3 sent");
    assertRow(6, "68.2 %", "3 warnings", "1 sent");
    assertRow(7, "not measured");
    assertRow(8, "Refused", "The series has 5 slices");
    assertRow(9, "Failed", "Internal fault");
    assertFalse(row(3).contains("changed"), row(3));
    Analysis reported = TestAnalyses.reported(3, 12.3561, 1);
    catalog.put(new ChangedAnalysis(reported).review(ReviewState.ACCEPTED, true).get());
    chromium.await(node(3) + ".innerText.includes('changed')");
    assertRow(3, "12.4 % measured", "Accepted changed");
    chromium.assertQuiet();
  }

  @Test
  void deliveriesAreFollowedLive() {
    putEveryState(catalog, results);
    open(9);
    results.put(6, 4, "sent");
    chromium.await(node(4) + ".innerText.includes('1 failed')");
    assertRow(4, "2 of 4 sent");
    results.put(5, 4, "sent");
    results.put(7, 4, "sent");
    chromium.await(node(4) + ".innerText.includes('All 4 sent')");
    // A change of the study itself brings the counts along, also after a fault of the store.
    results.faults.set(1);
    catalog.put(TestAnalyses.reported(4, 1.5, 0));
    chromium.await(node(4) + ".innerText.includes('1.5 %')");
    assertRow(4, "All 4 sent");
    chromium.assertQuiet();
  }

  @Test
  void filtersFindWhatNeedsSomebody() {
    putEveryState(catalog, results);
    open(9);
    chromium.page().selectOption("#delivered", "failed");
    chromium.await(ROWS + " === 1 && " + node(4));
    chromium.page().selectOption("#delivered", "waiting");
    chromium.await(ROWS + " === 2 && " + node(5));
    chromium.page().selectOption("#delivered", "sent");
    chromium.await(ROWS + " === 2 && " + node(3) + " && " + node(6));
    chromium.page().selectOption("#delivered", "");
    chromium.page().selectOption("#reviewed", "none");
    chromium.await(ROWS + " === 2 && " + node(6) + " && " + node(7));
    chromium.page().selectOption("#reviewed", "rejected");
    chromium.await(ROWS + " === 1 && " + node(4));
    assertEquals("1 of 9 series", chromium.evaluate(COUNT));
    // It leaves the filter as what is looked at changes.
    catalog.put(reviewed(TestAnalyses.reported(4, 0.0, 0), ReviewState.ACCEPTED));
    chromium.await("document.getElementById('empty').textContent === 'No series matches.'");
  }

  @ParameterizedTest
  @EnumSource(names = {"LIGHT", "DARK"})
  void axeFindsNothing(ColorScheme scheme) throws Exception {
    putEveryState(catalog, results);
    chromium.page().emulateMedia(new EmulateMediaOptions().setColorScheme(scheme));
    for (String language : List.of("en", "zh-CN")) {
      open(9);
      chromium.page().selectOption("#language", language);
      chromium.await("document.documentElement.lang === '" + language + "' && " + ROWS + " === 9");
      chromium.page().click("#export summary");
      chromium.assertAccessible(scheme + " " + language);
      chromium.evaluate("localStorage.clear()");
    }
    chromium.assertQuiet();
  }

  /** Puts so many before the service begins: nothing of them is an event. */
  private void putMany(int many) throws Exception {
    api.close();
    for (int n = 0; n < many; n++) {
      catalog.put(TestAnalyses.reported(n, n % 50 / 1.0, n == 5000 ? 1 : 0));
      if (n % 100 == 0) {
        results.put(n + 1, n, n % 500 == 0 ? "failing" : "sent");
      }
    }
    start(0);
  }

  /**
   * However long the list: only rows that can be seen are drawn, each of them is the right one, and
   * none is drawn anew that has not changed.
   */
  @Test
  void tenThousandSeriesAreAsLightAsTen() throws Exception {
    putMany(MANY);
    open(10);
    chromium.await(COUNT + " === '10,000 series'");
    int asked = results.countQueries.get();
    open(10);
    chromium.await(COUNT + " === '10,000 series'");
    asked = results.countQueries.get() - asked;
    assertTrue(asked < 50, "counts are asked by the page, not by the study: " + asked);
    // Through the whole list, a screen a frame; how many rows there were at most, and how many were
    // made.
    Object most =
        chromium.evaluate(
            """
            (async () => {
              const frame = document.getElementById('rows-frame');
              const rows = document.getElementById('rows');
              let made = 0;
              new MutationObserver((all) => {
                made += all.reduce((sum, one) => sum + one.addedNodes.length, 0);
              }).observe(rows, { childList: true });
              const frames = (n) => new Promise((resolve) => {
                requestAnimationFrame(() => (n > 1 ? frames(n - 1).then(resolve) : resolve()));
              });
              let most = 0;
              for (let top = 0; top < frame.scrollHeight; top += 40 * frame.clientHeight) {
                frame.scrollTop = top;
                await frames(3);
                most = Math.max(most, rows.children.length);
                const line = frame.getBoundingClientRect().top + frame.clientHeight / 2;
                const middle = [...rows.children].find((row) => {
                  const { top: y, bottom } = row.getBoundingClientRect();
                  return y <= line && line < bottom;
                });
                const n = Number.parseInt(middle.dataset.id.slice(-12), 16);
                if (Number(middle.ariaRowIndex) !== n + 2) {
                  throw new Error(`row ${n} stands at ${middle.ariaRowIndex}`);
                }
              }
              window.made = () => made;
              return most;
            })()
            """);
    assertTrue((int) most < 60, "rows in the document: " + most);
    chromium.evaluate("document.getElementById('rows-frame').scrollTop = 1e9");
    chromium.await(node(MANY - 1));
    // A change of one study draws that row alone.
    chromium.evaluate("document.getElementById('rows-frame').scrollTop = 0");
    chromium.await(node(0) + " && !" + node(MANY - 1));
    int before = (int) chromium.evaluate("window.made()");
    catalog.put(TestAnalyses.reported(2, 99.0, 0));
    chromium.await(node(2) + ".innerText.includes('99.0 %')");
    assertEquals(before + 1, chromium.evaluate("window.made()"));
    // What is found is found in all of it.
    chromium.page().fill("#search", "number 8123");
    chromium.await(ROWS + " === 1 && " + node(8123));
    assertEquals("1 of 10,000 series", chromium.evaluate(COUNT));
    chromium.page().fill("#search", "");
    chromium.page().selectOption("#delivered", "failed");
    chromium.await(COUNT + " === '20 of 10,000 series'");
    chromium.page().selectOption("#delivered", "");
    chromium.page().check("#warned");
    chromium.await(ROWS + " === 1 && " + node(5000));
    chromium.assertQuiet();
  }

  /** The list that was whole stays while it is loaded anew. */
  @Test
  void nobodyLosesTheirPlaceWhenTheServiceComesBack() throws Exception {
    putMany(2000);
    open(10);
    chromium.await(COUNT + " === '2,000 series'");
    chromium.evaluate("document.getElementById('rows-frame').scrollTop = 58 * 1500");
    chromium.await(node(1505));
    int port = api.port();
    api.close();
    chromium.await("!(" + LIVE + ")");
    catalog.put(TestAnalyses.reported(1505, 77.7, 0));
    start(port);
    chromium.await(node(1505) + ".innerText.includes('77.7 %')");
    assertEquals(58 * 1500, chromium.evaluate("document.getElementById('rows-frame').scrollTop"));
  }

  @Test
  void theKeyboardGoesFromRowToRow() throws Exception {
    putMany(2000);
    open(10);
    chromium.await(COUNT + " === '2,000 series'");
    chromium.page().focus("#analysis-" + TestAnalyses.id(0) + " a");
    chromium.page().keyboard().press("ArrowDown");
    chromium.page().keyboard().press("ArrowDown");
    assertEquals(TestAnalyses.id(2), focused());
    chromium.page().keyboard().press("End");
    assertEquals(TestAnalyses.id(1999), focused());
    chromium.page().keyboard().press("PageUp");
    chromium.page().keyboard().press("ArrowUp");
    chromium.await(
        "(() => { const row = document.activeElement.getBoundingClientRect();"
            + " const frame = document.getElementById('rows-frame').getBoundingClientRect();"
            + " return row.top > frame.top + 30 && row.bottom < frame.bottom; })()");
    chromium.page().keyboard().press("Home");
    assertEquals(TestAnalyses.id(0), focused());
    chromium.page().keyboard().press("/"); // WCAG 2.1.4: no key of the whole page
    assertEquals(TestAnalyses.id(0), focused());
    chromium.page().keyboard().press("Enter");
    chromium.await("location.pathname === '/analyses/" + TestAnalyses.id(0) + "'");
  }

  /**
   * Back from a study, and in the other language: the same search, the same rows, the same focus.
   */
  @Test
  void whatWasAskedAndWhereOneWasIsKept() throws Exception {
    putMany(2000);
    open(10);
    chromium.await(COUNT + " === '2,000 series'");
    chromium.page().fill("#search", "ph-1");
    chromium.page().selectOption("#state", "reported");
    chromium.await(COUNT + " === '1,111 of 2,000 series'");
    chromium.evaluate("document.getElementById('rows-frame').scrollTop = 58 * 1000 + 20");
    chromium.await(node(1895));
    chromium.page().focus("#analysis-" + TestAnalyses.id(1895) + " a");
    Object top = chromium.evaluate(TOP);
    chromium.page().keyboard().press("Enter");
    chromium.await("document.querySelector('a.back')");
    chromium.page().click("a.back");
    chromium.await(COUNT + " === '1,111 of 2,000 series' && " + TOP + " === " + top);
    chromium.await(node(1895) + ".contains(document.activeElement)");
    assertEquals("ph-1", chromium.page().inputValue("#search"));
    assertEquals("reported", chromium.page().inputValue("#state"));

    chromium.page().selectOption("#language", "zh-CN");
    chromium.await("document.documentElement.lang === 'zh-CN' && " + ROWS + " > 10");
    assertEquals("ph-1", chromium.page().inputValue("#search"));
    assertEquals("reported", chromium.page().inputValue("#state"));
    chromium.await(TOP + " === " + top);
    for (String request : chromium.requests()) {
      assertFalse(request.contains("ph-1"), "a search in an address: " + request);
    }
    // Another tab knows nothing of it.
    Page other = chromium.page().context().newPage();
    other.navigate("http://127.0.0.1:" + api.port() + "/");
    Chromium.await(other, ROWS + " > 10");
    assertEquals("", other.inputValue("#search"));
  }

  /**
   * A browser has six connections for all pages of a service: pages opened in the background do not
   * hold them.
   */
  @Test
  void pagesInTheBackgroundLeaveTheConnectionsToOthers() {
    putEveryState(catalog, results);
    List<Page> tabs = new ArrayList<>();
    for (int n = 0; n < 7; n++) {
      Page tab = chromium.page().context().newPage();
      tab.addInitScript(
          "let seen = 'hidden';"
              + "Object.defineProperty(document, 'visibilityState', { get: () => seen });"
              + "window.look = () => { seen = 'visible';"
              + " document.dispatchEvent(new Event('visibilitychange')); };");
      tab.navigate("http://127.0.0.1:" + api.port() + "/");
      Chromium.await(tab, ROWS + " === 9");
      tabs.add(tab);
    }
    open(9);
    Page tab = tabs.get(0);
    catalog.put(TestAnalyses.reported(4, 1.5, 0));
    chromium.await(node(4) + ".innerText.includes('1.5 %')");
    tab.evaluate("look()");
    Chromium.await(tab, LIVE + " && " + node(4) + ".innerText.includes('1.5 %')");
    chromium.assertQuiet();
  }

  /**
   * Dates and the reasons of refusals are there to their end, in both languages and on small pages.
   */
  @Test
  void datesAndReasonsAreNotCutOff() {
    putEveryState(catalog, results);
    catalog.put(
        TestAnalyses.refused(
            10,
            "projection",
            "The images are projections or renderings (MIP, MinIP, volume rendering), whose values"
                + " are not the attenuation of voxels."));
    for (String language : List.of("en", "zh-CN")) {
      open(10);
      chromium.page().selectOption("#language", language);
      chromium.await("document.documentElement.lang === '" + language + "' && " + ROWS + " === 10");
      for (int width : List.of(720, 1280, 1440)) {
        chromium.page().setViewportSize(width, 800);
        assertEquals(
            "",
            chromium.evaluate(
                """
                (() => {
                  const texts = document.querySelectorAll(
                    '#rows td:nth-child(2), #rows td:nth-child(10), #rows .reason');
                  const [date, changed] = texts;
                  if (document.documentElement.lang === 'zh-CN') {
                    date.textContent = '2026年12月28日';
                    changed.firstChild.textContent = '2026年12月28日';
                  }
                  return [...texts].filter((one) => one.scrollWidth > one.clientWidth
                    || one.scrollHeight > one.clientHeight + 2).map((one) => one.innerText).join();
                })()
                """),
            language + " " + width);
      }
      assertEquals(
          true,
          chromium.evaluate(
              "[...document.querySelectorAll('#rows tr')].every((r) => r.offsetHeight === 58)"));
    }
    chromium.assertQuiet();
  }

  private static Analysis named(int n, String name) {
    return new ChangedAnalysis(TestAnalyses.reported(n, 1.0, 0)).patientName(name).get();
  }

  /** PS3.5 section 6.2.1: up to three groups; the second one is ideographic. */
  @Test
  void aNameIsFoundInEachWayItIsWritten() {
    catalog.put(named(1, "Wang^XiaoDong=王^小东"));
    catalog.put(named(2, "张^伟"));
    catalog.put(named(3, "=李^小明"));
    catalog.put(named(4, "Yamada^Tarou=山田^太郎=やまだ^たろう"));
    catalog.put(named(5, "Otto^Anna Maria^von"));
    open(5);
    assertRow(1, "Wang, XiaoDong");
    assertRow(2, "张伟");
    assertRow(3, "李小明");
    assertRow(5, "Otto, Anna Maria von");
    for (String words : List.of("王小东", "小东", "王 小东", "wang xiao", "WangXiaoDong", "王^小东")) {
      chromium.page().fill("#search", words);
      chromium.await(COUNT + " === '1 of 5 series' && " + node(1));
    }
    chromium.page().fill("#search", "张伟");
    chromium.await(COUNT + " === '1 of 5 series' && " + node(2));
    chromium.page().fill("#search", "");
    chromium.page().selectOption("#language", "zh-CN");
    chromium.await("document.documentElement.lang === 'zh-CN' && " + ROWS + " === 5");
    assertRow(1, "王小东");
    assertRow(3, "李小明");
    assertRow(4, "山田太郎");
    assertRow(5, "Otto, Anna Maria von");
    chromium.assertQuiet();
  }

  private Object focused() {
    return chromium.evaluate("document.activeElement.closest('tr').dataset.id");
  }

  @Test
  void whatIsShownIsExportedWithoutNamesInAnyAddress() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int n = 0; n < 250; n++) {
      catalog.put(TestAnalyses.reported(n, 1.0, n % 2));
      ids.add(TestAnalyses.id(n));
    }
    catalog.put(TestAnalyses.refused(250, "too-few-slices", "5 slices."));
    ids.add(TestAnalyses.id(250));
    results.rows = ids;
    open(10);
    chromium.await(COUNT + " === '251 series'");
    chromium.page().click("#export summary");
    awaitHref("csv", "/api/v1/export.csv?download=true");
    assertEquals(252, export("csv").lines().count());

    chromium.page().selectOption("#state", "refused");
    chromium.page().click("#export summary");
    awaitHref("csv", "/api/v1/export.csv?status=refused&download=true");

    chromium.page().selectOption("#state", "");
    chromium.page().fill("#search", "ph-11");
    chromium.await(COUNT + " === '11 of 251 series'");
    chromium.page().click("#export summary");
    assertEquals(11, new JsonArray(export("json")).size());

    // More than one request takes: some at a time, then one file.
    chromium.page().fill("#search", "");
    chromium.page().check("#warned");
    chromium.await(COUNT + " === '125 of 251 series'");
    int asked = results.exports.get();
    chromium.page().click("#export summary");
    chromium.page().check("#export-identity");
    List<String> lines = export("csv").lines().toList();
    assertEquals("id,identity", lines.get(0));
    assertEquals(
        IntStream.range(0, 250)
            .filter(n -> n % 2 == 1)
            .mapToObj(n -> TestAnalyses.id(n) + ",true")
            .toList(),
        lines.subList(1, lines.size()));
    assertEquals(2, results.exports.get() - asked);
    assertEquals(125, new JsonArray(export("json")).size());
    for (String request : chromium.requests()) {
      assertFalse(request.toLowerCase().contains("ph-"), "a search in an address: " + request);
    }
    chromium.assertQuiet();
  }

  private void awaitHref(String format, String href) {
    chromium.await(
        "document.getElementById('export-%s').getAttribute('href') === '%s'"
            .formatted(format, href));
  }

  private String export(String format) throws Exception {
    if (!Boolean.TRUE.equals(chromium.evaluate("document.getElementById('export').open"))) {
      chromium.page().click("#export summary");
    }
    Download download =
        chromium.page().waitForDownload(() -> chromium.page().click("#export-" + format));
    assertEquals("hounsfield-export." + format, download.suggestedFilename());
    Path file = folder.resolve("export." + format);
    download.saveAs(file);
    return Files.readString(file);
  }
}
