// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.AriaRole;
import com.microsoft.playwright.options.ColorScheme;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Takes the pictures of the page that the documentation shows; argument: file with the task. */
public final class PagePictures {

  private static final double PATIENCE_MS = 180_000;

  private PagePictures() {}

  public static void main(String[] arguments) throws IOException {
    JsonNode task = new ObjectMapper().readTree(Files.readAllBytes(Path.of(arguments[0])));
    try (PageBrowser chromium = new PageBrowser(task)) {
      signOff(chromium.browser(), task);
      for (String language : List.of("en", "zh-CN")) {
        for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
          take(chromium.browser(), task, language, scheme);
        }
      }
    }
  }

  /** The second study of the work list is accepted. */
  private static void signOff(Browser browser, JsonNode task) {
    try (BrowserContext context =
        browser.newContext(new Browser.NewContextOptions().setLocale("en-US"))) {
      context.setDefaultTimeout(PATIENCE_MS);
      Page page = context.newPage();
      page.navigate(task.get("address").asText() + "/");
      page.locator("#rows tr").nth(1).locator("a").first().click();
      page.getByLabel("Your name").fill("Dr. Example");
      page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName("Accept").setExact(true))
          .click();
      page.locator("#verdict").getByText("Accepted").first().waitFor();
    }
  }

  private static void take(Browser browser, JsonNode task, String language, ColorScheme scheme)
      throws IOException {
    String address = task.get("address").asText();
    String suffix =
        (language.equals("en") ? "en" : "zh") + (scheme == ColorScheme.DARK ? "-dark" : "-light");
    try (BrowserContext context =
        browser.newContext(
            new Browser.NewContextOptions()
                .setLocale(language)
                .setTimezoneId("UTC")
                .setColorScheme(scheme)
                .setViewportSize(1440, 900))) {
      context.setDefaultTimeout(PATIENCE_MS);
      context.addInitScript("localStorage.setItem('hounsfield.language', '" + language + "')");
      Page page = context.newPage();
      page.navigate(address + "/");
      page.waitForFunction("() => document.querySelector('#rows tr')");
      save(page, task, "worklist-" + suffix);
      page.navigate(address + "/analyses/" + task.get("analysis").asText());
      page.waitForFunction(
          "() => document.querySelector('.viewer canvas').viewer?.stage === 'full'");
      save(page, task, "study-" + suffix);
    }
  }

  private static void save(Page page, JsonNode task, String name) throws IOException {
    page.evaluate(
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))");
    SmallPng.write(page.screenshot(), Path.of(task.get("folder").asText(), name + ".png"));
  }
}
