// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Page;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Vec3;
import io.hounsfield.report.ReportJson;
import io.hounsfield.report.TestChest;
import io.hounsfield.report.TestReports;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
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
 * Sign-off on the study page: what a person says, sets and leaves out stands beside what was
 * measured, and nobody overwrites or overlooks another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SignOffPageTest {

  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final int STUDY = 3;
  private static final String ID = TestAnalyses.id(STUDY);
  private static final String VIEWER = "document.querySelector('.viewer canvas').viewer";
  private static final String LIVE =
      "document.getElementById('live').textContent === 'Live'"
          + " || document.getElementById('live').textContent === '实时'";
  private static final String NAME = "[name=reviewer]";
  private static final String COMMENT = "[name=comment]";
  private static final String LEFT_OPACITY = "input[name='leftLung opacityVolumeMl']";

  private Path folder;
  private Vertx vertx;
  private MemoryCatalog catalog;
  private MemoryReviews reviews;
  private HttpApi api;

  @BeforeAll
  void prepare(@TempDir Path folder) {
    this.folder = folder;
    vertx = Vertx.vertx();
  }

  @BeforeEach
  void start() throws Exception {
    catalog = Preview.catalog(folder);
    reviews = Preview.reviews();
    reviews.components = 2;
    reviews.recompute = SignOffPageTest::without;
    api = Preview.serve(vertx, catalog, reviews, 0);
  }

  /** Made-up numbers, other ones for each set of lesions. */
  private static Map<Region, RegionMeasurements> without(Set<Integer> excluded) {
    Map<Region, RegionMeasurements> regions = new EnumMap<>(TestReports.rightSided().regions());
    if (excluded.contains(1)) {
      regions.put(
          Region.RIGHT_LUNG,
          TestReports.measurements(2310.1875, 20.25, 0.9, 1.5, 0.1, -731.5, 190.6, -512.75, 190.3));
      regions.put(
          Region.BOTH_LUNGS,
          TestReports.measurements(
              4210.4375, 20.25, 0.5, 1.5, 0.1, -765.25, 168.1, -512.75, 190.3));
    }
    return regions;
  }

  @AfterEach
  void stop() {
    api.close();
  }

  @AfterAll
  void end() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private String address() {
    return "http://127.0.0.1:" + api.port() + "/analyses/" + ID;
  }

  /** The study, when it can be signed off. */
  private void open(Page page) {
    page.navigate(address());
    ready(page);
  }

  private static void ready(Page page) {
    Chromium.await(page, "document.querySelectorAll('.lesion-list input').length === 2");
    Chromium.await(page, LIVE);
  }

  private static void awaitVolume(Page page) {
    Chromium.await(page, VIEWER + ".stage === 'full' && " + VIEWER + ".components !== null");
  }

  private static void sign(Page page, String verdict) {
    page.click("[data-verdict=" + verdict + "]");
  }

  private static void awaitText(Page page, String selector, String text) {
    Chromium.await(
        page, "document.querySelector('%s').textContent.includes('%s')".formatted(selector, text));
  }

  private static String row(Page page, String kind, int n) {
    return page.innerText("#regions tr." + kind + " >> nth=" + n).replaceAll("\\s+", " ").strip();
  }

  private List<Review> stored() {
    return reviews.history(ID, null).orElseThrow().items();
  }

  /** Everything at once; the measured numbers stay, before and after. */
  @Test
  void valuesAndLesionsStandBesideWhatWasMeasured() throws Exception {
    Page page = chromium.page();
    open(page);
    String measured = row(page, "measured", 1);
    assertEquals("Right lung 2310 520 22.5 1.8", measured);
    page.fill(NAME, "Dr. A. Example");
    page.fill(COMMENT, "Vessel at the hilum.\n<b>Not a lesion.</b>");
    page.click("[data-act=edit]");
    page.fill(LEFT_OPACITY, "3.5");
    page.click("[data-act=edit]");
    page.click(".lesion-list summary");
    page.check(".lesion-list input[value='1']");
    awaitText(page, "#regions", "without 1 lesion");
    for (int look = 0; look < 2; look++) {
      assertEquals(measured, row(page, "measured", 1));
      assertEquals("Right lung: without 1 lesion 2310 20 0.9 0.1", row(page, "recomputed", 1));
      assertEquals("Left lung: set by hand 3.5", row(page, "edited", 0));
      if (look == 0) {
        sign(page, "accept");
        awaitText(page, ".signoff .note", "Saved at");
      }
    }
    Review review = stored().get(0);
    assertEquals(Review.Verdict.ACCEPT, review.verdict());
    assertEquals("Dr. A. Example", review.reviewer());
    assertEquals("Vessel at the hilum.\n<b>Not a lesion.</b>", review.comment());
    assertEquals(
        List.of(new Review.Edit(Region.LEFT_LUNG, Quantity.OPACITY_VOLUME, 3.5)), review.edits());
    assertEquals(List.of(1), review.excludedComponents());
    open(page); // and for who comes later
    assertEquals(measured, row(page, "measured", 1));
    assertEquals("Left lung: set by hand 3.5", row(page, "edited", 0));
    String verdict = page.innerText("#verdict");
    assertTrue(verdict.contains("Accepted") && verdict.contains("Dr. A. Example"), verdict);
    String history = page.innerText("ol.all");
    for (String expected :
        List.of(
            "Accepted",
            "2026-01-31 09:00:00 UTC",
            "<b>Not a lesion.</b>",
            "Left lung, Opacity volume: set to 3.5 mL (measured: 0 mL)",
            "Left out: lesion 1. Opacity of both lungs 0.5 % (measured: 12.4 %)")) {
      assertTrue(history.contains(expected), expected + " in " + history);
    }
    assertEquals("Dr. A. Example", page.inputValue(NAME));
    assertEquals("", page.inputValue(COMMENT));
    chromium.assertAccessible("a report that was signed off");
    assertEquals(List.of(), chromium.complaints());
  }

  /** Pixel at a place of the axial plane through it, and where it lies on the page. */
  private static String pixel(Page page, Vec3 place) {
    return (String)
        page.evaluate(
            """
            (([x, y, z]) => {
              const v = %s, nv = v.nv, gl = nv.gl;
              nv.setCrosshairWidth(0);
              v.goTo(v.grid.clamp(v.grid.toVoxel([x, y, z])));
              nv.drawNow();
              const frac = nv.mm2frac([x, y, z], 0, true);
              frac[2] = nv.scene.crosshairPos[2];
              const found = nv.frac2canvasPosWithTile(frac, 0);
              nv.drawNow();
              const p = new Uint8Array(4);
              gl.readPixels(Math.round(found.pos[0]), gl.canvas.height - 1 - Math.round(found.pos[1]), 1, 1,
                gl.RGBA, gl.UNSIGNED_BYTE, p);
              const box = v.canvas.getBoundingClientRect();
              const colour = p[2] - p[0] > 40 ? 'blue' : p[0] - p[2] > 40 ? 'orange' : 'grey';
              return [colour, box.left + found.pos[0] / nv.uiData.dpr, box.top + found.pos[1] / nv.uiData.dpr].join(' ');
            })"""
                .formatted(VIEWER),
            List.of(-place.x(), -place.y(), place.z()));
  }

  private static String colour(Page page, Vec3 place) {
    return pixel(page, place).split(" ")[0];
  }

  /**
   * A click leaves a lesion out, which is drawn otherwise, and alone; another one takes it back.
   */
  @Test
  void aClickLeavesALesionOut() {
    Page page = chromium.page();
    open(page);
    awaitVolume(page);
    Vec3 ball = TestChest.GROUND_GLASS;
    assertEquals("blue", colour(page, ball));
    page.click("[data-tool=exclude]");
    for (boolean out : new boolean[] {true, false}) {
      String[] at = pixel(page, ball).split(" ");
      page.mouse().click(Double.parseDouble(at[1]), Double.parseDouble(at[2]));
      Chromium.await(page, "document.querySelector('.lesion-list input').checked === " + out);
      Chromium.await(page, VIEWER + ".drawnLeftOut.has(1) === " + out);
      // Hatched: whatever pixel is hit, it is neither of the colours of a lesion that counts.
      assertEquals(out ? "grey" : "blue", colour(page, ball));
      assertEquals("orange", colour(page, TestChest.CONSOLIDATION));
      // The service computes these values, so they come when they come.
      Chromium.await(
          page, "(document.querySelectorAll('#regions tr.recomputed').length > 0) === " + out);
    }
    // Beside all lesions nothing happens.
    String[] at = pixel(page, new Vec3(75, 0, 60)).split(" ");
    page.mouse().click(Double.parseDouble(at[1]), Double.parseDouble(at[2]));
    awaitText(page, ".viewer-note", "There is no lesion here");
    assertEquals(List.of(), stored());
  }

  /** The same from the keyboard alone, up to the signature. */
  @Test
  void theKeyboardSignsOff() {
    Page page = chromium.page();
    open(page);
    awaitVolume(page);
    page.focus(".lesion-list summary");
    page.keyboard().press("Enter");
    page.keyboard().press("Tab"); // the list
    page.keyboard().press("Tab");
    page.keyboard().press("Tab"); // "show" of the first lesion, or the box of the second
    page.focus(".lesion-list li:nth-child(2) button");
    page.keyboard().press("Enter");
    Chromium.await(page, VIEWER + ".components[" + VIEWER + ".index(" + VIEWER + ".voxel)] === 2");
    page.focus(".viewer canvas");
    page.keyboard().press("e");
    Chromium.await(page, "document.querySelector(\".lesion-list input[value='2']\").checked");
    page.focus(".lesion-list input[value='1']");
    page.keyboard().press("Space");
    awaitText(page, "#regions", "without 2 lesions");
    page.focus(NAME);
    page.keyboard().type("Dr. K");
    page.focus("[data-verdict=reject]");
    page.keyboard().press("Enter");
    awaitText(page, "#verdict", "Rejected");
    assertEquals(List.of(1, 2), stored().get(0).excludedComponents());
    assertEquals(Review.Verdict.REJECT, stored().get(0).verdict());
  }

  /** Two browsers at once, the second without live updates: it is told, and loses nothing. */
  @Test
  void theSecondOfTwoIsToldWhatCameInBetween() throws Exception {
    Page second = chromium.anotherPage();
    second.route("**/api/v1/events", route -> route.abort());
    second.navigate(address());
    Page first = chromium.page();
    open(first);
    Chromium.await(second, "document.querySelectorAll('.lesion-list input').length === 2");
    second.fill(NAME, "Dr. B");
    second.fill(COMMENT, "I disagree.");
    second.click(".lesion-list summary");
    second.check(".lesion-list input[value='2']");
    first.fill(NAME, "Dr. A");
    first.fill(COMMENT, "All well.");
    sign(first, "accept");
    awaitText(first, ".signoff .note", "Saved at");
    sign(second, "reject");
    awaitText(second, ".signoff .note", "Not saved: somebody else was faster");
    String news = second.innerText(".signoff .news");
    assertTrue(news.contains("Dr. A") && news.contains("All well."), news);
    assertEquals("I disagree.", second.inputValue(COMMENT));
    assertTrue(second.isChecked(".lesion-list input[value='2']"));
    assertEquals(1, stored().size());
    Chromium.assertAccessible(second, "a conflict");
    sign(second, "reject"); // having looked
    awaitText(second, ".signoff .note", "Saved at");
    assertFalse(second.isVisible(".signoff .news"));
    assertEquals(2, stored().size());
    assertEquals(List.of(2), stored().get(1).excludedComponents());
    awaitText(first, "#verdict", "Rejected"); // live
    awaitText(first, "ol.all", "I disagree.");
  }

  /** Who is writing when somebody else signs off sees it at once and goes on writing. */
  @Test
  void whoWritesSeesOthersSign() {
    Page second = chromium.anotherPage();
    open(second);
    second.fill(COMMENT, "Half a sente");
    Page first = chromium.page();
    open(first);
    first.fill(NAME, "Dr. A");
    sign(first, "reject");
    awaitText(second, "#verdict", "Rejected");
    awaitText(second, ".signoff .news", "Dr. A");
    assertEquals("Half a sente", second.inputValue(COMMENT));
    second.fill(NAME, "Dr. B");
    second.fill(COMMENT, "Half a sentence, ended.");
    sign(second, "comment");
    awaitText(second, ".signoff .note", "Saved at");
    assertEquals(2, stored().size());
    assertTrue(second.innerText("#verdict").contains("Dr. A"), "a comment decides nothing");
  }

  /** What cannot be signed off is said beside the field, and nothing is sent. */
  @Test
  void whatIsMissingIsSaid() {
    Page page = chromium.page();
    open(page);
    sign(page, "accept");
    assertEquals("reviewer", page.evaluate("document.activeElement.name"));
    page.fill(NAME, "   ");
    sign(page, "accept");
    assertEquals("reviewer", page.evaluate("document.activeElement.name"));
    page.fill(NAME, "Dr. A");
    sign(page, "comment");
    awaitText(page, ".signoff .note", "There is nothing to say yet");
    page.click("[data-act=edit]");
    page.fill("input[name='leftLung opacityPercent']", "101");
    sign(page, "accept");
    assertEquals("leftLung opacityPercent", page.evaluate("document.activeElement.name"));
    assertEquals(List.of(), stored());
    page.fill("input[name='leftLung opacityPercent']", "1.5");
    sign(page, "accept");
    awaitText(page, ".signoff .note", "Saved at");
    assertEquals(1, stored().size());
  }

  /**
   * The answer was lost on its way: the page finds its own entry, rather than have it signed twice.
   */
  @Test
  void aLostAnswer() {
    Page page = chromium.page();
    open(page);
    page.fill(NAME, "Dr. A");
    page.fill(COMMENT, "Once.");
    boolean[] lost = {false};
    page.route(
        "**/reviews",
        route -> {
          if (route.request().method().equals("POST") && !lost[0]) {
            lost[0] = true;
            route.fetch();
            route.abort();
          } else {
            route.resume();
          }
        });
    sign(page, "accept");
    awaitText(page, ".signoff .note", "Saved at");
    assertTrue(page.innerText("#verdict").contains("Accepted"));
    assertEquals("", page.inputValue(COMMENT));
    assertFalse(page.isVisible(".signoff .news"));
    assertEquals(1, stored().size());
  }

  /**
   * The service is gone while somebody signs. Nobody sends it later, and the page says so: a reader
   * who waits for it would lose the signature.
   */
  @Test
  void aServiceThatIsGoneAtTheSignature() throws Exception {
    Page page = chromium.page();
    open(page);
    page.fill(NAME, "Dr. A");
    page.fill(COMMENT, "Half of it is vessels.");
    int port = api.port();
    api.close();
    sign(page, "accept");
    awaitText(
        page,
        ".signoff .note",
        "Not saved: the service does not answer. Sign again when it is back.");
    Chromium.assertAccessible(page, "a signature that did not get through");
    api = Preview.serve(vertx, catalog, reviews, port);
    awaitText(page, ".signoff .note", "Not saved, and the service is back: sign again.");
    assertEquals("Half of it is vessels.", page.inputValue(COMMENT));
    assertEquals(List.of(), stored());
    sign(page, "accept");
    awaitText(page, ".signoff .note", "Saved at");
    assertEquals(1, stored().size());
  }

  /** The same with a signature alone, which nothing on the page would tell of. */
  @Test
  void aSignatureThatDidNotGetThroughIsNotForgotten() throws Exception {
    Page page = chromium.page();
    open(page);
    page.fill(NAME, "Dr. A");
    page.route(
        "**/reviews",
        route -> {
          if (route.request().method().equals("POST")) {
            route.abort();
          } else {
            route.resume();
          }
        });
    sign(page, "accept");
    awaitText(page, ".signoff .note", "the service is back: sign again.");
    page.unroute("**/reviews");
    reviews.add(
        ID,
        new NewReview(1, Review.Verdict.REJECT, "Dr. B", "Motion.", List.of(), List.of()),
        state -> true);
    awaitText(page, ".signoff .news", "Motion.");
    assertTrue(page.innerText(".signoff .note").startsWith("Not saved"));
    secondVersion();
    awaitText(page, "#superseded", "version 2"); // and no page without a word of it
    assertTrue(page.innerText(".signoff .note").startsWith("Not saved"));
    assertEquals(1, reviews.history(ID, 1).orElseThrow().items().size());
  }

  /** Late slices are nobody who was faster. */
  @Test
  void aSignatureUnderAnEarlierVersion() {
    Page page = chromium.page();
    page.route("**/api/v1/events", route -> route.abort());
    page.navigate(address());
    Chromium.await(page, "document.querySelectorAll('.lesion-list input').length === 2");
    page.fill(NAME, "Dr. A");
    page.fill(COMMENT, "About the first version.");
    reviews.putReport(ID, 2, TestReports.rightSided().regions());
    sign(page, "accept");
    awaitText(
        page,
        ".signoff .note",
        "Not saved: images came later, and version 2 of the report is there.");
    awaitText(page, ".signoff .news", "version 2");
    assertFalse(page.innerText(".signoff").contains("faster"));
    assertEquals("About the first version.", page.inputValue(COMMENT));
    assertEquals(List.of(), stored());
  }

  private void secondVersion() {
    reviews.putReport(ID, 2, TestReports.rightSided().regions());
    catalog.putReport(
        ID,
        ReportJson.encode(
            TestReports.on(
                TestReports.rightSided(ID, 2, "Phantom^Number 3"),
                TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 2, 2.5).ct().geometry())));
    catalog.put(TestAnalyses.second(TestAnalyses.reported(STUDY, 12.4, 1)));
  }

  /** A new version of the report does not take away what somebody is writing. */
  @Test
  void aNewVersionKeepsWhatIsWritten() {
    Page page = chromium.page();
    open(page);
    page.fill(COMMENT, "About the first version.");
    page.click(".lesion-list summary");
    page.check(".lesion-list input[value='1']");
    secondVersion();
    awaitText(page, "#superseded", "version 2");
    assertEquals("About the first version.", page.inputValue(COMMENT));
    page.click("#superseded button");
    awaitText(page, "#versions", "version 2");
    ready(page);
    assertEquals("About the first version.", page.inputValue(COMMENT));
    assertFalse(
        page.isChecked(".lesion-list input[value='1']"), "lesions are numbered anew in each");
  }

  /** A rejected report is marked where it is listed, too. */
  @Test
  void aRejectedReportIsMarkedInTheWorkList() throws Exception {
    catalog.put(TestAnalyses.reviewed(TestAnalyses.reported(STUDY, 12.4, 1), ReviewState.REJECTED));
    chromium.open("http://127.0.0.1:" + api.port() + "/");
    awaitText(chromium.page(), "#analysis-" + ID + " .state-tag.rejected", "Rejected");
    chromium.assertAccessible("work list with a rejected report");
  }

  /** Both languages, both themes, all parts open. */
  @Test
  void everyPartIsAccessible() throws Exception {
    Page page = chromium.page();
    page.addInitScript(
        "localStorage.setItem('hounsfield.language', 'zh-CN');"
            + "localStorage.setItem('hounsfield.theme', 'dark')");
    open(page);
    page.fill(NAME, "医师甲");
    sign(page, "reject");
    awaitText(page, "#verdict", "已退回");
    page.click("[data-act=edit]");
    page.fill(LEFT_OPACITY, "3.5");
    page.click(".lesion-list summary");
    page.check(".lesion-list input[value='1']");
    awaitText(page, "#regions", "不含 1 个病变");
    chromium.assertAccessible("sign-off, Chinese, dark");
    page.evaluate("document.documentElement.dataset.theme = 'light'");
    chromium.assertAccessible("sign-off, Chinese, light");
    chromium.assertQuiet();
  }
}
