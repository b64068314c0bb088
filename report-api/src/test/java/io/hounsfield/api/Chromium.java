// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * The Chromium of this machine, driven by Playwright: one process for all tests, a fresh context
 * (storage, cache, cookies) for each. Tests are skipped where there is no Chromium; no browser is
 * ever downloaded. To be used by one thread:
 *
 * <pre>
 * {@code @RegisterExtension static final Chromium chromium = new Chromium();}
 * </pre>
 */
public final class Chromium implements BeforeAllCallback, BeforeEachCallback, AfterEachCallback {

  private static final double PATIENCE_MS = 60_000;

  private final List<BrowserContext> contexts = new ArrayList<>();
  private final List<String> requests = new ArrayList<>();
  private final List<String> complaints = new ArrayList<>();
  private Browser browser;
  private Page page;

  /** Playwright and its browser, until the last test has ended. */
  private record Running(Playwright playwright, Browser browser)
      implements ExtensionContext.Store.CloseableResource {

    static Running start() {
      Path program = find().orElseThrow();
      Playwright playwright =
          Playwright.create(
              new Playwright.CreateOptions()
                  .setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
      return new Running(playwright, launch(playwright, program));
    }

    @Override
    public void close() {
      browser.close();
      playwright.close();
    }
  }

  /** Starts a browser that has WebGL without a graphics card. */
  static Browser launch(Playwright playwright, Path program) {
    return playwright
        .chromium()
        .launch(
            new BrowserType.LaunchOptions()
                .setExecutablePath(program)
                .setArgs(List.of("--use-angle=swiftshader", "--enable-unsafe-swiftshader")));
  }

  /** Chromium on the PATH, if there is one. */
  static Optional<Path> find() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(dir -> Stream.of(Path.of(dir, "chromium"), Path.of(dir, "google-chrome")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    Assumptions.assumeTrue(
        find().isPresent(), "skipped: needs chromium on the PATH (apt-get install chromium)");
    browser =
        context
            .getRoot()
            .getStore(ExtensionContext.Namespace.create(Chromium.class))
            .getOrComputeIfAbsent(Running.class, key -> Running.start(), Running.class)
            .browser();
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    requests.clear();
    complaints.clear();
    page = anotherPage();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    contexts.forEach(BrowserContext::close);
    contexts.clear();
  }

  /** The page of this test: English, 1200 x 800 CSS pixels, light. */
  public Page page() {
    return page;
  }

  /** A page of another person: a context of its own, whose requests and complaints count too. */
  public Page anotherPage() {
    BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions().setLocale("en-US").setViewportSize(1200, 800));
    contexts.add(context);
    context.setDefaultTimeout(PATIENCE_MS);
    context.onRequest(request -> requests.add(request.url()));
    context.onConsoleMessage(
        message -> {
          if (message.type().equals("error")) {
            complaints.add(message.text() + " at " + message.location());
          }
        });
    context.onWebError(error -> complaints.add(error.error()));
    return context.newPage();
  }

  /** Goes to an address; what was asked for and complained about before is forgotten. */
  public void open(String address) {
    requests.clear();
    complaints.clear();
    page.navigate(address);
  }

  /** The value of a JavaScript expression on the page; a promise is waited for. */
  public Object evaluate(String expression) {
    return page.evaluate(expression);
  }

  /** Waits until a JavaScript expression is true; one that throws is not true yet. */
  public void await(String expression) {
    await(page, expression);
  }

  public static void await(Page page, String expression) {
    page.waitForFunction(
        "() => { try { return Boolean(" + expression + "); } catch { return false; } }");
  }

  /** The text a person sees. */
  public String text() {
    return page.innerText("body");
  }

  /** What was asked of the network since the test began or the page was opened, as addresses. */
  public List<String> requests() {
    return List.copyOf(requests);
  }

  /** Errors, exceptions and violations of the Content Security Policy in that time. */
  List<String> complaints() {
    return List.copyOf(complaints);
  }

  /** Nothing was complained about, and nothing left this machine. */
  public void assertQuiet() {
    assertEquals(List.of(), complaints());
    for (String request : requests) {
      assertTrue(
          request.matches("(http://127\\.0\\.0\\.1:|data:|blob:http://127\\.0\\.0\\.1:).*"),
          "leaves the server: " + request);
    }
  }

  /** axe-core finds nothing on the page: WCAG 2.2 A and AA, and its own good practice. */
  void assertAccessible(String what) throws IOException {
    assertAccessible(page, what);
  }

  static void assertAccessible(Page page, String what) throws IOException {
    try (InputStream in = Chromium.class.getResourceAsStream("/axe.min.js")) {
      page.evaluate(new String(in.readAllBytes(), StandardCharsets.UTF_8) + "; null");
    }
    Object violations =
        page.evaluate(
            "axe.run(document, {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa',"
                + " 'wcag22aa', 'best-practice']}).then((found) => found.violations.map((v) =>"
                + " v.id + ': ' + v.nodes.map((n) => n.target + ' ' + n.failureSummary)"
                + ".join('; ')).join('\\n'))");
    assertEquals("", violations, what);
  }
}
