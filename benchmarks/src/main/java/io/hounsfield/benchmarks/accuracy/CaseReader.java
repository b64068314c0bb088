// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.accuracy;

import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.inference.ModelException;
import io.hounsfield.preprocess.SeriesRefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** Reads the cases of one layout and measures them; may be used by several threads. */
interface CaseReader extends AutoCloseable {

  /** The network in use. */
  ModelIdentity model();

  /**
   * The files that the outcome depends on, sorted.
   *
   * @throws CaseException if the case cannot be one of this layout
   */
  List<Path> files(Path folder) throws IOException, CaseException;

  /** Voxels of the case, as far as can be told without reading them; for the memory it needs. */
  long voxels(Path folder) throws IOException, CaseException;

  /**
   * Reads and measures the case.
   *
   * @throws CaseException if it cannot be read or compared
   * @throws SeriesRefusedException if the pipeline refuses the images
   * @throws ModelException if the network fails
   */
  SegmentedCase segment(Path folder)
      throws IOException,
          CaseException,
          SeriesRefusedException,
          ModelException,
          InterruptedException;

  @Override
  void close();
}
