// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.util.Locale;

/** Told of each request when its answer has left, or the client; on an event loop. */
@FunctionalInterface
public interface DicomWebMeter {
  /** Takes no notice. */
  DicomWebMeter NONE = (operation, outcome, received, sent) -> {};

  /** What a request asks for. */
  enum Operation {
    /** STOW-RS. */
    STORE,
    /** QIDO-RS. */
    SEARCH,
    /** WADO-RS: instances. */
    RETRIEVE,
    /** WADO-RS: attributes without long binary values. */
    METADATA,
    /** WADO-RS: pixels of frames. */
    FRAMES,
    /** WADO-RS: pictures of frames. */
    RENDERED,
    /** WADO-RS: binary values. */
    BULK_DATA,
    /** Nothing that there is. */
    OTHER;

    /** Stable name, such as {@code bulk-data}. */
    public String key() {
      return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
  }

  /**
   * A request is over.
   *
   * @param outcome the HTTP status; {@code cut-off} where the answer did not leave whole
   * @param received bytes of the request's body
   * @param sent bytes of the answer's body
   */
  void answered(Operation operation, String outcome, long received, long sent);
}
