// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

/**
 * One decoded frame: stored pixel values before any rescaling, PS3.3 section C.7.6.3.
 *
 * @param rows number of rows
 * @param columns number of columns
 * @param samplesPerPixel 1 for grey values, 3 for colours
 * @param bitsAllocated 8 or 16: bits of a sample in the uncompressed data set
 * @param bitsStored bits that carry the value
 * @param signed true for two's complement values
 * @param samples {@code [row][column][sample]} in one array. Signed values are sign-extended from
 *     their stored bits; unsigned 16-bit values are the raw bits, to be read as {@code value &
 *     0xFFFF}
 */
public record PixelFrame(
    int rows,
    int columns,
    int samplesPerPixel,
    int bitsAllocated,
    int bitsStored,
    boolean signed,
    short[] samples) {}
