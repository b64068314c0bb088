// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.Arrays;

/**
 * Cuts a component in which both lungs hang together (they touch at the anterior and posterior
 * junction lines) at its narrowest place.
 *
 * <p>A watershed on the distance to the component's surface: cells are taken in from the deepest to
 * the shallowest and joined with their neighbours. When two large bodies from either side of the
 * midline would meet, they are the cores of the lungs: they are never joined, and the cells that
 * follow go to the one they touch first. The cut so lies at the neck between the lungs, wherever
 * that is; the midline only says which body is which.
 */
final class LungSplitter {

  /** A core holds at least this share of the component's cells. */
  private static final double CORE_SHARE = 0.05;

  /** Centroids of opposite cores are at least this far apart from right to left, mm. */
  private static final double CORE_GAP_MM = 50;

  private final CellGrid grid;
  private final PatientAxis axis;
  private final double midline;
  private final int[] parent;
  private final int[] count;
  private final double[] sum;
  private final byte[] tag;
  private int coreCells;

  LungSplitter(CellGrid grid, PatientAxis axis, double midline) {
    this.grid = grid;
    this.axis = axis;
    this.midline = midline;
    this.parent = new int[grid.size()];
    this.count = new int[grid.size()];
    this.sum = new double[grid.size()];
    this.tag = new byte[grid.size()];
  }

  /**
   * Labels the cells of one component 1 (right) or 2 (left).
   *
   * @param owner component of each cell
   * @param component the component to cut
   * @param stepMm lengths of a step along x, y and z, mm
   * @param side result, written for the component's cells only
   * @return false, with nothing written, if the component has no two cores
   */
  boolean split(byte[] owner, byte component, double[] stepMm, byte[] side) {
    int[] order = deepestFirst(owner, component, stepMm);
    coreCells = Math.max(1, (int) (CORE_SHARE * order.length));
    int[] neighbours = grid.neighbours();
    Arrays.fill(parent, -1);
    boolean found = false;
    for (int cell : order) {
      parent[cell] = cell;
      count[cell] = 1;
      tag[cell] = 0;
      sum[cell] =
          axis.leftward(grid.centreSlice(cell), grid.centreRow(cell), grid.centreColumn(cell));
      for (int d : neighbours) {
        if (parent[cell + d] >= 0) {
          found |= meet(find(cell), find(cell + d));
        }
      }
    }
    if (!found) {
      return false;
    }
    for (int cell : order) {
      int root = find(cell);
      side[cell] = tag[root] != 0 ? tag[root] : sideOf(root);
    }
    return true;
  }

  /** Joins two bodies unless they are opposite cores; true if they are. */
  private boolean meet(int a, int b) {
    if (a == b) {
      return false;
    }
    if (tag[a] == 0 && tag[b] == 0) {
      if (count[a] >= coreCells
          && count[b] >= coreCells
          && sideOf(a) != sideOf(b)
          && Math.abs(sum[a] / count[a] - sum[b] / count[b]) >= CORE_GAP_MM) {
        tag[a] = sideOf(a);
        tag[b] = sideOf(b);
        return true;
      }
    } else {
      becomeCore(a, b);
      becomeCore(b, a);
      if (tag[a] != 0 && tag[b] != 0 && tag[a] != tag[b]) {
        return true;
      }
    }
    parent[b] = a;
    count[a] += count[b];
    sum[a] += sum[b];
    tag[a] = (byte) Math.max(tag[a], tag[b]);
    return false;
  }

  /** A body large enough is not swallowed by the core of the other side. */
  private void becomeCore(int body, int core) {
    if (tag[body] == 0
        && count[body] >= coreCells
        && sideOf(body) != tag[core]
        && Math.abs(sum[body] / count[body] - sum[core] / count[core]) >= CORE_GAP_MM) {
      tag[body] = sideOf(body);
    }
  }

  private byte sideOf(int root) {
    return (byte) (sum[root] / count[root] < midline ? 1 : 2);
  }

  private int find(int i) {
    while (parent[i] != i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  }

  /** Cells of the component by falling distance to its surface, then by index. */
  private int[] deepestFirst(byte[] owner, byte component, double[] stepMm) {
    int nx = grid.nx();
    int slab = nx * grid.ny();
    int wx = (int) Math.round(10 * stepMm[0]);
    int wy = (int) Math.round(10 * stepMm[1]);
    int wz = (int) Math.round(10 * stepMm[2]);
    int[] depth = new int[grid.size()];
    int cells = 0;
    for (int i = slab; i < depth.length - slab; i++) {
      if (owner[i] == component) {
        int d = Math.min(depth[i - 1] + wx, depth[i - nx] + wy);
        depth[i] = Math.min(d, depth[i - slab] + wz);
        cells++;
      }
    }
    int deepest = 0;
    for (int i = depth.length - slab - 1; i >= slab; i--) {
      if (owner[i] == component) {
        int d = Math.min(depth[i + 1] + wx, depth[i + nx] + wy);
        depth[i] = Math.min(depth[i], Math.min(d, depth[i + slab] + wz));
        deepest = Math.max(deepest, depth[i]);
      }
    }
    int[] place = new int[deepest + 2];
    for (int d : depth) {
      if (d > 0) {
        place[deepest - d + 1]++;
      }
    }
    for (int d = 0; d < deepest; d++) {
      place[d + 1] += place[d];
    }
    int[] order = new int[cells];
    for (int i = slab; i < depth.length - slab; i++) {
      if (depth[i] > 0) {
        order[place[deepest - depth[i]]++] = i;
      }
    }
    return order;
  }
}
