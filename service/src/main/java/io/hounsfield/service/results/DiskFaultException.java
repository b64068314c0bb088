// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.results;

import java.io.IOException;

/** A file could not be written, whatever should have stood in it. */
final class DiskFaultException extends IOException {
  private static final long serialVersionUID = 1;

  DiskFaultException(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
