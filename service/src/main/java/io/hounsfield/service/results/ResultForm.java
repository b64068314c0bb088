// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import io.hounsfield.delivery.ObjectKind;
import io.hounsfield.results.ResultCase;
import io.hounsfield.results.ResultObject.Encoding;
import java.io.IOException;
import java.util.Set;

/** A form of the results of an analysis, or several that are made of the same. */
public interface ResultForm {

  /** What it gives. */
  Set<ObjectKind> kinds();

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
     * @param content writes the file, once; so that large ones need not be in memory
     */
    void accept(ObjectKind kind, String name, Encoding content) throws IOException;

    /** A small file. */
    default void accept(ObjectKind kind, String name, byte[] content) throws IOException {
      accept(kind, name, out -> out.write(content));
    }
  }

  /** A form of one file. */
  static ResultForm file(ObjectKind kind, String name, Encoder encoder) {
    return new ResultForm() {
      @Override
      public Set<ObjectKind> kinds() {
        return Set.of(kind);
      }

      @Override
      public void encode(ResultCase results, Sink sink) throws IOException {
        sink.accept(kind, name, encoder.encode(results));
      }
    };
  }

  /** Encodes one file. */
  @FunctionalInterface
  interface Encoder {
    byte[] encode(ResultCase results) throws IOException;
  }
}
