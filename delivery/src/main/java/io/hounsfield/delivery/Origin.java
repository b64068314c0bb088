// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

/**
 * Where a series came from and what it says it is.
 *
 * @param callingAeTitle who sent it; {@code null} where that is not known
 * @param seriesDescription Series Description (0008,103E); {@code null} where it has none
 */
public record Origin(String callingAeTitle, String seriesDescription) {}
