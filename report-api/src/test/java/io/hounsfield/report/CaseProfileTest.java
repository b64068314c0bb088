// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.report;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.hounsfield.domain.Vec3;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The profile counts what the label maps hold, and points to where it is. */
class CaseProfileTest {

  @ParameterizedTest
  @EnumSource(TestChest.Position.class)
  void countsAndPlaces(TestChest.Position position) throws Exception {
    TestChest chest = TestChest.of(position, 4, 5);
    JsonNode profile =
        new ObjectMapper().readTree(CaseProfile.encode(chest.ct(), chest.lungs(), chest.lesions()));
    int slices = chest.ct().geometry().slices();
    long right = 0;
    long groundGlass = 0;
    for (int k = 0; k < slices; k++) {
      long inSlice = 0;
      for (int i = 0; i < chest.ct().geometry().sliceLength(); i++) {
        right += chest.lungs().slice(k)[i] == 1 ? 1 : 0;
        inSlice += chest.lesions().slice(k)[i] == 1 ? 1 : 0;
      }
      assertEquals(inSlice, profile.at("/bySlice/groundGlass").get(k).asLong(), "slice " + k);
      groundGlass += inSlice;
    }
    assertTrue(right > 0 && groundGlass > 0);
    assertEquals(right, sum(profile.at("/bySlice/rightLung")));
    assertEquals(right, sum(profile.at("/histogram/lung/rightLung")));
    assertEquals(groundGlass, sum(profile.at("/histogram/opacity/rightLung")));
    // -550 HU, and nothing else.
    int bin = (-550 - CaseProfile.FIRST_HU) / CaseProfile.BIN_HU;
    assertEquals(groundGlass, profile.at("/histogram/opacity/rightLung").get(bin).asLong());
    assertEquals(
        chest.ct().geometry().normal().z() > 0 ? "feet" : "head",
        profile.get("firstSliceIs").asText());
    assertNear(TestChest.GROUND_GLASS, chest, profile.at("/focus/rightLung"));
    assertNear(TestChest.GROUND_GLASS, chest, profile.at("/focus/bothLungs"));
    assertNear(TestChest.CONSOLIDATION, chest, profile.at("/focus/leftLung"));
  }

  private static long sum(JsonNode counts) {
    long sum = 0;
    for (JsonNode count : counts) {
      sum += count.asLong();
    }
    return sum;
  }

  private static void assertNear(Vec3 expected, TestChest chest, JsonNode voxel) {
    Vec3 found =
        chest
            .ct()
            .geometry()
            .position(voxel.get(2).asInt(), voxel.get(1).asInt(), voxel.get(0).asInt());
    assertTrue(found.minus(expected).length() < 8, expected + " but " + found);
  }
}
