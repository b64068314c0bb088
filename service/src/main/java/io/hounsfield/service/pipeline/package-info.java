// SPDX-License-Identifier: Apache-2.0
/**
 * From instances on disk to a finished analysis: slices of a series are decoded, segmented and
 * prepared one by one in whatever order they come, and put together when the series is complete.
 * The command line and the service run the same code.
 */
package io.hounsfield.service.pipeline;
