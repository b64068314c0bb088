// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.util.Objects;

/**
 * Settings of {@link DicomWeb}.
 *
 * @param aeTitle AE title under which instances that come by STOW-RS count as received
 * @param stores whether instances are taken by STOW-RS
 * @param maxStoreBytes longest body of one store request, bytes
 * @param maxStores store requests at once; further ones are answered with 503
 * @param maxRetrieves searches and retrieves at once; further ones are answered with 503
 * @param silenceMs how long a store request may bring less than 1 KiB before it is cut off,
 *     milliseconds
 */
public record DicomWebOptions(
    String aeTitle,
    boolean stores,
    long maxStoreBytes,
    int maxStores,
    int maxRetrieves,
    long silenceMs) {

  public DicomWebOptions {
    Objects.requireNonNull(aeTitle, "aeTitle");
    if (maxStoreBytes < 1 || maxStores < 1 || maxRetrieves < 1 || silenceMs < 1) {
      throw new IllegalArgumentException(
          "maxStoreBytes, maxStores, maxRetrieves and silenceMs must be 1 or more");
    }
  }

  /** 4 GiB a request, 16 store requests, 64 others, 60 s of silence. */
  public static DicomWebOptions of(String aeTitle) {
    return new DicomWebOptions(aeTitle, true, 4L << 30, 16, 64, 60_000);
  }

  /** The same with another {@link #maxStoreBytes()}. */
  public DicomWebOptions withMaxStoreBytes(long bytes) {
    return new DicomWebOptions(aeTitle, stores, bytes, maxStores, maxRetrieves, silenceMs);
  }

  /** The same with another {@link #stores()}. */
  public DicomWebOptions withStores(boolean taken) {
    return new DicomWebOptions(aeTitle, taken, maxStoreBytes, maxStores, maxRetrieves, silenceMs);
  }
}
