// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import io.hounsfield.fuzz.Bounds;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/**
 * A multipart body and the media types in its headers: read whole and in pieces, which must find
 * the same; the parts, written anew, read back as the same. Input: a byte for the length of the
 * pieces, then the body.
 */
public final class MultipartTarget {
  private static final String BOUNDARY = "b";
  private static final int MAX_PARTS = 1000;

  /**
   * The readers take less than 200; Jazzer's hooks of regular expressions some 8,000 for a body
   * full of media types.
   */
  private static final long BYTES_A_BYTE = 32 << 10;

  private static final long NANOS_A_BYTE = 100_000;

  private MultipartTarget() {}

  public static void fuzzerTestOneInput(byte[] bytes) {
    Bounds.hold(bytes.length * BYTES_A_BYTE, bytes.length * NANOS_A_BYTE, () -> take(bytes));
  }

  private static void take(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    byte[] body = Arrays.copyOfRange(bytes, 1, bytes.length);
    Parts whole = read(body, Math.max(1, body.length));
    Parts pieces = read(body, 1 + (bytes[0] & 0xFF));
    if (whole.refused != pieces.refused || !whole.equals(pieces)) {
      throw new AssertionError("in pieces: " + pieces + " whole: " + whole);
    }
    for (Map<String, String> headers : whole.headers) {
      MultipartParser.typeOf(headers);
      headers.values().forEach(MultipartTarget::accepted);
    }
    if (!whole.refused) {
      Parts again = read(whole.encode(), 1 << 16);
      if (again.refused || !whole.equals(again)) {
        throw new AssertionError(whole + " came back as " + again);
      }
    }
  }

  private static void accepted(String text) {
    try {
      MediaType.accepted(text);
    } catch (IllegalArgumentException e) {
      // Refused, as it should be.
    }
  }

  private static Parts read(byte[] body, int step) {
    Parts parts = new Parts();
    MultipartParser parser = new MultipartParser(BOUNDARY, MAX_PARTS, parts);
    try {
      for (int at = 0; at < body.length; at += step) {
        parser.feed(Arrays.copyOfRange(body, at, Math.min(body.length, at + step)));
      }
      parser.finish();
    } catch (MultipartParser.MalformedException e) {
      parts.refused = true;
    }
    return parts;
  }

  /** The parts that ended before the body did or was refused. */
  private static final class Parts implements MultipartParser.Handler {
    final List<Map<String, String>> headers = new ArrayList<>();
    final List<byte[]> contents = new ArrayList<>();
    boolean refused;
    private final ByteArrayOutputStream open = new ByteArrayOutputStream();

    @Override
    public void begin(Map<String, String> partHeaders) {
      headers.add(partHeaders);
      open.reset();
    }

    @Override
    public void data(ByteBuffer piece) {
      while (piece.hasRemaining()) {
        open.write(piece.get());
      }
    }

    @Override
    public void end() {
      contents.add(open.toByteArray());
    }

    boolean equals(Parts other) {
      return headers.equals(other.headers)
          && Arrays.deepEquals(contents.toArray(), other.contents.toArray());
    }

    byte[] encode() {
      ByteArrayOutputStream out = new ByteArrayOutputStream();
      for (int i = 0; i < contents.size(); i++) {
        out.writeBytes(latin("--" + BOUNDARY + "\r\n"));
        headers
            .get(i)
            .forEach((name, value) -> out.writeBytes(latin(name + ": " + value + "\r\n")));
        out.writeBytes(latin("\r\n"));
        out.writeBytes(contents.get(i));
        out.writeBytes(latin("\r\n"));
      }
      out.writeBytes(latin("--" + BOUNDARY + "--\r\n"));
      return out.toByteArray();
    }

    @Override
    public String toString() {
      return (refused ? "refused after " : "")
          + headers
          + contents.stream().map(part -> new String(part, StandardCharsets.ISO_8859_1)).toList();
    }
  }

  private static byte[] latin(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  public static List<byte[]> seeds() {
    return List.of(
        latin("\3--b\r\nContent-Type: application/dicom\r\n\r\nDICM\r\n--b--\r\n"),
        latin(
            "\77preamble\r\n--b \t\r\nContent-Type: multipart/related;\r\n"
                + "  type=\"application/dicom+json\"; start=\"<\\\"1\\\">\"\r\n"
                + "Content-Location: a\r\n\r\n[]\r\n--bc\r\n--b\r\n\r\n\r\n--b--epilogue"),
        latin("\0--b\r\nAccept: image/*;q=0.5, */*;q=0, image/png\r\n\r\n\r\n--b--"));
  }

  public static List<byte[]> dictionary() {
    return List.of(
            "\r\n--b",
            "\r\n--b\r\n",
            "\r\n--b--",
            "\r\n\r\n",
            "\r\n ",
            "Content-Type: ",
            "Content-Type: application/dicom\r\n\r\n",
            "; type=\"application/dicom\"",
            ";q=0.5,",
            "*/*")
        .stream()
        .map(MultipartTarget::latin)
        .toList();
  }
}
