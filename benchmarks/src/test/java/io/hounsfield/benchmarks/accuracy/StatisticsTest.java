// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import io.hounsfield.benchmarks.accuracy.Statistics.Agreement;
import io.hounsfield.benchmarks.accuracy.Statistics.Summary;
import org.junit.jupiter.api.Test;

class StatisticsTest {

  @Test
  void meanAndMedianByHand() {
    Summary s = Summary.of(new double[] {0.82, 0.81, 0.73, 0.55, 0.9, 0.66});
    assertEquals(6, s.n());
    assertEquals(0.745, s.mean(), 1e-12);
    assertEquals(0.77, s.median(), 1e-12);
  }

  /** 200,000 resamples of numpy's own generator give 0.650 to 0.832. */
  @Test
  void bootstrapIntervalIsThatOfAnotherGenerator() {
    Summary s = Summary.of(new double[] {0.82, 0.81, 0.73, 0.55, 0.9, 0.66});
    assertEquals(0.650, s.meanInterval().low(), 0.004);
    assertEquals(0.832, s.meanInterval().high(), 0.004);
  }

  @Test
  void theOrderOfCasesDoesNotMatterAndRunsRepeat() {
    Summary a = Summary.of(new double[] {0.82, 0.81, 0.73, 0.55});
    Summary b = Summary.of(new double[] {0.55, 0.73, 0.82, 0.81});
    assertEquals(a.meanInterval(), b.meanInterval());
    assertEquals(a.medianInterval(), b.medianInterval());
    assertEquals(
        a.meanInterval(), Summary.of(new double[] {0.82, 0.81, 0.73, 0.55}).meanInterval());
  }

  @Test
  void oneCaseHasNoIntervalAndNoneHasNoSummary() {
    Summary s = Summary.of(new double[] {0.5});
    assertEquals(0.5, s.mean());
    assertNull(s.meanInterval());
    assertNull(s.medianInterval());
    assertThrows(IllegalArgumentException.class, () -> Summary.of(new double[0]));
  }

  /** By numpy: mean and 1.96 sample standard deviations of the differences, corrcoef. */
  @Test
  void agreementByNumpy() {
    Agreement a =
        Agreement.of(
            new double[] {4.45, 5.53, 28.89, 16.82}, new double[] {5.78, 4.19, 14.81, 10.55});
    assertEquals(-5.09, a.bias(), 1e-12);
    assertEquals(-18.358847755048917, a.limits().low(), 1e-9);
    assertEquals(8.178847755048917, a.limits().high(), 1e-9);
    assertEquals(0.9823335745802786, a.correlation(), 1e-9);
  }

  @Test
  void agreementOfOnePairHasNoLimitsAndNoCorrelation() {
    Agreement a = Agreement.of(new double[] {4}, new double[] {5});
    assertEquals(1, a.bias());
    assertNull(a.limits());
    assertNull(a.correlation());
  }
}
