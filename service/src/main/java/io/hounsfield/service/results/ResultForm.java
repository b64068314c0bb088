// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.results.ResultCase;
import java.io.IOException;

/** One form of the results of an analysis. */
public interface ResultForm {

  /** What it is. */
  ObjectKind kind();

  /**
   * Encodes a case: the same bytes each time.
   *
   * @param sink takes the files one after the other
   */
  void encode(ResultCase results, Sink sink) throws IOException;

  /** Takes files. */
  @FunctionalInterface
  interface Sink {
    /**
     * @param name lower-case letters, digits, - and . ; the end says the type
     */
    void accept(String name, byte[] content) throws IOException;
  }

  /** A form of one file. */
  static ResultForm file(ObjectKind kind, String name, Encoder encoder) {
    return new ResultForm() {
      @Override
      public ObjectKind kind() {
        return kind;
      }

      @Override
      public void encode(ResultCase results, Sink sink) throws IOException {
        sink.accept(name, encoder.encode(results));
      }
    };
  }

  /** Encodes one file. */
  @FunctionalInterface
  interface Encoder {
    byte[] encode(ResultCase results) throws IOException;
  }
}
