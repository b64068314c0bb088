// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.dicom.DicomException;
import io.hounsfield.dicom.TransferSyntax;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * How instances are sent, PS3.18 sections 8.7.3.5.2 and 10.4.3.3: each in the first transfer syntax
 * of the client's in which there is it. One of several that cannot be given so is sent as it is
 * stored, unless the client named the transfer syntaxes it takes: then it is left out.
 *
 * @param single whether the only instance is sent by itself, not as a part
 * @param leftOut instances of the resource that are not among the items
 * @param memory that making any one of them takes, bytes
 */
record InstancePlan(boolean single, List<Item> items, int leftOut, long memory) {

  /**
   * An instance that is sent.
   *
   * @param stored whether it is sent as it is stored, otherwise in Explicit VR Little Endian
   * @param orStored whether it may be sent as it is stored where it cannot be read or decoded
   */
  record Item(Held held, boolean stored, boolean orStored) {
    /** Whether it must be known before the answer begins that it can be made. */
    boolean uncertain() {
      return !stored && !orStored;
    }

    /**
     * The instance as it is made for the client; empty where it is sent as it is stored.
     *
     * @throws DicomException when it cannot be made and the client does not take what is stored
     */
    Optional<byte[]> made() throws IOException {
      if (stored) {
        return Optional.empty();
      }
      try {
        return Optional.of(held.plain());
      } catch (DicomException e) {
        if (orStored) {
          return Optional.empty();
        }
        throw e;
      }
    }
  }

  /** A way the client takes instances: by themselves or as parts, in a transfer syntax. */
  private record Way(boolean single, String syntax) {}

  InstancePlan {
    items = List.copyOf(items);
    if (items.isEmpty()) {
      throw Accept.notAcceptable(
          "multipart/related; type=\"application/dicom\", a single instance as application/dicom"
              + " too; transfer-syntax="
              + TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid()
              + " (the default) where it can be read and decoded, that of the stored instance, or"
              + " *");
    }
  }

  /**
   * @param all what is held of the resource, and could be found
   * @param unreadable how many more are held
   * @param instance whether the resource is one instance
   * @throws WebProblem (406) when nothing can be given as the client takes it
   */
  static InstancePlan of(
      Accept accept, List<Held> all, int unreadable, boolean instance, MemoryBudget budget)
      throws IOException {
    List<Way> ways = ways(accept, instance);
    boolean single =
        ways.stream()
            .filter(way -> all.stream().anyMatch(held -> held.canBe(way.syntax())))
            .findFirst()
            .map(Way::single)
            .orElse(false);
    List<String> syntaxes =
        ways.stream().filter(way -> way.single() == single).map(Way::syntax).toList();
    List<Item> items = new ArrayList<>();
    long memory = 0;
    for (Held held : all) {
      Optional<String> wanted = syntaxes.stream().filter(held::canBe).findFirst();
      boolean orStored =
          syntaxes.stream().anyMatch(s -> s.equals("*") || s.equals(held.transferSyntax().uid()))
              || !instance && syntaxes.contains("");
      if (wanted.isPresent() && held.asStored(wanted.get())) {
        items.add(new Item(held, true, true));
      } else {
        long bytes = wanted.isPresent() ? workingBytes(held) : Long.MAX_VALUE;
        if (budget.everHas(bytes)) {
          items.add(new Item(held, false, orStored));
          memory = Math.max(memory, bytes);
        } else if (orStored) {
          items.add(new Item(held, true, true));
        }
      }
    }
    return new InstancePlan(single, items, unreadable + all.size() - items.size(), memory);
  }

  private static List<Way> ways(Accept accept, boolean instance) {
    List<Way> ways = new ArrayList<>();
    for (MediaType range : accept.types()) {
      boolean parts =
          range.includes(MediaType.MULTIPART)
              && (range.parameter("type").isEmpty()
                  || range.parameter("type").equals(MediaType.DICOM));
      boolean single = instance && range.type().equals(MediaType.DICOM);
      if (parts || single) {
        ways.add(new Way(single, range.parameters().getOrDefault("transfer-syntax", "")));
      }
    }
    return ways;
  }

  /** What making it takes; more than there ever is where its header does not say. */
  private static long workingBytes(Held held) throws IOException {
    try {
      return held.workingBytes();
    } catch (DicomException e) {
      return Long.MAX_VALUE;
    }
  }

  /**
   * The same without some.
   *
   * @throws WebProblem (406) when nothing is left
   */
  InstancePlan without(Set<Item> some) {
    return new InstancePlan(
        single,
        items.stream().filter(item -> !some.contains(item)).toList(),
        leftOut + some.size(),
        memory);
  }

  /** How many instances the resource has. */
  int count() {
    return items.size() + leftOut;
  }
}
