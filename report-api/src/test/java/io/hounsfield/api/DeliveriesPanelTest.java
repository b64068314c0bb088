// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.microsoft.playwright.Page;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Where the results of a study went, on its page. */
class DeliveriesPanelTest {

  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final int STUDY = 3;

  private Vertx vertx;
  private MemoryResults results;
  private HttpApi api;

  @BeforeEach
  void start(@TempDir Path folder) throws Exception {
    vertx = Vertx.vertx();
    results = new MemoryResults();
    api =
        HttpApi.start(
            vertx,
            new HttpApiOptions(
                "127.0.0.1", 0, Set.of(), 100, 100, Duration.ofSeconds(15), 256, 1024),
            Preview.catalog(folder),
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
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void open() {
    chromium.open("http://127.0.0.1:" + api.port() + "/analyses/" + TestAnalyses.id(STUDY));
    chromium.await("!document.getElementById('deliveries-section').hidden");
  }

  private static String summary(String destination) {
    return "[...document.querySelectorAll('#deliveries summary')].find(s => s.textContent.startsWith('"
        + destination
        + "'))";
  }

  private static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }

  private static final com.microsoft.playwright.options.AriaRole BUTTON =
      com.microsoft.playwright.options.AriaRole.BUTTON;

  /** What has arrived is one line; what has not is open, with its state, and followed live. */
  @Test
  void eachDestinationSaysHowManyArrived() throws Exception {
    results.put(1, STUDY, "archive", "sent");
    results.put(2, STUDY, "archive", "sent");
    results.put(3, STUDY, "pacs", "failing");
    results.put(4, STUDY, "pacs", "sent");
    open();
    chromium.await(summary("archive") + ".textContent.includes('2 of 2 sent')");
    chromium.await("!" + summary("archive") + ".parentElement.open");
    chromium.await(summary("pacs") + ".textContent.includes('1 of 2 sent')");
    chromium.await(summary("pacs") + ".parentElement.open");
    chromium.await("document.getElementById('deliveries').innerText.includes('trying again')");
    chromium.assertAccessible("deliveries");
    results.put(3, STUDY, "pacs", "sent");
    chromium.await(summary("pacs") + ".textContent.includes('2 of 2 sent')");
    chromium.await(summary("pacs") + ".parentElement.open"); // not shut while somebody reads it
    chromium.assertQuiet();
  }

  @Test
  void resultsAreSentAgainAndTakenBackByKeyboard() throws Exception {
    results.put(1, STUDY, "pacs", "sent");
    open();
    chromium.await(summary("pacs") + " !== undefined");
    chromium.page().focus("#deliveries summary");
    chromium.page().keyboard().press("Enter");
    chromium.page().getByRole(BUTTON, named("Send again: pacs, sr-1.dcm")).focus();
    chromium.page().keyboard().press("Enter");
    chromium.await("document.getElementById('deliveries').innerText.includes('Queued')");
    assertEquals("queued", results.deliveries(TestAnalyses.id(STUDY)).get(0).state());
    // The list is drawn anew, the place of the keyboard stays.
    chromium.await(
        "document.activeElement.getAttribute('aria-label') === 'Send again: pacs, sr-1.dcm'");
    chromium.page().getByRole(BUTTON, named("Do not send: pacs, sr-1.dcm")).click();
    chromium.await("document.getElementById('deliveries').innerText.includes('Cancelled')");
    assertEquals("cancelled", results.deliveries(TestAnalyses.id(STUDY)).get(0).state());
    chromium.assertQuiet();
  }

  @Test
  void whatCannotBeDoneIsSaid() throws Exception {
    results.put(1, STUDY, "pacs", "given-up");
    results.superseded.add(1L);
    open();
    chromium.page().getByRole(BUTTON, named("Send again: pacs, sr-1.dcm")).click();
    chromium.await(
        "document.querySelector('#deliveries [role=alert]').textContent.includes('newer version')");
    chromium.assertAccessible("a delivery that cannot be sent again");
  }
}
