// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.util.List;
import java.util.Map;

/**
 * What an archive says of a storage commitment request, PS3.4 section J.3.3.
 *
 * @param transactionUid of the request
 * @param committed instances for which it takes responsibility
 * @param failed the others, with the Failure Reason (0008,1197) of each
 */
public record CommitmentReport(
    String transactionUid,
    List<InstanceReference> committed,
    Map<InstanceReference, Integer> failed) {
  public CommitmentReport {
    committed = List.copyOf(committed);
    failed = Map.copyOf(failed);
  }
}
