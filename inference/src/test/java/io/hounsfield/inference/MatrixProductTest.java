// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.inference;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** It measures something; how fast is for the reader of the benchmark, not for a test. */
class MatrixProductTest {

  @ParameterizedTest
  @EnumSource(names = "FP32")
  void givesARate(MatrixProduct.Type type) throws Exception {
    MatrixProduct.Rate rate = MatrixProduct.measure(InferenceOptions.Device.CPU, type, 2);
    assertTrue(rate.gigaflopsPerSecond() > 0, rate.toString());
    assertTrue(rate.gigaflopsPerCpuSecond() > 0, rate.toString());
    assertTrue(MatrixProduct.engineVersion().startsWith("PyTorch 2."));
  }
}
