// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Files, folders and zip archives from the page to STOW-RS. */
class ZipUploadTest {

  @RegisterExtension static final Chromium chromium = new Chromium();

  private static final String TEXT = "document.getElementById('upload-text').innerText";
  private static final String OVER = "!document.getElementById('upload-close').hidden";
  private static final int BATCH_BYTES = 8 << 20;

  @TempDir Path folder;

  private final Vertx vertx = Vertx.vertx();
  private final List<Request> requests = new CopyOnWriteArrayList<>();

  /** Answers that are held back; empty where each is answered at once. */
  private final ConcurrentLinkedQueue<RoutingContext> held = new ConcurrentLinkedQueue<>();

  private final AtomicInteger busy = new AtomicInteger();
  private volatile boolean hold;
  private HttpApi api;

  /** A store request: the value of its header and its parts. */
  private record Request(String upload, List<byte[]> parts) {
    int bytes() {
      return parts.stream().mapToInt(part -> part.length).sum();
    }
  }

  @BeforeEach
  void start() throws Exception {
    Router dicomWeb = Router.router(vertx);
    dicomWeb.post("/studies").handler(BodyHandler.create(false)).handler(this::store);
    api = Preview.serve(vertx, new MemoryCatalog(), 0, List.of(new Mount("/dicom-web", dicomWeb)));
  }

  @AfterEach
  void stop() {
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().join();
  }

  private void store(RoutingContext rc) {
    if (busy.getAndUpdate(n -> Math.max(0, n - 1)) > 0) {
      rc.response().setStatusCode(503).putHeader("Retry-After", "1").end();
      return;
    }
    String type = rc.request().getHeader("Content-Type");
    assertTrue(type.startsWith("multipart/related; type=\"application/dicom\""), type);
    String boundary = type.replaceFirst(".*boundary=", "");
    String body = rc.body().asString("ISO-8859-1");
    List<byte[]> parts = new ArrayList<>();
    String[] pieces = body.split("--" + boundary + "(--)?\r\n", -1);
    for (String piece : Arrays.asList(pieces).subList(1, pieces.length - 1)) {
      String head = "Content-Type: application/dicom\r\n\r\n";
      assertTrue(piece.startsWith(head) && piece.endsWith("\r\n"), "a part of its type");
      parts.add(
          piece.substring(head.length(), piece.length() - 2).getBytes(StandardCharsets.ISO_8859_1));
    }
    requests.add(new Request(rc.request().getHeader("X-Hounsfield-Upload"), parts));
    if (hold) {
      held.add(rc);
    } else {
      answer(rc, parts.size(), 0);
    }
  }

  private static void answer(RoutingContext rc, int stored, int refused) {
    String items = "{}" + ",{}".repeat(Math.max(0, stored - 1));
    String failed =
        ",\"00081198\":{\"vr\":\"SQ\",\"Value\":[{\"00081197\":{\"vr\":\"US\",\"Value\":[42752]}}]}";
    rc.response()
        .setStatusCode(refused == 0 ? 200 : 202)
        .putHeader("Content-Type", "application/dicom+json")
        .end(
            "{\"00081199\":{\"vr\":\"SQ\",\"Value\":["
                + (stored == 0 ? "" : items)
                + "]}"
                + (refused == 0 ? "" : failed)
                + "}");
  }

  /** A Part 10 file by its mark, as far as the page looks; the rest is noise. */
  private static byte[] dicom(int seed, int length) {
    byte[] content = new byte[length];
    new Random(seed).nextBytes(content);
    System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, content, 128, 4);
    return content;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void open() {
    chromium.open("http://127.0.0.1:" + api.port() + "/");
    chromium.await("!document.getElementById('upload').hidden");
  }

  private Path file(String name, byte[] content) throws Exception {
    return Files.write(folder.resolve(name), content);
  }

  /** Chooses files and waits for the end; what the page says then. */
  private String upload(Path... files) {
    chromium.page().setInputFiles("#files", files);
    chromium.await(OVER);
    return (String) chromium.evaluate(TEXT);
  }

  private Map<String, byte[]> sent() {
    Map<String, byte[]> sent = new TreeMap<>();
    for (Request request : requests) {
      for (byte[] part : request.parts()) {
        sent.put(new String(part, 132, 20, StandardCharsets.ISO_8859_1), part);
      }
    }
    return sent;
  }

  private void assertSent(List<byte[]> expected) {
    Map<String, byte[]> sent = sent();
    assertEquals(expected.size(), sent.size());
    for (byte[] one : expected) {
      assertArrayEquals(one, sent.get(new String(one, 132, 20, StandardCharsets.ISO_8859_1)));
    }
  }

  /** All requests of an upload say so, and all but the last that more will follow. */
  private void assertOneUpload() {
    String name = requests.get(0).upload().replace("; more", "");
    assertTrue(name.matches("[A-Za-z0-9-]{8,64}"), name);
    for (Request request : requests.subList(0, requests.size() - 1)) {
      assertEquals(name + "; more", request.upload());
    }
    assertEquals(name, requests.get(requests.size() - 1).upload());
  }

  @Test
  void anArchiveGoesToTheNodeFileByFile() throws Exception {
    TestZip zip = new TestZip();
    List<byte[]> slices = new ArrayList<>();
    for (int i = 0; i < 230; i++) {
      slices.add(dicom(i, 20_000 + i));
      String name = "PATIENT/STUDY 1/SERIES %d/IM%04d".formatted(i % 3, i);
      if (i % 2 == 0) {
        zip.add(name, slices.get(i));
      } else {
        zip.stored(name, slices.get(i));
      }
    }
    zip.add("README.txt", ascii("x".repeat(500)));
    zip.add("DICOMDIR", dicom(1000, 4000));
    zip.add("__MACOSX/PATIENT/._IM0001", new byte[120]);
    open();
    String text = upload(file("study.zip", zip.bytes()));
    assertTrue(text.startsWith("230 of 230 files taken."), text);
    assertTrue(text.contains("3 left out, not DICOM images: README.txt, DICOMDIR"), text);
    assertSent(slices);
    assertOneUpload();
    for (Request request : requests) {
      assertTrue(request.bytes() <= BATCH_BYTES && request.parts().size() <= 100);
    }
    chromium.assertQuiet();
    chromium.assertAccessible("after an upload");
  }

  /** Sizes in 64 bits, as archives beyond 4 GiB have them. */
  @Test
  void zip64IsReadLikeAnyOther() throws Exception {
    List<byte[]> slices = List.of(dicom(1, 5000), dicom(2, 5000));
    TestZip zip = new TestZip().zip64().add("a/1", slices.get(0)).stored("a/2", slices.get(1));
    open();
    String text = upload(file("large.zip", zip.bytes()));
    assertTrue(text.startsWith("2 of 2 files taken."), text);
    assertSent(slices);
  }

  @Test
  void whatCannotBeTakenIsToldWithItsReasonAndTheRestIsSent() throws Exception {
    byte[] good = dicom(1, 5000);
    byte[] inner = new TestZip().add("x", dicom(9, 300)).bytes();
    byte[] zeros = Arrays.copyOf(dicom(2, 200), 80 << 20);
    TestZip zip = new TestZip();
    zip.encrypted("secret.dcm", dicom(3, 5000));
    zip.damaged("bad.dcm", dicom(4, 5000));
    zip.longer("longer.dcm", dicom(5, 5000), 4000);
    zip.add("../../etc/passwd.dcm", dicom(6, 5000));
    zip.add("C:\\windows\\x.dcm", dicom(7, 5000));
    zip.add("inner.zip", inner);
    zip.add("bomb.dcm", zeros);
    zip.method("lzma.dcm", 14, dicom(8, 5000));
    int offset = zip.size();
    zip.add("good.dcm", good);
    zip.again("twice.dcm", offset, good);
    open();
    String text = upload(file("odd.zip", zip.bytes()));
    for (String expected :
        List.of(
            "1 of 1 files taken.",
            "1 encrypted, so not readable here: secret.dcm. Unpack the archive with its password",
            "2 damaged in the archive (content and checksum or length differ): bad.dcm, longer.dcm",
            "2 left out, whose names lead out of the archive: ../../etc/passwd.dcm, C:\\windows",
            "1 archives within an archive left out: inner.zip",
            "2 left out, since unpacked they would be much larger than any image (a zip bomb):"
                + " bomb.dcm, twice.dcm",
            "1 compressed in a way that browsers cannot unpack: lzma.dcm")) {
      assertTrue(text.contains(expected), expected + " missing in " + text);
    }
    assertSent(List.of(good));
    chromium.assertQuiet();
    chromium.assertAccessible("with reasons");
  }

  @Test
  void whatIsNoArchiveIsToldAndOthersAreSent() throws Exception {
    byte[] whole = new TestZip().add("a", dicom(1, 50_000)).bytes();
    byte[] loose = dicom(2, 700);
    open();
    String text =
        upload(
            file("cut.zip", Arrays.copyOf(whole, whole.length / 2)),
            file("empty.zip", new byte[0]),
            file("loose", loose));
    assertTrue(text.startsWith("1 of 1 files taken."), text);
    assertTrue(text.contains("its end is missing: cut.zip, empty.zip. Get it again"), text);
    assertSent(List.of(loose));
    requests.clear();
    text = upload(file("notes.zip", new TestZip().add("notes.txt", new byte[300]).bytes()));
    assertTrue(text.startsWith("No DICOM file among them."), text);
    assertEquals(List.of(), requests);
    chromium.assertQuiet();
  }

  /** While requests wait, no more is unpacked than the next of them holds. */
  @Test
  void noMoreIsUnpackedThanIsSent() throws Exception {
    TestZip zip = new TestZip();
    for (int i = 0; i < 40; i++) {
      zip.stored("IM" + i, dicom(i, 1 << 20));
    }
    hold = true;
    chromium
        .page()
        .addInitScript(
            "(() => { const ask = Worker.prototype.postMessage; window.asked = 0;"
                + " Worker.prototype.postMessage = function (m) { window.asked++;"
                + " return ask.call(this, m); }; })()");
    open();
    chromium.page().setInputFiles("#files", file("large.zip", zip.bytes()));
    chromium.await("window.asked > 17");
    // The archive, eight that are sent, eight that wait, and the one that does not fit.
    assertEquals(18, chromium.evaluate("window.asked"));
    assertEquals(1, requests.size());
    assertEquals("0 of 40 files sent", chromium.evaluate(TEXT));
    hold = false;
    held.forEach(rc -> answer(rc, 8, 0));
    chromium.await(OVER);
    assertEquals("40 of 40 files taken.", chromium.evaluate(TEXT));
    assertOneUpload();
    assertEquals(5, requests.size());
  }

  @Test
  void aServiceWithoutRoomIsAskedAgain() throws Exception {
    busy.set(1);
    open();
    chromium.page().setInputFiles("#files", file("a.dcm", dicom(1, 600)));
    chromium.await(TEXT + ".includes('no room just now')");
    chromium.await(OVER);
    assertEquals("1 of 1 files taken.", chromium.evaluate(TEXT));
  }

  @Test
  void anUploadCanBeStopped() throws Exception {
    hold = true;
    open();
    Path first = file("a.dcm", dicom(1, 600));
    chromium.page().setInputFiles("#files", first);
    chromium.await("!document.getElementById('upload-cancel').hidden");
    chromium.page().setInputFiles("#files", file("b.dcm", dicom(2, 600)));
    chromium.await("document.getElementById('upload-note').textContent.includes('One upload')");
    chromium.page().click("#upload-cancel");
    chromium.await(OVER);
    assertEquals("Sending stopped: stopped by you.", chromium.evaluate(TEXT));
    hold = false;
    requests.clear();
    assertEquals("1 of 1 files taken.", upload(first));
    chromium.page().click("#upload-close");
    chromium.await("document.getElementById('upload-state').hidden");
  }

  @Test
  void refusalsOfTheNodeAreShown() throws Exception {
    hold = true;
    open();
    chromium
        .page()
        .setInputFiles(
            "#files", new Path[] {file("a.dcm", dicom(1, 600)), file("b.dcm", dicom(2, 600))});
    while (held.isEmpty()) {
      Thread.onSpinWait();
    }
    answer(held.remove(), 1, 1);
    chromium.await(OVER);
    String text = (String) chromium.evaluate(TEXT);
    assertTrue(text.contains("1 of 2 files taken."), text);
    assertTrue(text.contains("1 refused: there is no room"), text);
  }

  /** A Part 10 file whose File Meta Information has a Media Storage SOP Instance UID. */
  private static byte[] instance(String uid) {
    byte[] content = dicom(uid.hashCode(), 600);
    byte[] version = {2, 0, 1, 0, 'O', 'B', 0, 0, 2, 0, 0, 0, 0, 1};
    System.arraycopy(version, 0, content, 132, version.length);
    byte[] head = {2, 0, 3, 0, 'U', 'I', (byte) uid.length(), 0};
    System.arraycopy(head, 0, content, 146, head.length);
    System.arraycopy(ascii(uid), 0, content, 154, uid.length());
    return content;
  }

  /** PS3.18 annex I.2: failures with the instance that they are of, others in their order. */
  @Test
  void aFileThatIsRefusedIsNamed() throws Exception {
    hold = true;
    open();
    chromium
        .page()
        .setInputFiles(
            "#files",
            new Path[] {
              file("good.dcm", instance("2.25.10")),
              file("bad.dcm", instance("2.25.11")),
              file("odd.dcm", dicom(3, 600)),
              file("fine.dcm", instance("2.25.12"))
            });
    while (held.isEmpty()) {
      Thread.onSpinWait();
    }
    String item = "{\"00081155\":{\"vr\":\"UI\",\"Value\":[\"%s\"]}%s}";
    held.remove()
        .response()
        .setStatusCode(202)
        .putHeader("Content-Type", "application/dicom+json")
        .end(
            "{\"00081199\":{\"vr\":\"SQ\",\"Value\":[%s,%s]},\"00081198\":{\"vr\":\"SQ\",\"Value\":[%s]},\"0008119A\":{\"vr\":\"SQ\",\"Value\":[{%s}]}}"
                .formatted(
                    item.formatted("2.25.10", ""),
                    item.formatted("2.25.12", ""),
                    item.formatted("2.25.11", ",\"00081197\":{\"vr\":\"US\",\"Value\":[49152]}"),
                    "\"00081197\":{\"vr\":\"US\",\"Value\":[279]}"));
    chromium.await(OVER);
    String text = (String) chromium.evaluate(TEXT);
    assertTrue(text.contains("2 of 4 files taken."), text);
    assertTrue(text.contains("1 refused: the file cannot be read (bad.dcm)"), text);
    assertTrue(text.contains("1 refused: the file is damaged, "), text);
    assertTrue(text.contains("(odd.dcm)"), text);
  }

  /** The browser has its own, English words for it. */
  @Test
  void thatTheServiceIsGoneIsToldInTheLanguageOfThePage() throws Exception {
    open();
    chromium.page().selectOption("#language", "zh-CN");
    chromium.await(
        "document.documentElement.lang === 'zh-CN' && !document.getElementById('upload').hidden");
    chromium.page().route("**/studies", route -> route.abort());
    String text = upload(file("a.dcm", dicom(1, 600)));
    assertTrue(text.startsWith("发送中断：服务没有应答"), text);
    assertFalse(text.contains("fetch"), text);
  }

  /** Dropped onto the page, as from a file manager. */
  @Test
  void whatIsDroppedIsTaken() throws Exception {
    byte[] slice = dicom(1, 800);
    byte[] zip = new TestZip().add("deep/er/IM1", slice).bytes();
    open();
    String drop =
        """
        ((base64, name) => {
          const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0));
          const transfer = new DataTransfer();
          transfer.items.add(new File([bytes], name));
          for (const type of ['dragenter', 'dragover', 'drop']) {
            document.body.dispatchEvent(
              new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true }));
            if (type === 'dragover' && document.getElementById('drop').hidden) {
              throw new Error('nothing shows that it may be dropped here');
            }
          }
        })('%s', 'study.ZIP')
        """;
    chromium.evaluate(drop.formatted(Base64.getEncoder().encodeToString(zip)));
    chromium.await(OVER);
    assertEquals("1 of 1 files taken.", chromium.evaluate(TEXT));
    assertSent(List.of(slice));
    assertEquals(true, chromium.evaluate("document.getElementById('drop').hidden"));
    chromium.assertQuiet();
  }

  @Test
  void eachUploadHasANameOfItsOwn() throws Exception {
    open();
    Path one = file("a.dcm", dicom(1, 600));
    upload(one);
    upload(one);
    assertNotEquals(requests.get(0).upload(), requests.get(1).upload());
  }
}
