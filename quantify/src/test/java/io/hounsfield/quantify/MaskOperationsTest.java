// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bit masks, runs, components and gas against the plainest code that does the same. */
class MaskOperationsTest {

  private static boolean[][] random(Random random, int rows, int columns, double share) {
    boolean[][] mask = new boolean[rows][columns];
    for (boolean[] row : mask) {
      for (int c = 0; c < columns; c++) {
        row[c] = random.nextDouble() < share;
      }
    }
    return mask;
  }

  private static long[] bits(boolean[][] mask) {
    int words = Bits.words(mask[0].length);
    long[] bits = new long[mask.length * words];
    for (int r = 0; r < mask.length; r++) {
      for (int c = 0; c < mask[r].length; c++) {
        if (mask[r][c]) {
          Bits.set(bits, words, r, c, c + 1);
        }
      }
    }
    return bits;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 63, 64, 65, 128, 200})
  void runsCoverExactlyTheSetVoxels(int columns) {
    Random random = new Random(columns);
    boolean[][] mask = random(random, 9, columns, 0.6);
    long[] bits = bits(mask);
    int words = Bits.words(columns);
    boolean[][] covered = new boolean[9][columns];
    long[] again = new long[bits.length];
    Runs.of(bits, 9, columns)
        .forEach(
            (i, r, from, to) -> {
              assertTrue(from < to);
              assertEquals(to - from, Bits.count(bits, words, r, from, to));
              Bits.set(again, words, r, from, to);
              for (int c = from; c < to; c++) {
                covered[r][c] = true;
              }
            });
    for (int r = 0; r < 9; r++) {
      for (int c = 0; c < columns; c++) {
        assertEquals(mask[r][c], covered[r][c]);
        assertEquals(mask[r][c], Bits.get(again, words, r, c));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 5, 63, 64, 65, 130})
  void dilationGrowsByTurnsToFourAndEightNeighbours(int columns) {
    boolean[][] mask = random(new Random(columns), 11, columns, 0.03);
    long[] grown = Bits.dilate(bits(mask), 11, columns, 3);
    boolean[][] expected = mask;
    for (int step = 0; step < 3; step++) {
      boolean[][] next = new boolean[11][columns];
      for (int r = 0; r < 11; r++) {
        for (int c = 0; c < columns; c++) {
          for (int dr = -1; dr <= 1; dr++) {
            for (int dc = -1; dc <= 1; dc++) {
              boolean reach = step % 2 == 1 || dr == 0 || dc == 0;
              if (reach && inside(expected, r + dr, c + dc)) {
                next[r][c] = true;
              }
            }
          }
        }
      }
      expected = next;
    }
    assertEquals(Bits.count(bits(expected)), Bits.count(grown));
    for (int r = 0; r < 11; r++) {
      for (int c = 0; c < columns; c++) {
        assertEquals(expected[r][c], Bits.get(grown, Bits.words(columns), r, c));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 63, 64, 65, 130})
  void openingKeepsTheRectanglesThatFit(int columns) {
    boolean[][] mask = random(new Random(columns), 14, columns, 0.85);
    for (int[] size : new int[][] {{1, 1}, {2, 2}, {4, 3}, {1, 5}}) {
      boolean[][] expected = new boolean[14][columns];
      for (int r = 0; r + size[1] <= 14; r++) {
        for (int c = 0; c + size[0] <= columns; c++) {
          boolean fits = true;
          for (int i = 0; i < size[0] * size[1]; i++) {
            fits &= mask[r + i / size[0]][c + i % size[0]];
          }
          for (int i = 0; fits && i < size[0] * size[1]; i++) {
            expected[r + i / size[0]][c + i % size[0]] = true;
          }
        }
      }
      assertArrayEquals(bits(expected), Bits.open(bits(mask), 14, columns, size[0], size[1]));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {5, 64, 65, 200})
  void clearingTakesTheColumnsAndNoOthers(int columns) {
    Random random = new Random(columns);
    for (int i = 0; i < 50; i++) {
      boolean[][] mask = random(random, 3, columns, 0.7);
      long[] bits = bits(mask);
      int from = random.nextInt(columns);
      int to = from + 1 + random.nextInt(columns - from);
      Bits.clear(bits, Bits.words(columns), 1, from, to);
      Arrays.fill(mask[1], from, to, false);
      assertArrayEquals(bits(mask), bits);
    }
  }

  private static boolean inside(boolean[][] mask, int r, int c) {
    return r >= 0 && c >= 0 && r < mask.length && c < mask[0].length && mask[r][c];
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.1, 0.3, 0.35, 0.5, 0.8})
  void componentsAreThoseOfAFloodFill(double share) {
    Random random = new Random(5);
    int slices = 7;
    int rows = 13;
    int columns = 70;
    boolean[][][] mask = new boolean[slices][][];
    Runs[] runs = new Runs[slices];
    for (int k = 0; k < slices; k++) {
      mask[k] = random(random, rows, columns, share);
      runs[k] = Runs.of(bits(mask[k]), rows, columns);
    }
    Components parts = Components.of(runs);
    int[][][] found = new int[slices][rows][columns];
    for (int k = 0; k < slices; k++) {
      int slice = k;
      runs[k].forEach(
          (i, r, from, to) -> {
            for (int c = from; c < to; c++) {
              found[slice][r][c] = 1 + parts.of(slice, i);
            }
          });
    }
    Map<Integer, Integer> seeds = new HashMap<>();
    boolean[][][] seen = new boolean[slices][rows][columns];
    int count = 0;
    for (int k = 0; k < slices; k++) {
      for (int r = 0; r < rows; r++) {
        for (int c = 0; c < columns; c++) {
          assertEquals(mask[k][r][c], found[k][r][c] > 0);
          if (mask[k][r][c] && !seen[k][r][c]) {
            count++;
            int id = found[k][r][c];
            assertEquals(null, seeds.put(id, count), "one component has two numbers");
            flood(mask, seen, found, k, r, c, id);
          }
        }
      }
    }
    assertEquals(count, parts.count());
  }

  private static void flood(
      boolean[][][] mask, boolean[][][] seen, int[][][] found, int k, int r, int c, int id) {
    ArrayDeque<int[]> queue = new ArrayDeque<>(List.of(new int[] {k, r, c}));
    seen[k][r][c] = true;
    int[][] steps = {{1, 0, 0}, {-1, 0, 0}, {0, 1, 0}, {0, -1, 0}, {0, 0, 1}, {0, 0, -1}};
    while (!queue.isEmpty()) {
      int[] p = queue.poll();
      assertEquals(id, found[p[0]][p[1]][p[2]]);
      for (int[] d : steps) {
        int z = p[0] + d[0];
        int y = p[1] + d[1];
        int x = p[2] + d[2];
        if (z >= 0 && z < mask.length && inside(mask[z], y, x) && !seen[z][y][x]) {
          seen[z][y][x] = true;
          queue.add(new int[] {z, y, x});
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.4, 0.7, 1.5})
  void gasIsWhereTheMeanOfTheSquareIsLow(double spacing) {
    int rows = 20;
    int columns = 70;
    int half = (int) Math.round((GasFinder.SMOOTHING_MM / spacing - 1) / 2);
    Random random = new Random(3);
    short[] hu = new short[rows * columns];
    for (int i = 0; i < hu.length; i++) {
      hu[i] = (short) (-1024 + random.nextInt(260));
    }
    SliceGrid grid = new SliceGrid(rows, columns, spacing, spacing);
    long[] gas = GasFinder.gas(hu, new long[rows * 2], grid);
    for (int r = 0; r < rows; r++) {
      for (int c = 0; c < columns; c++) {
        int sum = 0;
        int n = 0;
        for (int dr = -half; dr <= half; dr++) {
          for (int dc = -half; dc <= half; dc++) {
            int y = Math.max(0, Math.min(rows - 1, r + dr));
            int x = Math.max(0, Math.min(columns - 1, c + dc));
            sum += hu[y * columns + x];
            n++;
          }
        }
        assertEquals(sum < GasFinder.GAS_HU * n, Bits.get(gas, 2, r, c), r + " " + c);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0.7, 1.5})
  void aWalledDiscIsCompactAndWalledADiscInLungIsNot(double spacing) {
    int n = 90;
    SliceGrid grid = new SliceGrid(n, n, spacing, spacing);
    for (int surrounding : new int[] {40, -850}) {
      short[] hu = new short[n * n];
      long[] open = new long[n * Bits.words(n)];
      for (int r = 0; r < n; r++) {
        for (int c = 0; c < n; c++) {
          boolean lumen = Math.hypot(r - 45, c - 45) * spacing <= 10;
          hu[r * n + c] = (short) (lumen ? -1000 : surrounding);
          if (hu[r * n + c] < GasFinder.WALL_HU) {
            Bits.set(open, Bits.words(n), r, c, c + 1);
          }
        }
      }
      long[] gas = GasFinder.gas(hu, new long[open.length], grid);
      List<GasBlob> blobs = GasFinder.blobs(hu, gas, open, grid);
      assertEquals(1, blobs.size());
      GasBlob disc = blobs.get(0);
      assertTrue(disc.compactness() > 0.5, () -> "compactness " + disc.compactness());
      assertEquals(45, disc.row(), 0.5);
      assertEquals(45, disc.column(), 0.5);
      if (surrounding > 0) {
        assertEquals(1.0, disc.wall());
      } else {
        assertEquals(0.0, disc.wall());
      }
    }
  }
}
