// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.BoundingBox;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The browser's part of {@code bench page}; arguments: file with the task, file for the result. */
public final class PageMeasurement {

  private static final double PATIENCE_MS = 180_000;
  private static final String VIEWER = "document.querySelector('.viewer canvas').viewer";

  private static final String FRAME = "frame";
  private static final String ELEMENT = "Element Timing";
  private static final String EVENT = "Event Timing";

  /** Rate and round-trip time; 0: nothing between browser and service. */
  private record Network(String name, int megabitsPerSecond, double roundTripMs) {}

  private static final List<Network> NETWORKS =
      List.of(
          new Network("loopback", 0, 0),
          new Network("LAN, 1 Gbit/s, 1 ms", 1000, 1),
          new Network("LAN, 100 Mbit/s, 2 ms", 100, 2));

  private final JsonNode task;
  private final Browser browser;
  private final String timings;
  private final int loads;
  private final int actions;
  private final int studies;

  private PageMeasurement(JsonNode task, Browser browser) throws IOException {
    this.task = task;
    this.browser = browser;
    this.loads = task.get("loads").asInt();
    this.actions = task.get("actions").asInt();
    this.studies = task.get("studies").asInt();
    try (InputStream in = PageMeasurement.class.getResourceAsStream("timings.js")) {
      timings = new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  public static void main(String[] arguments) throws IOException {
    ObjectMapper json = new ObjectMapper();
    JsonNode task = json.readTree(Files.readAllBytes(Path.of(arguments[0])));
    try (PageBrowser chromium = new PageBrowser(task)) {
      PageMeasurement measurement = new PageMeasurement(task, chromium.browser());
      ObjectNode found = json.createObjectNode();
      found.put("browser", "Chromium " + chromium.browser().version());
      found.put("webgl", measurement.webgl());
      found.put("viewport", "1440 x 900");
      ArrayNode networks = found.putArray("networks");
      for (Network network : NETWORKS) {
        networks.add(measurement.opening(network));
      }
      Figures done = new Figures();
      measurement.studyActions(done);
      measurement.workListActions(done);
      found.set("actions", done.json());
      json.writeValue(Path.of(arguments[1]).toFile(), found);
    }
  }

  /** A browser that has seen nothing yet. */
  private BrowserContext fresh() {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setLocale("en-US").setViewportSize(1440, 900));
    context.setDefaultTimeout(PATIENCE_MS);
    context.addInitScript(timings);
    return context;
  }

  private String address() {
    return task.get("address").asText();
  }

  private String study(String address) {
    return address + "/analyses/" + task.get("analysis").asText();
  }

  /** What draws WebGL. */
  private String webgl() {
    try (BrowserContext context = fresh()) {
      return (String)
          context
              .newPage()
              .evaluate(
                  "(() => { const gl = document.createElement('canvas').getContext('webgl2');"
                      + " const info = gl?.getExtension('WEBGL_debug_renderer_info');"
                      + " return info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : 'none';"
                      + " })()");
    }
  }

  private static double number(Page page, String expression) {
    return ((Number) page.evaluate(expression)).doubleValue();
  }

  /** From the start of the navigation, each time in a fresh browser. */
  private ObjectNode opening(Network network) throws IOException {
    System.out.printf("Opening the pages %d times over %s ...%n", loads, network.name());
    Figures figures = new Figures();
    if (network.megabitsPerSecond() == 0) {
      opening(address(), figures);
    } else {
      try (SlowLink link =
          new SlowLink(
              URI.create(address()).getPort(),
              network.megabitsPerSecond() * 1e6,
              Math.round(network.roundTripMs() * 1000))) {
        opening("http://127.0.0.1:" + link.port(), figures);
      }
    }
    ObjectNode result = new ObjectMapper().createObjectNode();
    result.put("name", network.name());
    if (network.megabitsPerSecond() != 0) {
      result.put("megabitsPerSecond", network.megabitsPerSecond());
      result.put("roundTripMs", network.roundTripMs());
    }
    result.set("opening", figures.json());
    return result;
  }

  private void opening(String address, Figures figures) {
    for (int n = -1; n < loads; n++) {
      Figures to = n < 0 ? new Figures() : figures; // the first one warms the service up
      try (BrowserContext context = fresh()) {
        Page page = context.newPage();
        openStudy(page, address, true, to);
        page.navigate("about:blank");
        openStudy(page, address, false, to);
      }
      try (BrowserContext context = fresh()) {
        Page page = context.newPage();
        openWorkList(page, address);
        to.add("work list: first rows", FRAME, number(page, "bench.rows"));
        to.add("work list: all %d series".formatted(studies), FRAME, number(page, "bench.all"));
      }
    }
  }

  /** The first time in this browser, or again with the page's own files in its cache. */
  private void openStudy(Page page, String address, boolean first, Figures figures) {
    String what = first ? "study: " : "study again: ";
    page.navigate(study(address));
    double last = number(page, first ? "bench.full" : "bench.labels");
    figures.add(what + "numbers", FRAME, number(page, "bench.numbers"));
    figures.add(
        what + "first picture (overview)",
        ELEMENT,
        number(page, "bench.elements['first-picture']"));
    figures.add(what + "three planes, coarse", FRAME, number(page, "bench.coarse"));
    figures.add(what + "overlays", FRAME, number(page, "bench.labels"));
    if (first) {
      figures.add(what + "three planes, every voxel", FRAME, last);
      figures.add(what + "longest task", "Long Tasks", number(page, "bench.longestTask"));
    }
  }

  private void openWorkList(Page page, String address) {
    page.navigate(address + "/");
    page.evaluate(
        "bench.all = bench.when(() => document.getElementById('worklist').ariaRowCount === '"
            + (studies + 1)
            + "')");
    page.evaluate("bench.all");
  }

  /**
   * Something that a person does, by Event Timing: from the event to the next picture; what takes
   * less than 16 ms is not told by the browser and counted as 16.
   */
  private void act(Page page, Figures figures, String what, Runnable action) {
    page.evaluate("bench.settled().then(() => { bench.events.length = 0; })");
    action.run();
    page.evaluate("bench.settled()");
    figures.add(
        what, EVENT, number(page, "Math.max(16, ...bench.events.map(([, duration]) => duration))"));
  }

  private void studyActions(Figures figures) {
    System.out.printf("Using a study, each action %d times ...%n", actions);
    try (BrowserContext context = fresh()) {
      Page page = context.newPage();
      page.navigate(study(address()));
      page.evaluate("bench.full");
      String canvas = ".viewer canvas";
      page.focus(canvas);
      String[] windows = {"mediastinum", "bone", "lung"};
      String[] regions = {"leftLung", "rightLung"};
      for (int n = 0; n < actions; n++) {
        int turn = n;
        page.focus(canvas);
        String key = n % 20 < 10 ? "PageDown" : "PageUp";
        act(page, figures, "a slice further, by key", () -> page.keyboard().press(key));
        BoundingBox box = page.locator(canvas).boundingBox();
        page.mouse().move(box.x + box.width * 0.3, box.y + box.height * 0.5);
        page.evaluate("bench.settled().then(() => { bench.wheels.length = 0; })");
        page.mouse().wheel(0, n % 20 < 10 ? 100 : -100);
        page.evaluate("bench.settled()");
        figures.add("a slice further, by wheel", FRAME, number(page, "bench.wheels[0]"));
        act(
            page,
            figures,
            "crosshair, by click",
            () ->
                page.mouse()
                    .click(
                        box.x + box.width * (0.15 + 0.02 * (turn % 15)), box.y + box.height * 0.5));
        act(
            page,
            figures,
            "window",
            () -> page.click("[data-window=\"" + windows[turn % 3] + "\"]"));
        Object before = page.evaluate(VIEWER + ".voxel.join()");
        act(
            page,
            figures,
            "region, by its row",
            () -> page.click("#regions [data-region=\"" + regions[turn % 2] + "\"]"));
        if (before.equals(page.evaluate(VIEWER + ".voxel.join()"))) {
          throw new IllegalStateException("the images did not follow the row of the region");
        }
        act(page, figures, "lesions on or off", () -> page.click("[name=\"lesions\"]"));
      }
      for (int n = 0; n < loads; n++) {
        language(page, figures, "language, study: numbers", n, "!report.hidden");
        page.evaluate("bench.labels");
      }
    }
  }

  private void workListActions(Figures figures) {
    System.out.printf("Using the work list, each action %d times ...%n", actions);
    try (BrowserContext context = fresh()) {
      Page page = context.newPage();
      openWorkList(page, address());
      String words = "water number 1";
      for (int n = 0; n < actions; n++) {
        if (n % words.length() == 0) {
          page.fill("#search", "");
        }
        String letter = words.substring(n % words.length(), n % words.length() + 1);
        page.focus("#search");
        act(
            page,
            figures,
            "a letter into the search of %d series".formatted(studies),
            () -> page.keyboard().press(letter.equals(" ") ? "Space" : letter));
      }
      page.fill("#search", "");
      for (int n = 0; n < actions; n++) {
        act(page, figures, "only those with warnings, on or off", () -> page.click("#warned"));
      }
      for (int n = 0; n < loads; n++) {
        language(
            page, figures, "language, work list: rows", n, "document.querySelector('#rows tr')");
      }
    }
  }

  /** The other language, until the page speaks it; however it does that. */
  private void language(Page page, Figures figures, String what, int turn, String there) {
    String language = turn % 2 == 0 ? "zh-CN" : "en";
    page.selectOption("#language", language);
    Object ms =
        page.waitForFunction(
                "() => document.documentElement.lang === '"
                    + language
                    + "' && document.getElementById('language')?.value === '"
                    + language
                    + "' && "
                    + there
                    + " && bench.sinceChoice()")
            .jsonValue();
    figures.add(what, FRAME, ((Number) ms).doubleValue());
  }
}
