// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

import java.util.Arrays;

/**
 * Cuts a component in which both lungs hang together (they touch at the anterior and posterior
 * junction lines, or the network bridges the mediastinum) at its narrowest place.
 *
 * <ol>
 *   <li>Each cell's depth is its distance to the component's surface. The ends of the scan are no
 *       surface.
 *   <li>Cells are taken in from the deepest to the shallowest and joined with their neighbours,
 *       until two large bodies from either side of the midline would meet. The depth at which they
 *       do is that of the neck between the lungs.
 *   <li>The bodies of cells deeper than the neck are the cores; each belongs to the side of its
 *       centroid. All other cells go to the nearest core, measured within the component.
 * </ol>
 *
 * <p>The cut so lies at the neck, wherever that is; the midline only says which body is which.
 */
final class LungSplitter {

  /** A core holds at least this share of the component's cells. */
  private static final double CORE_SHARE = 0.05;

  /** Centroids of opposite cores are at least this far apart from right to left, mm. */
  private static final double CORE_GAP_MM = 50;

  /**
   * A body deeper than the neck with at least this share of the cells takes its side from its own
   * centroid; a smaller one may lie in the neck itself and goes to the nearest.
   */
  private static final double BODY_SHARE = 0.005;

  /** Depths are counted in tenths of a mm up to this one. */
  private static final int MAX_DEPTH = 2000;

  private final CellGrid grid;
  private final PatientAxis axis;
  private final double midline;
  private final int[] neighbours;
  private final int[] parent;
  private final int[] count;
  private final double[] sum;

  LungSplitter(CellGrid grid, PatientAxis axis, double midline) {
    this.grid = grid;
    this.axis = axis;
    this.midline = midline;
    this.neighbours = grid.neighbours();
    this.parent = new int[grid.size()];
    this.count = new int[grid.size()];
    this.sum = new double[grid.size()];
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
    int[] depth = depth(owner, component, stepMm);
    int[] order = deepestFirst(depth);
    int neck = join(order, depth, 0, Math.max(1, (int) (CORE_SHARE * order.length)));
    if (neck == 0) {
      return false;
    }
    join(order, depth, neck, Integer.MAX_VALUE);
    int least = Math.max(1, (int) (BODY_SHARE * order.length));
    int[] front = new int[order.length];
    int n = 0;
    for (int cell : order) {
      if (depth[cell] > neck && count[find(cell)] >= least) {
        side[cell] = sideOf(find(cell));
        front[n++] = cell;
      }
    }
    for (int i = 0; i < n; i++) {
      for (int d : neighbours) {
        int next = front[i] + d;
        if (depth[next] > 0 && side[next] == 0) {
          side[next] = side[front[i]];
          front[n++] = next;
        }
      }
    }
    return true;
  }

  /**
   * Joins cells deeper than {@code limit} with their neighbours, the deepest first.
   *
   * @param coreCells stops when two opposite bodies of at least so many cells would meet
   * @return the depth at which they do, or 0 if they never do
   */
  private int join(int[] order, int[] depth, int limit, int coreCells) {
    Arrays.fill(parent, -1);
    for (int cell : order) {
      if (depth[cell] <= limit) {
        break;
      }
      parent[cell] = cell;
      count[cell] = 1;
      sum[cell] =
          axis.leftward(grid.centreSlice(cell), grid.centreRow(cell), grid.centreColumn(cell));
      for (int d : neighbours) {
        if (parent[cell + d] < 0) {
          continue;
        }
        int a = find(cell);
        int b = find(cell + d);
        if (a == b) {
          continue;
        }
        if (count[a] >= coreCells && count[b] >= coreCells && opposite(a, b)) {
          return depth[cell];
        }
        parent[b] = a;
        count[a] += count[b];
        sum[a] += sum[b];
      }
    }
    return 0;
  }

  private boolean opposite(int a, int b) {
    return sideOf(a) != sideOf(b) && Math.abs(sum[a] / count[a] - sum[b] / count[b]) >= CORE_GAP_MM;
  }

  private byte sideOf(int root) {
    return sum[root] / count[root] < midline ? LungSides.RIGHT : LungSides.LEFT;
  }

  private int find(int i) {
    while (parent[i] != i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  }

  /** Distance to the surface in steps to the 6 neighbours, tenths of a mm; 0 elsewhere. */
  private int[] depth(byte[] owner, byte component, double[] stepMm) {
    int nx = grid.nx();
    int slab = nx * grid.ny();
    int wx = (int) Math.round(10 * stepMm[0]);
    int wy = (int) Math.round(10 * stepMm[1]);
    int wz = (int) Math.round(10 * stepMm[2]);
    int[] depth = new int[grid.size()];
    for (int i = 0; i < depth.length; i++) {
      // The grid reaches past the component except where the scan ends.
      depth[i] = owner[i] == component || grid.isBorder(i) ? MAX_DEPTH : 0;
    }
    for (int i = slab; i < depth.length - slab; i++) {
      if (owner[i] == component) {
        int d = Math.min(depth[i - 1] + wx, depth[i - nx] + wy);
        depth[i] = Math.min(depth[i], Math.min(d, depth[i - slab] + wz));
      }
    }
    for (int i = depth.length - slab - 1; i >= slab; i--) {
      if (owner[i] == component) {
        int d = Math.min(depth[i + 1] + wx, depth[i + nx] + wy);
        depth[i] = Math.min(depth[i], Math.min(d, depth[i + slab] + wz));
      }
    }
    for (int i = 0; i < depth.length; i++) {
      if (owner[i] != component) {
        depth[i] = 0;
      }
    }
    return depth;
  }

  /** Cells by falling depth, then by index. */
  private static int[] deepestFirst(int[] depth) {
    int[] place = new int[MAX_DEPTH + 1];
    for (int d : depth) {
      if (d > 0) {
        place[MAX_DEPTH - d + 1]++;
      }
    }
    for (int i = 0; i < MAX_DEPTH; i++) {
      place[i + 1] += place[i];
    }
    int[] order = new int[place[MAX_DEPTH]];
    for (int i = 0; i < depth.length; i++) {
      if (depth[i] > 0) {
        order[place[MAX_DEPTH - depth[i]]++] = i;
      }
    }
    return order;
  }
}
