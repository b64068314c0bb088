// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

/**
 * Random numbers as pure functions of (seed, counter): the same whatever the number of threads or
 * the order of evaluation. The mixer is SplitMix64's (Steele et al., doi 10.1145/2714064.2660195).
 */
final class Hash {

  private static final long GOLDEN = 0x9E3779B97F4A7C15L;

  private Hash() {}

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /** A stream's own seed. */
  static long stream(long seed, long stream) {
    return mix(mix(seed + GOLDEN) ^ mix(stream * GOLDEN + 1));
  }

  static long bits(long stream, long counter) {
    return mix(stream + counter * GOLDEN);
  }

  /** Uniform in [0, 1). */
  static double uniform(long stream, long counter) {
    return (bits(stream, counter) >>> 11) * 0x1.0p-53;
  }

  /** Nearly normal, mean 0, standard deviation 1: the number of ones among 64 fair bits. */
  static float normal(long stream, long counter) {
    return (Long.bitCount(bits(stream, counter)) - 32) * 0.25f;
  }

  /** A sequence of its own for code that draws numbers one after another. */
  static final class Sequence {
    private final long stream;
    private long counter;

    Sequence(long seed, long stream) {
      this.stream = stream(seed, stream);
    }

    double uniform() {
      return Hash.uniform(stream, counter++);
    }

    double uniform(double low, double high) {
      return low + (high - low) * uniform();
    }

    double normal() {
      return Hash.normal(stream, counter++);
    }

    int below(int bound) {
      return (int) (uniform() * bound);
    }
  }
}
