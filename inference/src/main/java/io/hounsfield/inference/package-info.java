// SPDX-License-Identifier: Apache-2.0
/**
 * Segmentation of CT slices with TorchScript networks on DJL's PyTorch engine. No type of DJL is in
 * a public signature.
 *
 * <p>The engine is started by the first {@link io.hounsfield.inference.SegmentationModel#load}:
 * offline and without telemetry. Its native libraries come with the class path and are unpacked
 * once, about 450 MB, into {@code $XDG_CACHE_HOME/hounsfield} ({@code ~/.cache/hounsfield} where
 * that is not set). The environment variable (or system property) {@code ENGINE_CACHE_DIR} names
 * another directory; it may be read-only once it is filled. {@code PYTORCH_LIBRARY_PATH} names the
 * directory of another libtorch of the same version, such as one built for CUDA.
 */
package io.hounsfield.inference;
