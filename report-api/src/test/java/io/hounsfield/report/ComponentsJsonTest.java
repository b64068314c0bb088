// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hounsfield.api.ApiSchemaCheck;
import io.hounsfield.domain.LesionComponent;
import io.hounsfield.domain.LesionComponents;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.VoxelIndex;
import io.hounsfield.domain.VoxelSums;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ComponentsJsonTest {

  private static VoxelSums sums(long voxels, long high, long sum, String squares) {
    return new VoxelSums(voxels, high, BigInteger.valueOf(sum), new BigInteger(squares));
  }

  private static LesionComponents components() {
    return new LesionComponents(
        0.00049,
        sums(4_714_795, 90_100, -3_446_515_145L, "2690000000000"),
        sums(9_000_000_000L, 0, -9_000_000_000_000L, "9223372036854775808000"),
        List.of(
            new LesionComponent(
                1,
                Region.RIGHT_LUNG,
                1,
                sums(1_045_000, 84_000, -535_771_500, "312000000000"),
                new VoxelIndex(90, 160, 40),
                new VoxelIndex(210, 340, 180),
                new VoxelIndex(150, 260, 110)),
            new LesionComponent(
                2,
                Region.LEFT_LUNG,
                7,
                sums(12, 0, -6000, "3000000"),
                new VoxelIndex(300, 160, 40),
                new VoxelIndex(310, 340, 180),
                new VoxelIndex(305, 260, 110))));
  }

  @Test
  void readsBackAsTheSameAndKeepsItsSchema() throws IOException {
    byte[] json = ComponentsJson.encode(components());
    assertEquals(components(), ComponentsJson.decode(json));
    ApiSchemaCheck.assertValid("LesionComponents", json);
    LesionComponents none = new LesionComponents(1, VoxelSums.NONE, VoxelSums.NONE, List.of());
    assertEquals(none, ComponentsJson.decode(ComponentsJson.encode(none)));
  }

  /** A damaged file is told, and never gives other numbers without a word where it can be seen. */
  @Test
  void damagedFilesAreRefusedAndNothingElse() throws IOException {
    byte[] whole = ComponentsJson.encode(components());
    Random random = new Random(3);
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = whole.clone();
      damaged[random.nextInt(damaged.length)] = (byte) (32 + random.nextInt(95));
      try {
        ComponentsJson.decode(damaged);
      } catch (IOException refused) {
        // The other outcome: a digit became another one and all holds together.
      }
    }
    String text = new String(whole, StandardCharsets.UTF_8);
    for (String wrong :
        List.of(
            text.replace("\"id\":2", "\"id\":3"),
            text.replace("\"connectivity\":26", "\"connectivity\":6"),
            text.replace("rightLung\",\"parts", "bothLungs\",\"parts"),
            text.replace("\"voxels\":1045000", "\"voxels\":10450000"),
            text.replace("\"voxels\":12", "\"voxels\":0"),
            text.replace("[305,260,110]", "[305,260]"),
            text.substring(0, text.length() - 2))) {
      assertThrows(
          IOException.class,
          () -> ComponentsJson.decode(wrong.getBytes(StandardCharsets.UTF_8)),
          wrong);
    }
  }
}
