// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.PixelDecoders;
import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.dicom.UIDs;
import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import io.hounsfield.listener.ul.RoleSelection;
import io.hounsfield.listener.ul.UserIdentity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Association negotiation as acceptor, PS3.8 section 7.1 and PS3.7 annex D.
 *
 * <p>Accepted are Verification, Storage Commitment Push Model and the CT image classes. Of the
 * transfer syntaxes proposed in one presentation context, the first that can be decoded is taken;
 * but Explicit VR Little Endian, if it is among them, instead of another uncompressed one. A
 * compressed one that comes first is what the files are in, and many senders cannot decompress.
 * Other classes are refused (abstract syntax not supported).
 *
 * @param contexts accepted presentation contexts by their ID
 * @param accept the A-ASSOCIATE-AC to send
 */
record Negotiation(Map<Integer, Context> contexts, Pdu.AssociateAc accept) {
  /**
   * An accepted presentation context.
   *
   * @param peerIsScu whether the peer may make requests of an SCU in it
   * @param peerIsScp whether the peer may make requests of an SCP in it (N-EVENT-REPORT)
   */
  record Context(
      int id,
      String abstractSyntax,
      TransferSyntax transferSyntax,
      boolean peerIsScu,
      boolean peerIsScp) {
    /** Whether instances can be stored in it. */
    boolean isStorage() {
      return peerIsScu && STORAGE_CLASSES.contains(abstractSyntax);
    }
  }

  private static final Set<String> STORAGE_CLASSES =
      Set.of(
          SopClass.CT_IMAGE_STORAGE,
          SopClass.ENHANCED_CT_IMAGE_STORAGE,
          SopClass.LEGACY_CONVERTED_ENHANCED_CT_IMAGE_STORAGE);

  /** Operations that a peer may have open here at once, if it asks for a window at all. */
  static final int MAX_OPERATIONS = 64;

  /** Of classes whose data sets hold no pixels. */
  private static final Set<TransferSyntax> PLAIN_SYNTAXES =
      EnumSet.of(
          TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);

  /** What can be stored must also be readable. */
  private static final Set<TransferSyntax> STORAGE_SYNTAXES = storageSyntaxes();

  /** Finds out what can be decoded, which may load native code: not on an event loop. */
  static void prepare() {
    if (STORAGE_SYNTAXES.isEmpty()) {
      throw new IllegalStateException("no transfer syntax can be decoded");
    }
  }

  private static Set<TransferSyntax> storageSyntaxes() {
    EnumSet<TransferSyntax> syntaxes = EnumSet.noneOf(TransferSyntax.class);
    Arrays.stream(TransferSyntax.values()).filter(PixelDecoders::supports).forEach(syntaxes::add);
    return syntaxes;
  }

  /** Whether instances of this class can be stored. */
  static boolean stores(String sopClassUid) {
    return STORAGE_CLASSES.contains(sopClassUid);
  }

  /** Whether instances in this transfer syntax can be stored. */
  static boolean stores(TransferSyntax syntax) {
    return STORAGE_SYNTAXES.contains(syntax);
  }

  /** What the service provider must refuse (AE-6); null when it need not. */
  static Pdu.AssociateRj providerRefusal(Pdu.AssociateRq request, boolean limitReached) {
    if ((request.protocolVersion() & 1) == 0) {
      return new Pdu.AssociateRj(Pdu.AssociateRj.PERMANENT, Pdu.AssociateRj.ACSE, 2);
    }
    if (limitReached) {
      return new Pdu.AssociateRj(Pdu.AssociateRj.TRANSIENT, Pdu.AssociateRj.PRESENTATION, 2);
    }
    return null;
  }

  /** What the service user refuses (AE-8); null when it accepts. */
  static Pdu.AssociateRj userRefusal(Pdu.AssociateRq request, DicomNodeOptions options) {
    int reason = 0;
    long maximum = request.userInformation().maximumLength();
    if (!request.applicationContext().equals(Pdu.DICOM_APPLICATION_CONTEXT)) {
      reason = 2;
    } else if (!options.acceptAnyCalledAeTitle()
        && !request.calledAeTitle().equals(options.aeTitle())) {
      reason = 7;
    } else if (maximum != 0 && maximum < Pdu.PDV_HEADER_LENGTH + 2) {
      reason = 1; // no response could ever be sent
    }
    return reason == 0
        ? null
        : new Pdu.AssociateRj(Pdu.AssociateRj.PERMANENT, Pdu.AssociateRj.SERVICE_USER, reason);
  }

  /**
   * @param peer settings of the caller, if it is a configured one
   * @param identityConfirmed whether to tell that the user identity was accepted
   */
  static Negotiation accept(
      Pdu.AssociateRq request,
      DicomNodeOptions options,
      Optional<DicomPeer> peer,
      boolean identityConfirmed)
      throws PduException {
    Map<Integer, Context> accepted = new HashMap<>();
    List<Pdu.ContextResult> results = new ArrayList<>();
    List<RoleSelection> roles = RoleSelection.in(request.userInformation());
    for (Pdu.ProposedContext proposed : request.contexts()) {
      results.add(answer(proposed, accepted, roles, storageSyntaxes(peer)));
    }
    List<Pdu.SubItem> items = new ArrayList<>();
    for (RoleSelection role : roles) {
      if (accepted.values().stream()
          .anyMatch(context -> context.abstractSyntax().equals(role.sopClassUid()))) {
        // Only storage commitment reports come from a peer in the SCP's role.
        boolean scp = role.scp() && isCommitment(role.sopClassUid());
        items.add(new RoleSelection(role.sopClassUid(), role.scu(), scp).toItem());
      }
    }
    if (identityConfirmed) {
      items.add(UserIdentity.positiveResponse());
    }
    Pdu.UserInformation user =
        new Pdu.UserInformation(
            options.maxPduLength(),
            UIDs.IMPLEMENTATION_CLASS,
            UIDs.IMPLEMENTATION_VERSION_NAME,
            request.userInformation().asynchronousOperations().map(Negotiation::window),
            items);
    return new Negotiation(
        Map.copyOf(accepted),
        new Pdu.AssociateAc(
            1,
            request.calledAeTitle(),
            request.callingAeTitle(),
            Pdu.DICOM_APPLICATION_CONTEXT,
            results,
            user));
  }

  /**
   * The window granted, PS3.7 D.3.3.3: what the requestor may invoke, bounded; and one operation at
   * a time the other way. 0 stands for "no bound".
   */
  private static Pdu.AsynchronousOperations window(Pdu.AsynchronousOperations proposed) {
    int invoked = proposed.maximumInvoked();
    return new Pdu.AsynchronousOperations(
        invoked == 0 ? MAX_OPERATIONS : Math.min(invoked, MAX_OPERATIONS), 1);
  }

  private static Set<TransferSyntax> storageSyntaxes(Optional<DicomPeer> peer) {
    Set<TransferSyntax> wanted = peer.map(DicomPeer::transferSyntaxes).orElse(Set.of());
    if (wanted.isEmpty()) {
      return STORAGE_SYNTAXES;
    }
    EnumSet<TransferSyntax> both = EnumSet.copyOf(wanted);
    both.retainAll(STORAGE_SYNTAXES);
    return both;
  }

  private static boolean isCommitment(String sopClassUid) {
    return sopClassUid.equals(SopClass.STORAGE_COMMITMENT_PUSH_MODEL);
  }

  private static Pdu.ContextResult answer(
      Pdu.ProposedContext proposed,
      Map<Integer, Context> accepted,
      List<RoleSelection> roles,
      Set<TransferSyntax> storageSyntaxes) {
    String abstractSyntax = proposed.abstractSyntax();
    String first = proposed.transferSyntaxes().get(0);
    boolean plain = abstractSyntax.equals(SopClass.VERIFICATION) || isCommitment(abstractSyntax);
    if (!plain && !STORAGE_CLASSES.contains(abstractSyntax)) {
      return new Pdu.ContextResult(
          proposed.id(), Pdu.ContextResult.ABSTRACT_SYNTAX_NOT_SUPPORTED, first);
    }
    Set<TransferSyntax> supported = plain ? PLAIN_SYNTAXES : storageSyntaxes;
    TransferSyntax chosen = null;
    for (String uid : proposed.transferSyntaxes()) {
      TransferSyntax syntax = TransferSyntax.of(uid).filter(supported::contains).orElse(null);
      boolean explicit = syntax == TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
      if (chosen == null || explicit && !chosen.encapsulated()) {
        chosen = syntax;
      }
    }
    if (chosen == null) {
      return new Pdu.ContextResult(
          proposed.id(), Pdu.ContextResult.TRANSFER_SYNTAXES_NOT_SUPPORTED, first);
    }
    RoleSelection role =
        roles.stream()
            .filter(r -> r.sopClassUid().equals(abstractSyntax))
            .findFirst()
            .orElse(new RoleSelection(abstractSyntax, true, false));
    accepted.put(
        proposed.id(),
        new Context(
            proposed.id(),
            abstractSyntax,
            chosen,
            role.scu(),
            role.scp() && isCommitment(abstractSyntax)));
    return new Pdu.ContextResult(proposed.id(), Pdu.ContextResult.ACCEPTANCE, chosen.uid());
  }
}
