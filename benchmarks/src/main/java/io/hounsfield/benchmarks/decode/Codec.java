// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.benchmarks.decode;

import java.util.List;

/**
 * A codec and the command-line tools that write and read it. Commands take the input and the output
 * file as their last two arguments.
 *
 * @param name key in the results
 * @param encoder what encodes
 * @param decoders the rivals
 */
record Codec(String name, List<String> encoder, List<List<String>> decoders) {

  private static final List<String> GDCM = List.of("gdcmconv", "--raw");

  static final List<Codec> ALL =
      List.of(
          new Codec("rle", List.of("dcmcrle"), List.of(List.of("dcmdrle"), GDCM)),
          new Codec(
              "jpeg-lossless-sv1", List.of("dcmcjpeg", "+e1"), List.of(List.of("dcmdjpeg"), GDCM)),
          new Codec(
              "jpeg-extended-12",
              List.of("dcmcjpeg", "+ee", "+q", "90"),
              List.of(List.of("dcmdjpeg"), GDCM)),
          new Codec("jpeg-ls-lossless", List.of("dcmcjpls"), List.of(List.of("dcmdjpls"), GDCM)),
          new Codec(
              "jpeg-ls-near-lossless",
              List.of("dcmcjpls", "+en", "+md", "2"),
              List.of(List.of("dcmdjpls"), GDCM)),
          new Codec("jpeg-2000-lossless", List.of("gdcmconv", "--j2k"), List.of(GDCM)),
          new Codec(
              "jpeg-2000-lossy",
              List.of("gdcmconv", "--j2k", "--lossy", "-r", "8", "--irreversible"),
              List.of(GDCM)));
}
