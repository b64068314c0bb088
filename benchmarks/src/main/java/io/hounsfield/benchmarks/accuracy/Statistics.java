// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import java.util.Arrays;
import java.util.Random;
import java.util.function.ToDoubleFunction;

/** Statistics over cases. */
final class Statistics {

  /** Resamples of the bootstrap. */
  static final int RESAMPLES = 10_000;

  /** Seed of the bootstrap: the same values give the same interval. */
  static final long SEED = 20260101;

  /** Standard deviations around the bias that hold 95 % of a normal distribution. */
  private static final double LIMITS_SD = 1.96;

  private Statistics() {}

  /** An interval; its ends belong to it. */
  record Interval(double low, double high) {}

  /**
   * @param n cases that have the value
   * @param meanInterval 95 % interval of the mean, {@code null} with fewer than two cases
   * @param medianInterval 95 % interval of the median, {@code null} with fewer than two cases
   */
  record Summary(
      int n, double mean, double median, Interval meanInterval, Interval medianInterval) {

    /**
     * Mean and median with percentile bootstrap intervals over cases: {@value #RESAMPLES} resamples
     * with replacement, 2.5th and 97.5th percentile (Efron and Tibshirani, An Introduction to the
     * Bootstrap, 1993, doi 10.1201/9780429246593, chapter 13).
     *
     * @throws IllegalArgumentException if there is no value
     */
    static Summary of(double[] values) {
      if (values.length == 0) {
        throw new IllegalArgumentException("no values");
      }
      return new Summary(
          values.length,
          Statistics.mean(values),
          Statistics.median(values),
          bootstrap(values, Statistics::mean),
          bootstrap(values, Statistics::median));
    }
  }

  /**
   * Agreement of two ways to measure (Bland and Altman, Lancet 1986, doi
   * 10.1016/S0140-6736(86)90837-8), and Pearson's correlation.
   *
   * @param n pairs
   * @param bias mean of measured less reference
   * @param limits bias less and plus 1.96 standard deviations of the differences; {@code null} with
   *     fewer than two pairs
   * @param correlation Pearson's r; {@code null} where a side does not vary
   */
  record Agreement(int n, double bias, Interval limits, Double correlation) {

    static Agreement of(double[] reference, double[] measured) {
      int n = reference.length;
      if (n == 0 || n != measured.length) {
        throw new IllegalArgumentException(n + " and " + measured.length + " values");
      }
      double[] difference = new double[n];
      Arrays.setAll(difference, i -> measured[i] - reference[i]);
      double bias = mean(difference);
      Interval limits = null;
      if (n > 1) {
        double sd = Math.sqrt(products(difference, difference) / (n - 1));
        limits = new Interval(bias - LIMITS_SD * sd, bias + LIMITS_SD * sd);
      }
      double spread = Math.sqrt(products(reference, reference) * products(measured, measured));
      Double correlation = spread > 0 ? products(reference, measured) / spread : null;
      return new Agreement(n, bias, limits, correlation);
    }

    /** Sum of the products of deviations from the means. */
    private static double products(double[] a, double[] b) {
      double meanA = mean(a);
      double meanB = mean(b);
      double sum = 0;
      for (int i = 0; i < a.length; i++) {
        sum += (a[i] - meanA) * (b[i] - meanB);
      }
      return sum;
    }
  }

  static double mean(double[] values) {
    return Arrays.stream(values).sum() / values.length;
  }

  static double median(double[] values) {
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    return quantile(sorted, 0.5);
  }

  /** Quantile of sorted values, linear between ranks (type 7 of Hyndman and Fan 1996). */
  static double quantile(double[] sorted, double share) {
    double rank = share * (sorted.length - 1);
    int low = (int) rank;
    return low + 1 < sorted.length
        ? sorted[low] + (rank - low) * (sorted[low + 1] - sorted[low])
        : sorted[low];
  }

  private static Interval bootstrap(double[] values, ToDoubleFunction<double[]> statistic) {
    if (values.length < 2) {
      return null;
    }
    // The order of the cases must not matter.
    double[] sorted = values.clone();
    Arrays.sort(sorted);
    Random random = new Random(SEED);
    double[] sample = new double[sorted.length];
    double[] results = new double[RESAMPLES];
    for (int r = 0; r < RESAMPLES; r++) {
      Arrays.setAll(sample, i -> sorted[random.nextInt(sorted.length)]);
      results[r] = statistic.applyAsDouble(sample);
    }
    Arrays.sort(results);
    return new Interval(quantile(results, 0.025), quantile(results, 0.975));
  }
}
