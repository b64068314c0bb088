// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Takes a multipart body (RFC 2046 section 5.1) apart as it comes. Holds no more of it than one
 * piece and the headers of one part. Not thread-safe.
 */
final class MultipartParser {
  /** Told of the parts, in order. The buffers' contents are not changed afterwards. */
  interface Handler {
    void begin(Map<String, String> headers);

    void data(ByteBuffer piece);

    void end();
  }

  /** The body is no such body; says why. */
  static final class MalformedException extends Exception {
    private static final long serialVersionUID = 1;

    MalformedException(String message) {
      super(message);
    }
  }

  static final int MAX_HEADER_BYTES = 8 << 10;
  private static final int MAX_PADDING = 256;
  private static final int MAX_PREAMBLE = 64 << 10;
  private static final Pattern BOUNDARY =
      Pattern.compile("[0-9A-Za-z'()+_,./:=? -]{0,199}[0-9A-Za-z'()+_,./:=?-]");

  private enum State {
    PREAMBLE,
    BOUNDARY_LINE,
    HEADERS,
    BODY,
    EPILOGUE
  }

  private final byte[] delimiter;
  private final int maxParts;
  private final Handler handler;
  private State state = State.PREAMBLE;

  /** What was not dealt with yet, up to the limit; the body counts as beginning with a line end. */
  private byte[] held = {'\r', '\n'};

  private int limit = held.length;

  private long preamble;
  private int parts;

  /**
   * @param boundary one for which {@link #isBoundary} is true
   */
  MultipartParser(String boundary, int maxParts, Handler handler) {
    this.delimiter = ("\r\n--" + boundary).getBytes(StandardCharsets.US_ASCII);
    this.maxParts = maxParts;
    this.handler = handler;
  }

  /**
   * Whether a text may be a boundary: 1 to 200 characters of those allowed. RFC 2046 ends at 70,
   * but Orthanc sends 73.
   */
  static boolean isBoundary(String text) {
    return BOUNDARY.matcher(text).matches();
  }

  /** Takes the next bytes. */
  void feed(byte[] bytes) throws MalformedException {
    byte[] all = bytes;
    if (limit > 0) {
      // Room to spare where much is held, so that headers in single bytes are not copied at each.
      all =
          held.length - limit < bytes.length
              ? Arrays.copyOf(held, Math.max(limit + bytes.length, 2 * limit))
              : held;
      System.arraycopy(bytes, 0, all, limit, bytes.length);
    }
    limit += bytes.length;
    int at = 0;
    int next;
    while ((next = step(all, at)) >= 0) {
      at = next;
    }
    at = -next - 1;
    // Nothing was given away of an array of which nothing is dealt with.
    held = at == 0 ? all : Arrays.copyOfRange(all, at, limit);
    limit -= at;
  }

  /**
   * The body is over.
   *
   * @throws MalformedException when it ended before its last boundary
   */
  void finish() throws MalformedException {
    if (state != State.EPILOGUE) {
      throw new MalformedException(
          state == State.PREAMBLE
              ? "the boundary that Content-Type names does not occur in the body"
              : "the body ends before its last boundary");
    }
  }

  /** Parts begun so far. */
  int parts() {
    return parts;
  }

  /** One step from this offset: the next offset, or -1 minus the offset that needs more bytes. */
  private int step(byte[] all, int at) throws MalformedException {
    return switch (state) {
      case PREAMBLE, BODY -> content(all, at);
      case BOUNDARY_LINE -> boundaryLine(all, at);
      case HEADERS -> headers(all, at);
      case EPILOGUE -> -limit - 1;
    };
  }

  private int content(byte[] all, int from) throws MalformedException {
    int at = from;
    while (true) {
      int found = find(all, at);
      if (found < 0) {
        // What may be the beginning of a delimiter stays.
        int until = -found - 1;
        content(all, from, until);
        return -until - 1;
      }
      int after = found + delimiter.length;
      if (after + 2 > limit) {
        content(all, from, found);
        return -found - 1;
      }
      byte next = all[after];
      boolean ends =
          next == '\r' && all[after + 1] == '\n'
              || next == '-' && all[after + 1] == '-'
              || next == ' '
              || next == '\t';
      if (!ends) { // a longer line that only begins like the delimiter
        at = found + 1;
        continue;
      }
      content(all, from, found);
      if (state == State.BODY) {
        handler.end();
      }
      state = State.BOUNDARY_LINE;
      return after;
    }
  }

  private void content(byte[] all, int from, int until) throws MalformedException {
    if (until <= from) {
      return;
    }
    if (state == State.BODY) {
      handler.data(ByteBuffer.wrap(all, from, until - from).slice());
    } else {
      preamble += until - from;
      if (preamble > MAX_PREAMBLE) {
        throw new MalformedException(
            "the boundary that Content-Type names does not occur at the beginning of the body");
      }
    }
  }

  /** Where the delimiter begins; or -1 minus the offset from which it may begin. */
  private int find(byte[] all, int from) {
    for (int at = from; at < limit; at++) {
      if (all[at] != '\r') {
        continue;
      }
      int length = Math.min(delimiter.length, limit - at);
      if (Arrays.equals(all, at, at + length, delimiter, 0, length)) {
        return length == delimiter.length ? at : -at - 1;
      }
    }
    return -limit - 1;
  }

  private int boundaryLine(byte[] all, int at) throws MalformedException {
    if (at + 2 > limit) {
      return -at - 1;
    }
    if (all[at] == '-' && all[at + 1] == '-') {
      state = State.EPILOGUE;
      return at + 2;
    }
    int end = at;
    while (end < limit && (all[end] == ' ' || all[end] == '\t')) {
      end++;
    }
    if (end - at > MAX_PADDING) {
      throw new MalformedException(
          "a boundary is followed by more than " + MAX_PADDING + " blanks");
    }
    if (end + 2 > limit) {
      return -at - 1;
    }
    if (all[end] != '\r' || all[end + 1] != '\n') {
      throw new MalformedException("a boundary is followed by other characters on its line");
    }
    if (++parts > maxParts) {
      throw new MalformedException("there are more than " + maxParts + " parts");
    }
    state = State.HEADERS;
    return end; // the line end stays: headers end with an empty line, be they none
  }

  private int headers(byte[] all, int at) throws MalformedException {
    int end = -1;
    for (int i = at; i + 4 <= limit && i - at <= MAX_HEADER_BYTES; i++) {
      if (all[i] == '\r' && all[i + 1] == '\n' && all[i + 2] == '\r' && all[i + 3] == '\n') {
        end = i;
        break;
      }
    }
    if (end < 0) {
      if (limit - at > MAX_HEADER_BYTES) {
        throw new MalformedException(
            "the headers of a part are longer than " + MAX_HEADER_BYTES + " bytes");
      }
      return -at - 1;
    }
    Map<String, String> headers = new LinkedHashMap<>();
    String text = new String(all, at, end - at, StandardCharsets.ISO_8859_1);
    for (String line : text.replaceAll("\r\n[ \t]+", " ").split("\r\n")) {
      int colon = line.indexOf(':');
      if (line.isEmpty()) {
        continue;
      }
      if (colon < 1 || line.substring(0, colon).isBlank()) {
        throw new MalformedException("a part has a header line without a name");
      }
      headers.putIfAbsent(
          line.substring(0, colon).strip().toLowerCase(Locale.ROOT),
          line.substring(colon + 1).strip());
    }
    handler.begin(headers);
    state = State.BODY;
    return end + 4;
  }

  /** Content type of a part, by its headers. */
  static Optional<MediaType> typeOf(Map<String, String> headers) {
    return MediaType.parse(headers.get("content-type"));
  }
}
