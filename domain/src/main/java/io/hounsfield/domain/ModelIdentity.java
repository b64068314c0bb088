// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/**
 * The network that made the masks.
 *
 * @param name name in the model's manifest
 * @param version version in the model's manifest
 * @param variant weights in use, such as {@code bf16}
 * @param device where it ran, such as {@code cpu} or {@code cuda:0}
 * @param sha256 SHA-256 of the weights in use, lower-case hex
 */
public record ModelIdentity(
    String name, String version, String variant, String device, String sha256) {}
