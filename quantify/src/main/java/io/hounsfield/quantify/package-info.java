// SPDX-License-Identifier: Apache-2.0
/**
 * From the network's labels to lungs, opacities and numbers: {@link
 * io.hounsfield.quantify.LungAnatomy} corrects the labels by three-dimensional anatomy, {@link
 * io.hounsfield.quantify.Quantifier} measures. Results are the same to the last bit whatever the
 * number of threads and the order in which slices arrived.
 */
package io.hounsfield.quantify;
