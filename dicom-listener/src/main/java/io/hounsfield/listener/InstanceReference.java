// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

/** An instance as Referenced SOP Sequence (0008,1199) names it. */
public record InstanceReference(String sopClassUid, String sopInstanceUid) {
  public InstanceReference {
    if (!InstanceUids.isUsable(sopClassUid) || !InstanceUids.isUsable(sopInstanceUid)) {
      throw new IllegalArgumentException("a reference needs the UIDs of class and instance");
    }
  }
}
