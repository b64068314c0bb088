// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * HL7 v2 over MLLP (Transport Specification: MLLP, Release 1): one message a connection, then its
 * acknowledgement (HL7 v2.5.1 chapter 2, MSA-1).
 */
final class MllpSender implements Sender {
  private static final int START = 0x0B;
  private static final int END = 0x1C;
  private static final int CARRIAGE_RETURN = 0x0D;
  private static final int CONNECT_MS = 10_000;

  /** Longest message sent, bytes. */
  private static final long MAX_MESSAGE = 64 << 20;

  /** Longest acknowledgement read, bytes. */
  private static final int MAX_ACK = 64 << 10;

  private final Target.Mllp target;
  private final int timeoutMs;

  MllpSender(Target.Mllp target, Duration timeout) {
    this.target = target;
    this.timeoutMs = (int) Math.min(timeout.toMillis(), 3_600_000);
  }

  @Override
  public Attempt send(Delivery delivery, Path file) throws IOException {
    if (Files.size(file) > MAX_MESSAGE) {
      return Attempt.refused("the message is too long to be sent");
    }
    byte[] message = addressed(Files.readAllBytes(file));
    for (byte b : message) {
      if (b == START || b == END) {
        return Attempt.refused("the message holds a character that frames messages");
      }
    }
    String controlId = controlId(message);
    if (controlId.isEmpty()) {
      return Attempt.refused("the message has no control ID (MSH-10)");
    }
    try (Socket socket = connect()) {
      OutputStream out = socket.getOutputStream();
      byte[] framed = new byte[message.length + 3];
      framed[0] = START;
      System.arraycopy(message, 0, framed, 1, message.length);
      framed[framed.length - 2] = END;
      framed[framed.length - 1] = CARRIAGE_RETURN;
      out.write(framed);
      out.flush();
      return acknowledged(read(socket), controlId);
    }
  }

  /** The message with the names of this destination in its header. */
  private byte[] addressed(byte[] message) {
    // Its header ends with the first segment; bytes stay what they are in ISO 8859-1.
    String text = new String(message, StandardCharsets.ISO_8859_1);
    int end = text.indexOf('\r');
    if (!text.startsWith("MSH") || end < 5) {
      return message;
    }
    String header = target.names().in(text.substring(0, end), text.charAt(3));
    return (header + text.substring(end)).getBytes(StandardCharsets.ISO_8859_1);
  }

  private Socket connect() throws IOException {
    InetSocketAddress address = new InetSocketAddress(target.host(), target.port());
    if (address.isUnresolved()) {
      throw new UnknownHostException("no address is known for the host '" + target.host() + "'");
    }
    Socket plain = new Socket();
    try {
      plain.setTcpNoDelay(true);
      plain.connect(address, Math.min(CONNECT_MS, timeoutMs));
      plain.setSoTimeout(timeoutMs);
      if (target.tls().isEmpty()) {
        return plain;
      }
      SSLSocket secured =
          (SSLSocket)
              target
                  .tls()
                  .get()
                  .context()
                  .getSocketFactory()
                  .createSocket(plain, target.host(), target.port(), true);
      SSLParameters parameters = secured.getSSLParameters();
      parameters.setProtocols(new String[] {"TLSv1.3", "TLSv1.2"});
      parameters.setEndpointIdentificationAlgorithm("HTTPS"); // RFC 9525
      secured.setSSLParameters(parameters);
      secured.startHandshake();
      return secured;
    } catch (IOException | RuntimeException e) {
      plain.close();
      throw e;
    }
  }

  /** Reads one framed message; the whole of it must be there within the timeout. */
  private byte[] read(Socket socket) throws IOException {
    long until = System.nanoTime() + timeoutMs * 1_000_000L;
    InputStream in = socket.getInputStream();
    ByteArrayOutputStream ack = new ByteArrayOutputStream();
    boolean begun = false;
    while (true) {
      long left = (until - System.nanoTime()) / 1_000_000;
      if (left < 1) {
        throw new SocketTimeoutException("no acknowledgement in time");
      }
      socket.setSoTimeout((int) left);
      int b = in.read();
      if (b < 0) {
        throw new IOException("the connection ended before the acknowledgement");
      }
      if (!begun) {
        begun = b == START;
      } else if (b == END) {
        return ack.toByteArray();
      } else {
        ack.write(b);
      }
      if (ack.size() > MAX_ACK) {
        throw new IOException("the acknowledgement is longer than " + MAX_ACK + " bytes");
      }
    }
  }

  /** MSH-10 of a message; empty where it has none. */
  static String controlId(byte[] message) {
    String[] segments = segments(message);
    if (!segments[0].startsWith("MSH") || segments[0].length() < 5) {
      return "";
    }
    return field(segments[0], segments[0].charAt(3), 9);
  }

  /** What an acknowledgement says of our message. */
  static Attempt acknowledged(byte[] ack, String controlId) {
    String[] segments = segments(ack);
    if (segments[0].startsWith("MSH") && segments[0].length() >= 5) {
      char separator = segments[0].charAt(3);
      for (String segment : segments) {
        if (segment.startsWith("MSA" + separator)) {
          if (!field(segment, separator, 2).equals(controlId)) {
            return Attempt.unreachable("another message than ours was acknowledged (MSA-2)");
          }
          return meaning(field(segment, separator, 1), field(segment, separator, 3));
        }
      }
    }
    return Attempt.unreachable("what was answered is no acknowledgement");
  }

  /** HL7 table 0008, Acknowledgment code. */
  private static Attempt meaning(String code, String text) {
    String detail = "acknowledged " + code + (text.isEmpty() ? "" : ": " + text);
    return switch (code) {
      case "AA", "CA" -> new Attempt.Delivered(null);
      // The content is in error: as it is, it will not be taken.
      case "AE", "CE" -> new Attempt.Refused("acknowledged " + code, detail);
      // Mostly for reasons outside the message (chapter 2.9.2): to be sent again.
      case "AR", "CR" ->
          new Attempt.Unavailable("acknowledged " + code, detail, false, Optional.empty());
      default -> Attempt.unreachable("acknowledged with a code that is none (MSA-1)");
    };
  }

  private static String[] segments(byte[] message) {
    // Delimiters and codes are ASCII in every character set that MLLP may carry.
    return new String(message, StandardCharsets.ISO_8859_1).split("[\\r\\n]+", -1);
  }

  private static String field(String segment, char separator, int index) {
    String[] fields = segment.split(java.util.regex.Pattern.quote("" + separator), -1);
    return index < fields.length ? fields[index].strip() : "";
  }
}
