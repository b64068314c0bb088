// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Mouse;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.MouseButton;
import com.microsoft.playwright.options.Position;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.report.TestChest;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What stands on the screen is what was measured: pixels of the three planes at places of the
 * patient that are known. Needs Chromium; skipped where there is none.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ViewerTest {

  @RegisterExtension static final Chromium browser = new Chromium();

  private static final String VIEWER = "document.querySelector('.viewer canvas').viewer";
  private static final int HEAD_FIRST = 3;
  private static final int FEET_FIRST = 4;
  private static final int PRONE = 5;
  private static final int OBLIQUE = 6;

  private Vertx vertx;
  private MemoryCatalog catalog;
  private HttpApi api;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    vertx = Vertx.vertx();
    catalog = Preview.catalog(folder);
    Preview.putChest(catalog, folder, FEET_FIRST, chest(FEET_FIRST));
    Preview.putChest(catalog, folder, PRONE, chest(PRONE));
    Preview.putChest(catalog, folder, OBLIQUE, chest(OBLIQUE));
    api = Preview.serve(vertx, catalog, 0);
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

  private static TestChest chest(int n) {
    return switch (n) {
      case HEAD_FIRST -> TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 2, 2.5);
      case FEET_FIRST -> TestChest.of(TestChest.Position.FEET_FIRST_SUPINE, 3, 4);
      case PRONE -> TestChest.of(TestChest.Position.HEAD_FIRST_PRONE, 3, 4);
      default -> TestChest.oblique(15, 3, 4);
    };
  }

  private void open(int n) throws Exception {
    browser.open("http://127.0.0.1:" + api.port() + "/analyses/" + TestAnalyses.id(n));
    browser.await(VIEWER + ".stage === 'full'");
  }

  /** Column, row and slice nearest to a place in the patient. */
  private static int[] voxel(VolumeGeometry g, Vec3 place) {
    Vec3 d = place.minus(g.origin());
    return new int[] {
      (int) Math.round(d.dot(g.rowDirection()) / g.columnSpacingMm()),
      (int) Math.round(d.dot(g.columnDirection()) / g.rowSpacingMm()),
      (int) Math.round(d.dot(g.normal()) / g.sliceSpacingMm())
    };
  }

  /** Puts the crosshair at a place and reads the pixel of another one from one of the planes. */
  private int[] pixel(VolumeGeometry g, Vec3 crosshair, Vec3 place, int plane) throws Exception {
    int[] at = voxel(g, crosshair);
    String script =
        """
        (() => {
          const v = %s, nv = v.nv, gl = nv.gl;
          nv.setCrosshairWidth(0);
          v.goTo([%d, %d, %d]);
          nv.drawNow();
          const frac = nv.mm2frac([%f, %f, %f], 0, true);
          const deep = [2, 1, 0][%d]; // the plane is that of the crosshair's voxel
          frac[deep] = nv.scene.crosshairPos[deep];
          const found = nv.frac2canvasPosWithTile(frac, [0, 1, 2][2 - deep]);
          nv.drawNow();
          const p = new Uint8Array(4);
          gl.readPixels(Math.round(found.pos[0]), gl.canvas.height - 1 - Math.round(found.pos[1]), 1, 1,
            gl.RGBA, gl.UNSIGNED_BYTE, p);
          const tile = nv.screenSlices[found.tileIndex];
          return [...p.slice(0, 3), tile.axCorSag, Math.round(found.pos[0]), Math.round(found.pos[1]),
            ...tile.leftTopWidthHeight.map(Math.round)].join(' ');
        })()"""
            .formatted(VIEWER, at[0], at[1], at[2], -place.x(), -place.y(), place.z(), plane);
    String[] parts = ((String) browser.evaluate(script)).split(" ");
    int[] values = new int[parts.length];
    for (int i = 0; i < parts.length; i++) {
      values[i] = Integer.parseInt(parts[i]);
    }
    assertEquals(plane, values[3], "another plane was found");
    return values;
  }

  private static String colour(int[] pixel) {
    int red = pixel[0];
    int blue = pixel[2];
    return blue - red > 40 ? "blue" : red - blue > 40 ? "orange" : "grey";
  }

  /** However the patient lay. */
  @ParameterizedTest
  @ValueSource(ints = {HEAD_FIRST, FEET_FIRST, PRONE, OBLIQUE})
  void theScreenShowsThePatient(int n) throws Exception {
    open(n);
    lesionsStandWhereTheyAreInEachPlane(n);
    directionsOfThePatientOnTheScreen(n);
    huOfTheVoxel(n);
    outlinesAreThoseOfWhatEachPlaneCuts(n);
    browser.assertQuiet();
  }

  /**
   * In each plane ground glass is blue in the patient's right lung, consolidation orange in the
   * left one, and just outside of the ground glass nothing is coloured.
   */
  private void lesionsStandWhereTheyAreInEachPlane(int n) throws Exception {
    VolumeGeometry g = chest(n).ct().geometry();
    for (int plane = 0; plane < 3; plane++) {
      assertEquals("blue", colour(pixel(g, TestChest.GROUND_GLASS, TestChest.GROUND_GLASS, plane)));
      assertEquals(
          "orange", colour(pixel(g, TestChest.CONSOLIDATION, TestChest.CONSOLIDATION, plane)));
      // 8 mm inside and outside of the ball's edge along the axes of the plane.
      for (Vec3 axis : axes(g, plane)) {
        for (int side : new int[] {-1, 1}) {
          double radius = TestChest.GROUND_GLASS_RADIUS;
          Vec3 centre = TestChest.GROUND_GLASS;
          Vec3 inside = centre.plus(axis.times(side * (radius - 8)));
          Vec3 outside = centre.plus(axis.times(side * (radius + 8)));
          String where = "plane %d, towards %s".formatted(plane, axis.times(side));
          assertEquals("blue", colour(pixel(g, centre, inside, plane)), where);
          assertEquals("grey", colour(pixel(g, centre, outside, plane)), where);
        }
      }
    }
  }

  /** Directions that lie in a plane of the screen: the planes are those of the grid. */
  private static List<Vec3> axes(VolumeGeometry g, int plane) {
    return switch (plane) {
      case 0 -> List.of(g.rowDirection(), g.columnDirection());
      case 1 -> List.of(g.rowDirection(), g.normal());
      default -> List.of(g.columnDirection(), g.normal());
    };
  }

  /** Radiological: the patient's right is on the left, the front above, the head above. */
  private void directionsOfThePatientOnTheScreen(int n) throws Exception {
    VolumeGeometry g = chest(n).ct().geometry();
    Vec3 middle = new Vec3(0, 0, 0);
    Vec3 right = new Vec3(-60, 0, 0);
    Vec3 front = new Vec3(0, -60, 0);
    Vec3 head = new Vec3(0, 0, 60);
    for (int plane = 0; plane < 3; plane++) {
      int[] centre = pixel(g, middle, middle, plane);
      if (plane != 2) {
        assertTrue(pixel(g, middle, right, plane)[4] < centre[4], "right is left in " + plane);
      }
      if (plane == 0) {
        assertTrue(pixel(g, middle, front, plane)[5] < centre[5], "the front is above");
      }
      if (plane == 2) {
        assertTrue(pixel(g, middle, front, plane)[4] < centre[4], "the front is left");
      }
      if (plane != 0) {
        assertTrue(pixel(g, middle, head, plane)[5] < centre[5], "the head is above in " + plane);
      }
    }
  }

  /** HU and label below the crosshair are those of the voxel, exactly. */
  private void huOfTheVoxel(int n) throws Exception {
    TestChest chest = chest(n);
    VolumeGeometry g = chest.ct().geometry();
    for (Vec3 place :
        List.of(
            TestChest.GROUND_GLASS,
            TestChest.CONSOLIDATION,
            new Vec3(75, 0, 60),
            new Vec3(0, 0, 0))) {
      int[] at = voxel(g, place);
      short hu = chest.ct().slice(at[2])[at[1] * g.columns() + at[0]];
      String expected = "%s HU".formatted(Integer.toString(hu).replace('-', '−'));
      browser.evaluate("%s.goTo([%d, %d, %d])".formatted(VIEWER, at[0], at[1], at[2]));
      String values = values();
      assertTrue(values.contains(" " + expected), expected + " in " + values);
      assertTrue(values.contains("Slice %d of %d".formatted(at[2] + 1, g.slices())), values);
    }
  }

  /** Closed in each plane, and inside of them nothing: of lungs, lesions and lesions left out. */
  private void outlinesAreThoseOfWhatEachPlaneCuts(int n) {
    VolumeGeometry g = chest(n).ct().geometry();
    click("[name=\"style\"][value=\"outline\"]");
    browser.await("!" + VIEWER + ".show.fill");
    Vec3 ball = new Vec3(1, 1, 1).times(TestChest.GROUND_GLASS_RADIUS);
    for (int plane = 0; plane < 3; plane++) {
      assertOutline(g, new Vec3(75, 0, 0), new Vec3(58, 85, 130), plane, "yellow");
      assertOutline(g, TestChest.GROUND_GLASS, ball, plane, "blue");
    }
    if (n == HEAD_FIRST) {
      // Where the lung ends with the next voxel to the side: one line, no patch.
      assertOutline(g, new Vec3(131, 0, 0), new Vec3(58, 85, 130).times(0.26), 2, "yellow");
    }
    browser.evaluate(VIEWER + ".leaveOut([1])");
    for (int plane = 0; plane < 3; plane++) {
      assertOutline(g, TestChest.GROUND_GLASS, ball, plane, "white");
    }
    browser.evaluate(VIEWER + ".leaveOut([])");
  }

  /** An ellipsoid about a place has a line at its edge, in whichever direction of the plane. */
  private void assertOutline(
      VolumeGeometry g, Vec3 centre, Vec3 semiAxes, int plane, String expected) {
    List<Vec3> axes = axes(g, plane);
    List<List<Vec3>> rays = new ArrayList<>();
    for (int degrees = 0; degrees < 360; degrees += 15) {
      double angle = Math.toRadians(degrees);
      Vec3 direction = axes.get(0).times(Math.cos(angle)).plus(axes.get(1).times(Math.sin(angle)));
      double edge =
          1
              / Math.hypot(
                  direction.x() / semiAxes.x(),
                  Math.hypot(direction.y() / semiAxes.y(), direction.z() / semiAxes.z()));
      List<Vec3> ray = new ArrayList<>();
      ray.add(centre.plus(direction.times(edge / 2)));
      for (double mm = -6; mm <= 5; mm += 0.5) {
        ray.add(centre.plus(direction.times(edge + mm)));
      }
      rays.add(ray);
    }
    List<List<String>> found = colours(g, centre, rays, plane);
    for (int n = 0; n < found.size(); n++) {
      List<String> ray = found.get(n);
      String where = " at %d degrees in plane %d: %s".formatted(15 * n, plane, ray);
      assertFalse(ray.get(0).contains(expected), expected + " within" + where);
      assertTrue(
          ray.stream().skip(1).anyMatch(colours -> colours.contains(expected)),
          "no " + expected + where);
    }
  }

  /** Colours about places in the plane through another one: of nine pixels each. */
  private List<List<String>> colours(
      VolumeGeometry g, Vec3 crosshair, List<List<Vec3>> rays, int plane) {
    int[] at = voxel(g, crosshair);
    String script =
        """
        (rays) => {
          const v = %s, nv = v.nv, gl = nv.gl, plane = %d;
          nv.setCrosshairWidth(0);
          v.goTo([%d, %d, %d]);
          nv.drawNow();
          const {width, height} = gl.canvas;
          const p = new Uint8Array(4 * width * height);
          gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, p);
          const colour = (x, y) => {
            const [r, g, b] = p.subarray(4 * (y * width + x));
            return r - g > 40 ? 'orange' : g - b > 50 ? 'yellow' : b - r > 40 ? 'blue' : r > 215 ? 'white' : '';
          };
          return rays.map((ray) => ray.map((mm) => {
            const frac = nv.mm2frac(mm, 0, true);
            frac[2 - plane] = nv.scene.crosshairPos[2 - plane];
            const {pos} = nv.frac2canvasPosWithTile(frac, plane);
            const [x, y] = [Math.round(pos[0]), height - 1 - Math.round(pos[1])];
            return [-1, 0, 1].flatMap((up) => [-1, 0, 1].map((right) => colour(x + right, y + up))).join(' ');
          }));
        }"""
            .formatted(VIEWER, plane, at[0], at[1], at[2]);
    List<List<List<Double>>> mm =
        rays.stream()
            .map(ray -> ray.stream().map(p -> List.of(-p.x(), -p.y(), p.z())).toList())
            .toList();
    List<List<String>> found = new ArrayList<>();
    for (Object ray : (List<?>) browser.page().evaluate(script, mm)) {
      found.add(((List<?>) ray).stream().map(String.class::cast).toList());
    }
    return found;
  }

  private String values() throws Exception {
    return (String) browser.evaluate("document.querySelector('.viewer-values').textContent");
  }

  @Test
  void controlsAndKeys() throws Exception {
    open(HEAD_FIRST);
    windowsOverlaysAndJumps();
    theKeyboardDoesIt();
  }

  private void windowsOverlaysAndJumps() throws Exception {
    VolumeGeometry g = chest(HEAD_FIRST).ct().geometry();
    Vec3 soft = new Vec3(0, 0, 0); // 40 HU
    int inLungWindow = pixel(g, soft, soft, 0)[0];
    click("[data-window=\"mediastinum\"]");
    int inMediastinum = pixel(g, soft, soft, 0)[0];
    assertTrue(inLungWindow > 220, "soft tissue is bright in the lung window: " + inLungWindow);
    assertEquals(128, inMediastinum, 4, "the level is mid grey");
    assertEquals("40", browser.evaluate("document.querySelector('[name=\"centre\"]').value"));
    click("[data-window=\"lung\"]");

    click("[name=\"lesions\"]");
    browser.await("!" + VIEWER + ".show.lesions");
    assertEquals("grey", colour(pixel(g, TestChest.GROUND_GLASS, TestChest.GROUND_GLASS, 0)));
    click("[name=\"lesions\"]");
    click("[name=\"style\"][value=\"outline\"]");
    browser.await("!" + VIEWER + ".show.fill");
    assertEquals("grey", colour(pixel(g, TestChest.GROUND_GLASS, TestChest.GROUND_GLASS, 0)));
    boolean edge = false;
    for (double mm = -4; mm <= 1; mm += 0.5) {
      Vec3 place = TestChest.GROUND_GLASS.plus(new Vec3(TestChest.GROUND_GLASS_RADIUS + mm, 0, 0));
      edge |= colour(pixel(g, TestChest.GROUND_GLASS, place, 0)).equals("blue");
    }
    assertTrue(edge, "no outline at the edge of the ball");

    click("#regions [data-region=\"leftLung\"]");
    // Of two slices with as much the first is taken.
    browser.await(slice(g, TestChest.CONSOLIDATION));
    assertTrue(values().contains("Consolidation"), values());
    click("[data-act=\"most\"]");
    browser.await(slice(g, TestChest.GROUND_GLASS));
    browser.assertQuiet();
  }

  /** A drag's window is the one that is told, goes on with the keys, and outlasts the coarse CT. */
  @Test
  void theMouseChangesTheWindow() throws Exception {
    List<Route> held = new ArrayList<>();
    browser.page().route("**/ct.nii.gz", held::add);
    browser.open("http://127.0.0.1:" + api.port() + "/analyses/" + TestAnalyses.id(HEAD_FIRST));
    browser.page().waitForCondition(() -> !held.isEmpty());
    browser.await(VIEWER + ".stage === 'labels'");

    drag(60, 40, new Mouse.DownOptions().setButton(MouseButton.RIGHT));
    List<?> greys = greys();
    assertNotEquals(List.of(-1350, 150), greys);
    assertEquals(greys, greysOfTheFields());
    assertEquals(
        0, browser.page().locator("[data-window][aria-pressed=true]").count(), "no preset is on");
    press(".");
    greys = List.of((int) greys.get(0) + 20, (int) greys.get(1) + 20);
    assertEquals(greys, greys(), "20 HU from where the mouse left it");

    held.get(0).resume();
    browser.await(VIEWER + ".stage === 'full'");
    assertEquals(greys, greys(), "after the full volume came");
    assertEquals(greys, greysOfTheFields());

    browser.page().check("[name=tool][value=window]");
    drag(-30, 20, new Mouse.DownOptions());
    assertNotEquals(greys, greys());
    assertEquals(greys(), greysOfTheFields());
    browser.assertQuiet();
  }

  private void drag(int right, int down, Mouse.DownOptions button) {
    BoundingBox box = browser.page().locator(".viewer canvas").boundingBox();
    Mouse mouse = browser.page().mouse();
    mouse.move(box.x + 150, box.y + 200);
    mouse.down(button);
    mouse.move(box.x + 150 + right, box.y + 200 + down, new Mouse.MoveOptions().setSteps(10));
    mouse.up(new Mouse.UpOptions().setButton(button.button));
  }

  /** HU of black and of white in the picture. */
  private List<?> greys() {
    return (List<?>)
        browser.evaluate(
            "[%1$s.nv.volumes[0].cal_min, %1$s.nv.volumes[0].cal_max]".formatted(VIEWER));
  }

  private List<?> greysOfTheFields() {
    return (List<?>)
        browser.evaluate(
            "((c, w) => [c - w / 2, c + w / 2])(...['centre', 'width'].map("
                + "(name) => Number(document.querySelector(`[name=\"${name}\"]`).value)))");
  }

  /** Letters of directions have dark ground about them where tissue is bright. */
  @Test
  void lettersAreReadOnBrightTissue() throws Exception {
    open(HEAD_FIRST);
    Object greys =
        browser.evaluate(
            """
            (() => {
              const nv = %s.nv, gl = nv.gl;
              nv.setCrosshairWidth(0);
              nv.drawNow();
              const coronal = nv.screenSlices.find((slice) => slice.axCorSag === 1);
              const [left, top, width] = coronal.leftTopWidthHeight;
              const size = Math.ceil(nv.fontPx);
              const p = new Uint8Array(8 * size * size);
              gl.readPixels(Math.round(left + width / 2 - size), gl.canvas.height - Math.round(top) - size,
                2 * size, size, gl.RGBA, gl.UNSIGNED_BYTE, p);
              const reds = [...p].filter((value, n) => n %% 4 === 0);
              return [Math.min(...reds), reds[0]];
            })()"""
                .formatted(VIEWER));
    int darkest = (int) ((List<?>) greys).get(0);
    int beside = (int) ((List<?>) greys).get(1);
    assertTrue(beside > 220, "bright tissue: " + beside);
    assertTrue(darkest < 60, "dark about the letter: " + darkest);
  }

  /** Slice and HU are of one voxel, and whose they are is said; the line is in sight. */
  @Test
  void valuesAreOfThePointerOrOfTheCrosshair() throws Exception {
    open(HEAD_FIRST);
    browser.page().setViewportSize(1280, 720);
    browser.evaluate(VIEWER + ".goTo([90, 70, 64])");
    assertTrue(values().startsWith("Crosshair · Slice 65 of 128 · "), values());
    BoundingBox box = browser.page().locator(".viewer canvas").boundingBox();
    browser.page().mouse().move(box.x + box.width * 0.75, box.y + 60); // coronal
    browser.await(VIEWER + ".hover && " + VIEWER + ".hover[2] !== 64");
    String expected =
        (String)
            browser.evaluate(
                "((v) => `Pointer · Slice ${v.hover[2] + 1} of 128 · ${String(v.hu(v.hover))"
                    + ".replace('-', '−')} HU`)("
                    + VIEWER
                    + ")");
    assertTrue(values().startsWith(expected), expected + " in " + values());
    BoundingBox line = browser.page().locator(".viewer-values").boundingBox();
    assertTrue(line.y + line.height < 720, "out of sight: " + line.y);
    browser.page().mouse().move(5, 5);
    browser.await(VIEWER + ".hover === null");
    assertTrue(values().startsWith("Crosshair · Slice 65 of 128 · "), values());
  }

  /** A change of language loads the page anew: what was looked at stays, and not in the address. */
  @Test
  void anotherLanguageShowsTheSamePictures() throws Exception {
    open(HEAD_FIRST);
    String address = browser.page().url();
    click("[data-window=\"mediastinum\"]");
    click("[name=\"style\"][value=\"outline\"]");
    click("[name=\"lungs\"]");
    click("[data-act=\"zoom-in\"]");
    browser.evaluate(VIEWER + ".goTo([91, 71, 63])");
    Object pan = browser.evaluate("[...%s.nv.scene.pan2Dxyzmm]".formatted(VIEWER));

    browser.page().selectOption("#language", "zh-CN");
    browser.await("document.documentElement.lang === 'zh-CN' && " + VIEWER + ".stage === 'full'");
    browser.await("!document.getElementById('profile').hidden");
    assertVoxel(91, 71, 63);
    assertEquals(List.of(-160, 240), greys());
    assertEquals(List.of(-160, 240), greysOfTheFields());
    assertEquals(pan, browser.evaluate("[...%s.nv.scene.pan2Dxyzmm]".formatted(VIEWER)));
    assertTrue(browser.page().isChecked("[name=style][value=outline]"));
    assertFalse(browser.page().isChecked("[name=lungs]"));
    assertEquals(
        "false false",
        browser.evaluate("`${%1$s.show.fill} ${%1$s.show.lungs}`".formatted(VIEWER)));
    assertEquals(address, browser.page().url());
    browser.assertQuiet();
  }

  /** Each drawing waits for the graphics: NiiVue asks for three when the crosshair is set. */
  @Test
  void aClickDrawsOnce() throws Exception {
    open(HEAD_FIRST);
    browser.evaluate(
        "(() => { const nv = %s.nv, core = nv.drawSceneCore; window.drawn = 0;".formatted(VIEWER)
            + " nv.drawSceneCore = (...all) => { window.drawn++; return core.apply(nv, all); }; })()");
    Object before = browser.evaluate(VIEWER + ".voxel.join()");
    browser
        .page()
        .locator(".viewer canvas")
        .click(new Locator.ClickOptions().setPosition(new Position(150, 200)));
    browser.await(VIEWER + ".voxel.join() !== '" + before + "'");
    assertEquals(1, browser.evaluate("window.drawn"));
    press("ArrowRight");
    browser.await("window.drawn > 1");
    assertEquals(2, browser.evaluate("window.drawn"));
  }

  private static String slice(VolumeGeometry g, Vec3 place) {
    return "Math.abs(%s.voxel[2] - %d) <= 1".formatted(VIEWER, voxel(g, place)[2]);
  }

  private void click(String selector) {
    browser.page().click(".report-page " + selector);
  }

  private void press(String key) {
    browser.page().keyboard().press(key);
  }

  /** Crosshair, slice, mark and windows without a mouse. */
  private void theKeyboardDoesIt() throws Exception {
    browser.evaluate("document.querySelector('.viewer canvas').focus()");
    browser.evaluate(VIEWER + ".goTo([90, 70, 64])");
    press("m");
    press("ArrowRight");
    assertVoxel(91, 70, 64);
    press("ArrowDown");
    assertVoxel(91, 71, 64);
    press("PageDown"); // towards the feet
    assertVoxel(91, 71, 63);
    double mm = Math.sqrt(2 * 2 + 2 * 2 + 2.5 * 2.5);
    String distance = String.format(Locale.ROOT, "%.1f mm from the mark", mm);
    assertTrue(values().contains(distance), values());
    press("2");
    assertEquals("400", browser.evaluate("document.querySelector('[name=\"width\"]').value"));
    press("r");
    assertEquals("1500", browser.evaluate("document.querySelector('[name=\"width\"]').value"));
    press("x");
    browser.await(slice(chest(HEAD_FIRST).ct().geometry(), TestChest.GROUND_GLASS));
    browser.evaluate("document.getElementById('profile-bar').focus()");
    Object before = browser.evaluate(VIEWER + ".voxel[2]");
    press("ArrowRight");
    browser.await(VIEWER + ".voxel[2] === " + ((int) before - 1));
  }

  private void assertVoxel(int column, int row, int slice) throws Exception {
    browser.await("String(%s.voxel) === '%d,%d,%d'".formatted(VIEWER, column, row, slice));
  }

  @Test
  void imagesThatAreNotHeldAreSaidToBe() throws Exception {
    catalog.imagesGone = true;
    try {
      browser.open("http://127.0.0.1:" + api.port() + "/analyses/" + TestAnalyses.id(HEAD_FIRST));
      browser.await(
          "document.querySelector('.viewer-note').textContent.startsWith('The images are not held')");
      browser.await("document.getElementById('first-picture').naturalWidth > 0");
      assertTrue(browser.text().contains("4210"), "the numbers stand");
    } finally {
      catalog.imagesGone = false;
    }
  }
}
