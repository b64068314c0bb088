// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.listener.ul.Pdu;
import io.hounsfield.listener.ul.PduException;
import io.hounsfield.listener.ul.UserIdentity;
import java.net.InetAddress;
import java.util.Optional;

/**
 * Decides who may call: AE title and address against the peers, user identity against the users.
 */
final class AssociationGuard {
  private static final int CALLING_AE_TITLE_NOT_RECOGNIZED = 3;
  private static final int NO_REASON = 1;

  /**
   * The decision.
   *
   * @param refusal null when the caller may have its association
   * @param why in words, for the log; the caller is told no more than the refusal
   * @param peer settings of the caller, if it is a configured one
   * @param identityConfirmed whether the positive response to its identity is due
   */
  record Decision(
      Pdu.AssociateRj refusal, String why, Optional<DicomPeer> peer, boolean identityConfirmed) {
    static final Decision OPEN = new Decision(null, "", Optional.empty(), false);

    private static Decision refused(int reason, String why) {
      return new Decision(
          new Pdu.AssociateRj(Pdu.AssociateRj.PERMANENT, Pdu.AssociateRj.SERVICE_USER, reason),
          why,
          Optional.empty(),
          false);
    }
  }

  private AssociationGuard() {}

  /** Whether there is anything to check; if not, everybody may call. */
  static boolean isNeeded(DicomNodeOptions options) {
    return !options.peers().isEmpty() || options.users().isPresent();
  }

  /** Checks. Looks host names up and computes hashes: not on an event loop. */
  static Decision check(Pdu.AssociateRq request, InetAddress caller, DicomNodeOptions options) {
    Optional<DicomPeer> peer = Optional.empty();
    if (!options.peers().isEmpty()) {
      boolean known = false;
      for (DicomPeer candidate : options.peers()) {
        if (candidate.aeTitle().equals(request.callingAeTitle())) {
          known = true;
          if (candidate.admits(caller)) {
            peer = Optional.of(candidate);
            break;
          }
        }
      }
      if (peer.isEmpty()) {
        return Decision.refused(
            CALLING_AE_TITLE_NOT_RECOGNIZED,
            known
                ? "the calling AE title is not configured for this address"
                : "the calling AE title is not configured");
      }
    }
    if (options.users().isEmpty()) {
      return new Decision(null, "", peer, false);
    }
    return checkUser(request, options.users().get(), peer);
  }

  private static Decision checkUser(
      Pdu.AssociateRq request, DicomUsers users, Optional<DicomPeer> peer) {
    Optional<UserIdentity> named;
    try {
      named = UserIdentity.in(request.userInformation());
    } catch (PduException e) {
      return Decision.refused(NO_REASON, e.getMessage());
    }
    if (named.isEmpty()) {
      return Decision.refused(NO_REASON, "no user identity, though users are configured");
    }
    UserIdentity identity = named.get();
    boolean accepted =
        switch (identity.type()) {
          case UserIdentity.USERNAME -> users.acceptsName(identity.primary());
          case UserIdentity.USERNAME_AND_PASSCODE ->
              users.acceptsPasscode(identity.primary(), identity.secondary());
          default -> false;
        };
    if (!accepted) {
      return Decision.refused(
          NO_REASON,
          identity.type() == UserIdentity.USERNAME
                  || identity.type() == UserIdentity.USERNAME_AND_PASSCODE
              ? "unknown user or wrong passcode"
              : "user identity of type " + identity.type() + " is not supported");
    }
    return new Decision(null, "", peer, identity.responseRequested());
  }
}
