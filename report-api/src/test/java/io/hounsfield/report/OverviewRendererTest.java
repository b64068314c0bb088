// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OverviewRendererTest {

  private static final double IN_PLANE_MM = 2;
  private static final double SLICE_MM = 5;

  private static byte[] reference;

  @BeforeAll
  static void renderHeadFirstSupine() {
    reference = render(chest(TestChest.Position.HEAD_FIRST_SUPINE));
  }

  private static TestChest chest(TestChest.Position position) {
    return TestChest.of(position, IN_PLANE_MM, SLICE_MM);
  }

  private static byte[] render(TestChest chest) {
    return OverviewRenderer.render(chest.ct(), chest.lungs(), chest.lesions());
  }

  private static BufferedImage picture(byte[] png) throws IOException {
    return ImageIO.read(new ByteArrayInputStream(png));
  }

  private static OverviewLayout layout(TestChest chest) {
    PatientGrid grid = new PatientGrid(chest.ct().geometry());
    return OverviewLayout.of(
        grid, LabelProfile.of(chest.lungs(), grid), LabelProfile.of(chest.lesions(), grid));
  }

  /** The same patient gives the same picture, however he lay in the scanner. */
  @ParameterizedTest
  @EnumSource(TestChest.Position.class)
  void pictureDoesNotDependOnThePositionInTheScanner(TestChest.Position position)
      throws IOException {
    BufferedImage expected = picture(reference);
    BufferedImage actual = picture(render(chest(position)));
    assertEquals(expected.getWidth(), actual.getWidth());
    assertEquals(expected.getHeight(), actual.getHeight());
    assertArrayEquals(rgb(expected), rgb(actual));
  }

  private static int[] rgb(BufferedImage image) {
    return image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
  }

  /** A lesion of the right lung shows on the left of the picture, one of the left on the right. */
  @ParameterizedTest
  @EnumSource(TestChest.Position.class)
  void lesionsShowWhereTheyAre(TestChest.Position position) throws IOException {
    TestChest chest = chest(position);
    OverviewLayout layout = layout(chest);
    BufferedImage image = picture(render(chest));
    int groundGlass =
        Canvas.mix(PlaneView.grey(-550), PlaneView.GROUND_GLASS_RGB, PlaneView.GROUND_GLASS_SHARE)
            & 0xFFFFFF;
    int consolidation =
        Canvas.mix(PlaneView.grey(20), PlaneView.CONSOLIDATION_RGB, PlaneView.CONSOLIDATION_SHARE)
            & 0xFFFFFF;
    assertTileShows(chest, layout, image, TestChest.GROUND_GLASS, groundGlass);
    assertTileShows(chest, layout, image, TestChest.CONSOLIDATION, consolidation);
    assertTrue(
        pixelX(chest, layout, TestChest.GROUND_GLASS) < OverviewLayout.TILE_WIDTH / 2.0,
        "right lung must be on the left");
    assertTrue(
        pixelY(chest, layout, TestChest.CONSOLIDATION)
            > layout.tiles().get(0).down().pixels() / 2.0,
        "the back must be below");
  }

  /** Finds the tile nearest to a point, then checks the point's pixel in it. */
  private static void assertTileShows(
      TestChest chest, OverviewLayout layout, BufferedImage image, Vec3 point, int expected) {
    PatientGrid grid = new PatientGrid(chest.ct().geometry());
    int nearest = 0;
    for (int i = 0; i < layout.tiles().size(); i++) {
      if (distance(grid, layout, i, point) < distance(grid, layout, nearest, point)) {
        nearest = i;
      }
    }
    assertTrue(distance(grid, layout, nearest, point) < 10, "a tile passes near the lesion");
    int x = layout.tileLeft(nearest) + (int) pixelX(chest, layout, point);
    int y = layout.tileTop(nearest) + (int) pixelY(chest, layout, point);
    assertEquals(Integer.toHexString(expected), Integer.toHexString(image.getRGB(x, y) & 0xFFFFFF));
  }

  private static double distance(PatientGrid grid, OverviewLayout layout, int tile, Vec3 point) {
    return Math.abs(grid.position(0, 0, layout.tiles().get(tile).index()).z() - point.z());
  }

  /** From physics alone: distance from the right end of the grid, not the renderer's mapping. */
  private static double pixelX(TestChest chest, OverviewLayout layout, Vec3 point) {
    PlaneView.Line line = layout.tiles().get(0).across();
    return (point.x() + 180 - line.startMm()) / line.mmPerPixel();
  }

  private static double pixelY(TestChest chest, OverviewLayout layout, Vec3 point) {
    PlaneView.Line line = layout.tiles().get(0).down();
    return (point.y() + 140 - line.startMm()) / line.mmPerPixel();
  }

  @Test
  void tilesRunFromHeadToFeetOverTheLungsOnly() {
    TestChest chest = chest(TestChest.Position.FEET_FIRST_SUPINE);
    PatientGrid grid = new PatientGrid(chest.ct().geometry());
    double[] z =
        layout(chest).tiles().stream()
            .mapToDouble(tile -> grid.position(0, 0, tile.index()).z())
            .toArray();
    assertEquals(20, z.length);
    assertTrue(z[0] <= 130 && z[0] > 110, "starts in the apex: " + Arrays.toString(z));
    assertTrue(z[19] >= -130 && z[19] < -110, "ends in the base: " + Arrays.toString(z));
    for (int i = 1; i < z.length; i++) {
      assertTrue(z[i] < z[i - 1], "descends: " + Arrays.toString(z));
    }
  }

  @Test
  void coronalPlaneIsTheOneWithMostDisease() throws IOException {
    TestChest chest = chest(TestChest.Position.HEAD_FIRST_PRONE);
    OverviewLayout layout = layout(chest);
    PatientGrid grid = new PatientGrid(chest.ct().geometry());
    PlaneView coronal = layout.coronal();
    double y = grid.position(0, coronal.index(), 0).y();
    assertTrue(Math.abs(y - TestChest.GROUND_GLASS.y()) < 15, "through the larger lesion: " + y);
    BufferedImage image = picture(render(chest));
    int px =
        layout.coronalLeft()
            + (int)
                ((TestChest.GROUND_GLASS.x() + 180 - coronal.across().startMm())
                    / coronal.across().mmPerPixel());
    int py =
        (int)
            ((TestChest.GROUND_GLASS.z() + 160 - coronal.down().startMm())
                / coronal.down().mmPerPixel());
    int expected =
        Canvas.mix(PlaneView.grey(-550), PlaneView.GROUND_GLASS_RGB, PlaneView.GROUND_GLASS_SHARE)
            & 0xFFFFFF;
    assertEquals(
        Integer.toHexString(expected), Integer.toHexString(image.getRGB(px, py) & 0xFFFFFF));
    assertTrue(py < coronal.down().pixels() / 2, "the upper lung must be above");
  }

  /** A centimetre is as long across as down, whatever the spacings. */
  @Test
  void scaleIsTheSameInBothDirections() {
    TestChest chest = TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 1.5, 7.5);
    OverviewLayout layout = layout(chest);
    for (PlaneView view : new PlaneView[] {layout.tiles().get(0), layout.coronal()}) {
      assertEquals(view.across().mmPerPixel(), Math.abs(view.down().mmPerPixel()), 1e-12);
    }
  }

  @Test
  void withoutLungsAndLesionsTheWholeScanIsShown() throws IOException {
    VolumeGeometry g =
        new VolumeGeometry(
            32, 32, 7, 5, 5, 10, new Vec3(0, 0, 0), new Vec3(1, 0, 0), new Vec3(0, 1, 0));
    LabelMap none = new LabelMap(g, new byte[7][32 * 32], Segment.LUNGS);
    byte[] png = OverviewRenderer.render(new CtVolume(g, new short[7][32 * 32]), none, none);
    BufferedImage image = picture(png);
    assertTrue(image.getWidth() > 5 * OverviewLayout.TILE_WIDTH);
    assertEquals(
        PlaneView.grey(0) & 0xFFFFFF, image.getRGB(OverviewLayout.TILE_WIDTH / 2, 60) & 0xFFFFFF);
  }

  @Test
  void gridsMustAgree() {
    TestChest a = TestChest.of(TestChest.Position.HEAD_FIRST_SUPINE, 10, 10);
    TestChest b = TestChest.of(TestChest.Position.FEET_FIRST_SUPINE, 10, 10);
    assertThrows(
        IllegalArgumentException.class,
        () -> OverviewRenderer.render(a.ct(), b.lungs(), a.lesions()));
  }
}
