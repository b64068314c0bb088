// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import io.hounsfield.listener.TlsOptions;
import java.net.URI;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/** Where a destination is and how it is spoken to. */
public sealed interface Target {

  /** Kinds of results that can go there. */
  Set<ObjectKind> possibleKinds();

  /** What is meant where no kinds are named. */
  default Set<ObjectKind> defaultKinds() {
    return possibleKinds();
  }

  /** Stable name of the way, such as {@code dicom}. */
  String type();

  /**
   * C-STORE, PS3.4 annex B.
   *
   * @param tls keys for TLS; empty: plain TCP
   * @param commitment whether an object counts as sent only when the receiver committed to it
   *     (Storage Commitment Push Model, PS3.4 annex J)
   */
  record Dicom(
      String calledAeTitle,
      String host,
      int port,
      String callingAeTitle,
      Optional<TlsOptions> tls,
      boolean commitment)
      implements Target {
    @Override
    public Set<ObjectKind> possibleKinds() {
      return dicomKinds();
    }

    @Override
    public Set<ObjectKind> defaultKinds() {
      return usualDicomKinds();
    }

    @Override
    public String type() {
      return "dicom";
    }
  }

  /**
   * STOW-RS, PS3.18 section 10.5.
   *
   * @param service base of the service; objects are posted to {@code <service>/studies}
   * @param tls keys for https; empty: what Java trusts
   */
  record Stow(URI service, Optional<TlsOptions> tls) implements Target {
    @Override
    public Set<ObjectKind> possibleKinds() {
      return dicomKinds();
    }

    @Override
    public Set<ObjectKind> defaultKinds() {
      return usualDicomKinds();
    }

    @Override
    public String type() {
      return "stow";
    }
  }

  /**
   * FHIR R4: the Bundle is posted to the base of the server as a transaction.
   *
   * @param tls keys for https; empty: what Java trusts
   */
  record Fhir(URI server, Optional<TlsOptions> tls) implements Target {
    @Override
    public Set<ObjectKind> possibleKinds() {
      return EnumSet.of(ObjectKind.FHIR);
    }

    @Override
    public String type() {
      return "fhir";
    }
  }

  /**
   * HL7 v2 over MLLP.
   *
   * @param tls keys for TLS; empty: plain TCP
   * @param names who sends to whom
   */
  record Mllp(String host, int port, Optional<TlsOptions> tls, Hl7Names names) implements Target {
    @Override
    public Set<ObjectKind> possibleKinds() {
      return EnumSet.of(ObjectKind.HL7);
    }

    @Override
    public String type() {
      return "mllp";
    }
  }

  /** A folder of a file system. */
  record Folder(Path directory) implements Target {
    @Override
    public Set<ObjectKind> possibleKinds() {
      return EnumSet.allOf(ObjectKind.class);
    }

    @Override
    public String type() {
      return "folder";
    }
  }

  private static Set<ObjectKind> dicomKinds() {
    Set<ObjectKind> kinds = EnumSet.allOf(ObjectKind.class);
    kinds.removeIf(kind -> !kind.isDicom());
    return kinds;
  }

  /** Not many archives know label maps yet. */
  private static Set<ObjectKind> usualDicomKinds() {
    Set<ObjectKind> kinds = dicomKinds();
    kinds.remove(ObjectKind.SEG_LABEL_MAP);
    return kinds;
  }
}
