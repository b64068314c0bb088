// SPDX-License-Identifier: Apache-2.0
/**
 * The DICOM upper layer of PS3.8: PDU codec and association state machine, without any socket.
 *
 * <p>Machinery of {@code io.hounsfield.listener}; other modules use that package only.
 */
package io.hounsfield.listener.ul;
