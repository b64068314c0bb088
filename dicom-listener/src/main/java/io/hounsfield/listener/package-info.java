// SPDX-License-Identifier: Apache-2.0
/**
 * The DICOM node: verification and storage as provider (SCP) and user (SCU), PS3.4, PS3.7, PS3.8,
 * and the spool that holds what was received.
 *
 * <p>{@link io.hounsfield.listener.DicomNode} listens, {@link io.hounsfield.listener.Spool} keeps
 * instances on disk, {@link io.hounsfield.listener.StorageScu} and {@link
 * io.hounsfield.listener.Echo} call other nodes.
 */
package io.hounsfield.listener;
