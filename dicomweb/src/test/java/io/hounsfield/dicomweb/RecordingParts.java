// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Keeps the parts that a parser finds. */
final class RecordingParts implements MultipartParser.Handler {
  final List<Map<String, String>> headers = new ArrayList<>();
  final List<byte[]> contents = new ArrayList<>();
  private ByteArrayOutputStream open;

  @Override
  public void begin(Map<String, String> partHeaders) {
    headers.add(partHeaders);
    open = new ByteArrayOutputStream();
  }

  @Override
  public void data(ByteBuffer piece) {
    byte[] bytes = new byte[piece.remaining()];
    piece.get(bytes);
    open.writeBytes(bytes);
  }

  @Override
  public void end() {
    contents.add(open.toByteArray());
    open = null;
  }
}
