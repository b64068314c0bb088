// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

/**
 * A headless Chromium, driven through its DevTools protocol. Keeps what the page asked the network
 * for and what it complained about.
 */
final class Browser implements AutoCloseable {

  private static final int PATIENCE_SECONDS = 60;

  private final Process process;
  private final WebSocket socket;
  private final AtomicInteger lastId = new AtomicInteger();
  private final Map<Integer, CompletableFuture<JsonObject>> answers = new ConcurrentHashMap<>();
  private final List<String> requests = new CopyOnWriteArrayList<>();
  private final List<String> complaints = new CopyOnWriteArrayList<>();

  /** Chromium on the PATH, if there is one. */
  static Optional<Path> find() {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator))
        .flatMap(dir -> Stream.of(Path.of(dir, "chromium"), Path.of(dir, "google-chrome")))
        .filter(Files::isExecutable)
        .findFirst();
  }

  Browser(Path chromium, Path profile) throws Exception {
    process =
        new ProcessBuilder(
                chromium.toString(),
                "--headless",
                "--no-sandbox",
                // WebGL without a graphics card.
                "--use-angle=swiftshader",
                "--enable-unsafe-swiftshader",
                "--lang=en-US",
                "--disable-quic",
                "--disable-dev-shm-usage",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
                "--remote-debugging-port=0",
                "--user-data-dir=" + profile,
                "about:blank")
            .redirectErrorStream(true)
            .redirectOutput(profile.resolveSibling("chromium.log").toFile())
            .start();
    Path portFile = profile.resolve("DevToolsActivePort");
    await(
        () -> !process.isAlive() || (Files.exists(portFile) && lines(portFile).size() >= 2),
        "Chromium's DevTools port");
    if (!process.isAlive()) {
      throw new IOException(
          "Chromium ended at once: " + Files.readString(profile.resolveSibling("chromium.log")));
    }
    String port = lines(portFile).get(0);
    HttpClient http = HttpClient.newHttpClient();
    JsonArray targets =
        new JsonArray(
            http.send(
                    java.net.http.HttpRequest.newBuilder(
                            URI.create("http://127.0.0.1:" + port + "/json/list"))
                        .build(),
                    java.net.http.HttpResponse.BodyHandlers.ofString())
                .body());
    String page =
        targets.stream()
            .map(JsonObject.class::cast)
            .filter(target -> target.getString("type").equals("page"))
            .findFirst()
            .orElseThrow()
            .getString("webSocketDebuggerUrl");
    socket = http.newWebSocketBuilder().buildAsync(URI.create(page), new Listener()).join();
    for (String domain : List.of("Page", "Runtime", "Network", "Log")) {
      call(domain + ".enable", new JsonObject());
    }
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of(); // being written
    }
  }

  private static void await(BooleanSupplier condition, String what) throws TimeoutException {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(what + " did not come within " + PATIENCE_SECONDS + " s");
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  private final class Listener implements WebSocket.Listener {
    private final StringBuilder partial = new StringBuilder();

    @Override
    public CompletionStage<?> onText(WebSocket webSocket, CharSequence data, boolean last) {
      partial.append(data);
      if (last) {
        receive(new JsonObject(partial.toString()));
        partial.setLength(0);
      }
      webSocket.request(1);
      return null;
    }
  }

  private void receive(JsonObject message) {
    if (message.containsKey("id")) {
      answers.remove(message.getInteger("id")).complete(message);
      return;
    }
    JsonObject params = message.getJsonObject("params");
    switch (message.getString("method")) {
      case "Network.requestWillBeSent" ->
          requests.add(params.getJsonObject("request").getString("url"));
      case "Runtime.exceptionThrown" -> complaints.add(params.encode());
      case "Log.entryAdded" -> {
        JsonObject entry = params.getJsonObject("entry");
        if (entry.getString("level").equals("error")) {
          complaints.add(entry.encode());
        }
      }
      default -> {
        // Nothing that a test asks for.
      }
    }
  }

  private JsonObject call(String method, JsonObject params)
      throws InterruptedException, ExecutionException, TimeoutException {
    int id = lastId.incrementAndGet();
    CompletableFuture<JsonObject> answer = new CompletableFuture<>();
    answers.put(id, answer);
    socket.sendText(
        new JsonObject().put("id", id).put("method", method).put("params", params).encode(), true);
    JsonObject message = answer.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (message.containsKey("error")) {
      throw new IllegalStateException(method + ": " + message.getJsonObject("error").encode());
    }
    return message.getJsonObject("result");
  }

  void open(String address) throws Exception {
    requests.clear();
    complaints.clear();
    call("Page.navigate", new JsonObject().put("url", address));
    await("location.href === '" + address + "' && document.readyState === 'complete'");
  }

  /** The value of a JavaScript expression. */
  Object evaluate(String expression) throws Exception {
    JsonObject result =
        call(
            "Runtime.evaluate",
            new JsonObject()
                .put("expression", expression)
                .put("returnByValue", true)
                .put("awaitPromise", true));
    if (result.containsKey("exceptionDetails")) {
      throw new IllegalStateException(result.getJsonObject("exceptionDetails").encode());
    }
    return result.getJsonObject("result").getValue("value");
  }

  /** Waits until a JavaScript expression is true; one that throws is not true yet. */
  void await(String expression) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    while (!Boolean.TRUE.equals(
        evaluate(
            "(() => { try { return Boolean(" + expression + "); } catch { return false; } })()"))) {
      if (System.nanoTime() > end) {
        throw new TimeoutException(
            expression + "\nnot true in\n" + evaluate("document.body.innerText") + complaints);
      }
      LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
    }
  }

  /** The text a person sees. */
  String text() throws Exception {
    return (String) evaluate("document.body.innerText");
  }

  /** What the page asked the network for since it was opened. */
  List<String> requests() {
    return requests;
  }

  /** Errors, exceptions and violations of the Content Security Policy since it was opened. */
  List<String> complaints() {
    return complaints;
  }

  /** A key as a keyboard sends it; name and code as in the UI Events standard. */
  void press(String key, String code) throws Exception {
    int windowsCode =
        switch (key) {
          case "Tab" -> 9;
          case "Enter" -> 13;
          case "PageUp" -> 33;
          case "PageDown" -> 34;
          case "ArrowLeft" -> 37;
          case "ArrowUp" -> 38;
          case "ArrowRight" -> 39;
          case "ArrowDown" -> 40;
          default -> Character.toUpperCase(key.charAt(0));
        };
    for (String type : List.of("keyDown", "keyUp")) {
      JsonObject event =
          new JsonObject()
              .put("type", type)
              .put("key", key)
              .put("code", code)
              .put("windowsVirtualKeyCode", windowsCode);
      if (type.equals("keyDown") && (key.length() == 1 || key.equals("Enter"))) {
        event.put("text", key.length() == 1 ? key : "\r");
      }
      call("Input.dispatchKeyEvent", event);
    }
  }

  /** Puts files into a file input, as a person who chooses them does. */
  void chooseFiles(String selector, List<Path> files) throws Exception {
    JsonObject document = call("DOM.getDocument", new JsonObject());
    JsonObject node =
        call(
            "DOM.querySelector",
            new JsonObject()
                .put("nodeId", document.getJsonObject("root").getInteger("nodeId"))
                .put("selector", selector));
    call(
        "DOM.setFileInputFiles",
        new JsonObject()
            .put("nodeId", node.getInteger("nodeId"))
            .put("files", new JsonArray(files.stream().map(Path::toString).toList())));
  }

  /** Size of the window, CSS pixels. */
  void size(int width, int height) throws Exception {
    call(
        "Emulation.setDeviceMetricsOverride",
        new JsonObject()
            .put("width", width)
            .put("height", height)
            .put("deviceScaleFactor", 1)
            .put("mobile", false));
  }

  void colorScheme(String scheme) throws Exception {
    call(
        "Emulation.setEmulatedMedia",
        new JsonObject()
            .put(
                "features",
                new JsonArray()
                    .add(
                        new JsonObject()
                            .put("name", "prefers-color-scheme")
                            .put("value", scheme))));
  }

  /** A picture of the whole page at that width, CSS pixels. */
  void screenshot(int width, Path png) throws Exception {
    size(width, 900);
    JsonObject picture =
        call("Page.captureScreenshot", new JsonObject().put("captureBeyondViewport", true));
    Files.write(png, Base64.getDecoder().decode(picture.getString("data")));
  }

  @Override
  public void close() {
    socket.abort();
    List<ProcessHandle> all =
        Stream.concat(process.descendants(), Stream.of(process.toHandle())).toList();
    all.forEach(ProcessHandle::destroyForcibly);
    all.forEach(handle -> handle.onExit().join());
  }
}
