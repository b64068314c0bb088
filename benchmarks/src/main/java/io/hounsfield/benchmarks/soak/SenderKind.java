// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.soak;

import java.util.Random;

/** How a sender behaves on one association, with its share of all associations. */
enum SenderKind {
  ORDERLY("orderly", 45),
  DUPLICATES("sends instances again that were answered with success", 15),
  DROP("drops the connection in the middle of an instance", 15),
  ABORT("aborts between two instances", 8),
  SLOW("sends at 1 kB/s", 7),
  HALF_OPEN("falls silent in the middle of an instance", 6),
  SILENT("connects and says nothing", 4);

  private static final int WHOLE = 100;

  final String text;
  private final int percent;

  SenderKind(String text, int percent) {
    this.text = text;
    this.percent = percent;
  }

  static SenderKind draw(Random random) {
    int at = random.nextInt(WHOLE);
    for (SenderKind kind : values()) {
      at -= kind.percent;
      if (at < 0) {
        return kind;
      }
    }
    throw new IllegalStateException("the shares are less than 100 %");
  }
}
