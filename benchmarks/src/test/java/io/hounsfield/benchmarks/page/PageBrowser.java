// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.page;

import com.fasterxml.jackson.databind.JsonNode;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Playwright;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** The Chromium of this machine under Playwright, which downloads none. */
final class PageBrowser implements AutoCloseable {

  private final Playwright playwright;
  private final Browser browser;

  /**
   * @param task its {@code chromium} is the program; {@code graphicsCard}: what the machine has is
   *     taken for WebGL
   */
  PageBrowser(JsonNode task) {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of(task.get("chromium").asText()))
                    .setArgs(
                        task.path("graphicsCard").asBoolean()
                            ? List.of("--use-angle=default", "--ignore-gpu-blocklist")
                            : List.of("--use-angle=swiftshader", "--enable-unsafe-swiftshader")));
  }

  Browser browser() {
    return browser;
  }

  @Override
  public void close() {
    browser.close();
    playwright.close();
  }
}
