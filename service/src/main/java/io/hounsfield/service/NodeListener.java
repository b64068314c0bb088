// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service;

import io.hounsfield.delivery.DeliveryService;
import io.hounsfield.listener.AssociationSummary;
import io.hounsfield.listener.CommitmentReport;
import io.hounsfield.listener.DicomNodeListener;
import io.hounsfield.listener.ReceivedInstance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Optional;

/** Gives instances to the pipeline and storage commitment reports to delivery. */
final class NodeListener implements DicomNodeListener {
  private final DicomNodeListener pipeline;
  private final DeliveryService delivery;

  NodeListener(DicomNodeListener pipeline, DeliveryService delivery) {
    this.pipeline = pipeline;
    this.delivery = delivery;
  }

  @Override
  public void instanceStored(ReceivedInstance instance) {
    pipeline.instanceStored(instance);
  }

  @Override
  public void associationClosed(AssociationSummary association) {
    pipeline.associationClosed(association);
  }

  @Override
  public Optional<String> refusal() {
    return pipeline.refusal();
  }

  @Override
  public void commitmentReported(String archiveAeTitle, CommitmentReport report) {
    try {
      delivery.commitmentReported(archiveAeTitle, report);
    } catch (IOException e) {
      // The node tells the archive, which reports again.
      throw new UncheckedIOException(e);
    }
  }
}
