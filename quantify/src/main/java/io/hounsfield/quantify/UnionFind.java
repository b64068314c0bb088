// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.quantify;

/** Disjoint sets of the numbers 0 to n - 1; the root of a set is its smallest member. */
final class UnionFind {

  private final int[] parent;

  UnionFind(int n) {
    parent = new int[n];
    for (int i = 0; i < n; i++) {
      parent[i] = i;
    }
  }

  int find(int i) {
    while (parent[i] != i) {
      parent[i] = parent[parent[i]];
      i = parent[i];
    }
    return i;
  }

  void union(int a, int b) {
    int ra = find(a);
    int rb = find(b);
    if (ra < rb) {
      parent[rb] = ra;
    } else {
      parent[ra] = rb;
    }
  }

  /** Numbers the sets from 0 in the order of their smallest members; one number an element. */
  int[] number() {
    int[] id = new int[parent.length];
    int next = 0;
    for (int i = 0; i < id.length; i++) {
      int root = find(i);
      id[i] = root == i ? next++ : id[root];
    }
    return id;
  }
}
