// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/**
 * What a network's probabilities of one slice come to, in voxels of the slice. A network that gives
 * labels alone gives no evidence.
 *
 * @param lungVoxels sum over the voxels of p(lung) + p(lesion): lung voxels to expect
 * @param lesionVoxels sum of p(lesion): lesion voxels to expect
 * @param lesionVariance sum of p(lesion) (1 - p(lesion)): how undecided the network is of lesions
 */
public record SliceEvidence(double lungVoxels, double lesionVoxels, double lesionVariance) {

  /**
   * @throws IllegalArgumentException if a sum is negative or no finite number
   */
  public SliceEvidence {
    if (!valid(lungVoxels) || !valid(lesionVoxels) || !valid(lesionVariance)) {
      throw new IllegalArgumentException(
          "sums must be finite and not negative: lung %s, lesion %s, variance %s"
              .formatted(lungVoxels, lesionVoxels, lesionVariance));
    }
  }

  private static boolean valid(double sum) {
    return sum >= 0 && Double.isFinite(sum);
  }
}
