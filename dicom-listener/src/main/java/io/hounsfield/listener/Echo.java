// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.SopClass;
import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.ul.Pdu;
import java.io.IOException;
import java.time.Duration;
import java.util.List;

/** C-ECHO as SCU, PS3.7 section 9.1.5: is there a DICOM node, and does it talk to us? */
public final class Echo {
  private Echo() {}

  /**
   * Makes an association, echoes once, releases. Blocks; not to be called on an event loop.
   *
   * @return how long the echo itself took
   * @throws AssociationException when no association can be had or the answer is no success
   */
  public static Duration echo(ScuOptions options) throws IOException {
    List<Pdu.ProposedContext> contexts =
        List.of(
            new Pdu.ProposedContext(
                1, SopClass.VERIFICATION, List.of(TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));
    try (ScuAssociation association = ScuAssociation.open(options, contexts)) {
      if (association.accepted(1) == null) {
        throw new AssociationException(options.peer() + ": Verification is not accepted");
      }
      long start = System.nanoTime();
      DimseCommand response =
          association.call(
              1, DimseCommand.cEchoRq(association.nextMessageId(), SopClass.VERIFICATION));
      Duration took = Duration.ofNanos(System.nanoTime() - start);
      association.release();
      if (response.status() != DimseStatus.SUCCESS.code()) {
        throw new AssociationException(
            options.peer() + ": C-ECHO answered " + DimseStatus.describe(response.status()));
      }
      return took;
    }
  }
}
