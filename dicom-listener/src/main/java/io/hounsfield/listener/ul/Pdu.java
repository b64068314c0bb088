// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener.ul;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;

/** Protocol data units of the DICOM upper layer, PS3.8 section 9.3. */
public sealed interface Pdu {
  /** The application context of DICOM, PS3.7 annex A. */
  String DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";

  /** Length of the PDU header: type, reserved, length. */
  int HEADER_LENGTH = 6;

  /** Length of a presentation data value item's header: length, context ID, control header. */
  int PDV_HEADER_LENGTH = 6;

  /**
   * A-ASSOCIATE-RQ, PS3.8 table 9-11.
   *
   * @param protocolVersion bit field; bit 0 set means version 1
   */
  record AssociateRq(
      int protocolVersion,
      String calledAeTitle,
      String callingAeTitle,
      String applicationContext,
      List<ProposedContext> contexts,
      UserInformation userInformation)
      implements Pdu {
    public AssociateRq {
      contexts = List.copyOf(contexts);
    }
  }

  /** A-ASSOCIATE-AC, PS3.8 table 9-17. */
  record AssociateAc(
      int protocolVersion,
      String calledAeTitle,
      String callingAeTitle,
      String applicationContext,
      List<ContextResult> contexts,
      UserInformation userInformation)
      implements Pdu {
    public AssociateAc {
      contexts = List.copyOf(contexts);
    }
  }

  /** A-ASSOCIATE-RJ, PS3.8 table 9-21. */
  record AssociateRj(int result, int source, int reason) implements Pdu {
    /** Rejected permanent. */
    public static final int PERMANENT = 1;

    /** Rejected transient: worth another try. */
    public static final int TRANSIENT = 2;

    /** Source: DICOM UL service-user. */
    public static final int SERVICE_USER = 1;

    /** Source: DICOM UL service-provider, ACSE related function. */
    public static final int ACSE = 2;

    /** Source: DICOM UL service-provider, presentation related function. */
    public static final int PRESENTATION = 3;

    /** The reason in words. */
    public String text() {
      String why =
          switch (source * 10 + reason) {
            case 11, 21 -> "no reason given";
            case 12 -> "application context name not supported";
            case 13 -> "calling AE title not recognized";
            case 17 -> "called AE title not recognized";
            case 22 -> "protocol version not supported";
            case 31 -> "temporary congestion";
            case 32 -> "local limit exceeded";
            default -> "source " + source + ", reason " + reason;
          };
      return (result == TRANSIENT ? "rejected (transient): " : "rejected (permanent): ") + why;
    }
  }

  /** P-DATA-TF, PS3.8 table 9-22. */
  record PDataTf(List<Pdv> values) implements Pdu {
    public PDataTf {
      values = List.copyOf(values);
    }
  }

  /** A-RELEASE-RQ, PS3.8 table 9-24. */
  record ReleaseRq() implements Pdu {}

  /** A-RELEASE-RP, PS3.8 table 9-25. */
  record ReleaseRp() implements Pdu {}

  /** A-ABORT, PS3.8 table 9-26. */
  record Abort(int source, int reason) implements Pdu {
    /** Source: DICOM UL service-user. */
    public static final int SERVICE_USER = 0;

    /** Source: DICOM UL service-provider. */
    public static final int SERVICE_PROVIDER = 2;

    /** Reason: unrecognized PDU. */
    public static final int UNRECOGNIZED_PDU = 1;

    /** Reason: unexpected PDU. */
    public static final int UNEXPECTED_PDU = 2;

    /** Reason: unexpected PDU parameter. */
    public static final int UNEXPECTED_PARAMETER = 5;

    /** Reason: invalid PDU parameter value. */
    public static final int INVALID_PARAMETER = 6;

    /** Source and reason in words. */
    public String text() {
      if (source == SERVICE_USER) {
        return "aborted by the service user";
      }
      return "aborted by the service provider: "
          + switch (reason) {
            case 0 -> "reason not specified";
            case UNRECOGNIZED_PDU -> "unrecognized PDU";
            case UNEXPECTED_PDU -> "unexpected PDU";
            case 4 -> "unrecognized PDU parameter";
            case UNEXPECTED_PARAMETER -> "unexpected PDU parameter";
            case INVALID_PARAMETER -> "invalid PDU parameter value";
            default -> "reason " + reason;
          };
    }
  }

  /** A presentation context as proposed, PS3.8 table 9-13. Identifiers are odd, 1 to 255. */
  record ProposedContext(int id, String abstractSyntax, List<String> transferSyntaxes) {
    public ProposedContext {
      transferSyntaxes = List.copyOf(transferSyntaxes);
    }
  }

  /** A presentation context as answered, PS3.8 table 9-18. */
  record ContextResult(int id, int result, String transferSyntax) {
    /** The context may be used. */
    public static final int ACCEPTANCE = 0;

    /** Abstract syntax not supported (provider rejection). */
    public static final int ABSTRACT_SYNTAX_NOT_SUPPORTED = 3;

    /** Transfer syntaxes not supported (provider rejection). */
    public static final int TRANSFER_SYNTAXES_NOT_SUPPORTED = 4;
  }

  /**
   * User information, PS3.8 table 9-16 and PS3.7 annex D.
   *
   * @param maximumLength longest P-DATA-TF variable field the sender of this item wants to receive,
   *     bytes; 0 means no limit
   * @param implementationVersionName null when absent
   * @param asynchronousOperations empty when absent: one operation at a time
   * @param others further sub-items as they came (role selection, extended negotiation, identity)
   */
  record UserInformation(
      long maximumLength,
      String implementationClassUid,
      String implementationVersionName,
      Optional<AsynchronousOperations> asynchronousOperations,
      List<SubItem> others) {
    public UserInformation {
      others = List.copyOf(others);
    }
  }

  /** Asynchronous operations window, PS3.7 D.3.3.3; 0 means unlimited. */
  record AsynchronousOperations(int maximumInvoked, int maximumPerformed) {}

  /** A sub-item of the user information that is carried as it is. */
  record SubItem(int type, ByteBuffer value) {}

  /**
   * A presentation data value, PS3.8 table 9-23 and annex E.
   *
   * @param command true for a command fragment, false for a data set fragment
   * @param last true for the message's last fragment of this kind
   */
  record Pdv(int contextId, boolean command, boolean last, ByteBuffer data) {}
}
