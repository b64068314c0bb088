// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/**
 * Well-known UIDs besides SOP classes and transfer syntaxes, and the names of this implementation.
 */
public final class UIDs {
  /** DICOM Application Context Name, PS3.7 annex A. */
  public static final String DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";

  /** Well-known SOP instance of Storage Commitment Push Model, PS3.4 annex J. */
  public static final String STORAGE_COMMITMENT_PUSH_MODEL_INSTANCE = "1.2.840.10008.1.20.1.1";

  /** Implementation Class UID of this product, PS3.7 annex D.3.3.2. */
  public static final String IMPLEMENTATION_CLASS = "2.25.191360416297410963062394872618431573621";

  /** Implementation Version Name of this product, at most 16 characters. */
  public static final String IMPLEMENTATION_VERSION_NAME = "HOUNSFIELD";

  private UIDs() {}
}
