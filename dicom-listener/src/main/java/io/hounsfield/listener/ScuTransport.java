// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.StandardSocketOptions;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/**
 * The connection under an association as requestor: TCP, or TLS over it. Blocking; {@link #close}
 * from another thread ends a blocked call.
 */
final class ScuTransport implements Closeable {
  private final SocketChannel channel;
  private Socket socket;
  private InputStream in;
  private boolean tls;
  private byte[] copy = new byte[0];

  ScuTransport() throws IOException {
    channel = SocketChannel.open();
  }

  /** Connects, with the TLS handshake if these options ask for it. */
  void connect(ScuOptions options) throws IOException {
    channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    InetSocketAddress address = new InetSocketAddress(options.host(), options.port());
    if (address.isUnresolved()) {
      throw new UnknownHostException("no address is known for the host '" + options.host() + "'");
    }
    socket = channel.socket();
    socket.connect(address, options.connectTimeoutMs());
    Optional<TlsOptions> keys = options.tls();
    if (keys.isPresent()) {
      secure(TlsKeys.read(keys.get()), options);
    }
    in = socket.getInputStream();
  }

  private void secure(TlsKeys keys, ScuOptions options) throws IOException {
    SSLSocket secured =
        (SSLSocket)
            keys.context()
                .getSocketFactory()
                .createSocket(socket, options.host(), options.port(), true);
    SSLParameters parameters = secured.getSSLParameters();
    parameters.setProtocols(TlsKeys.PROTOCOLS.toArray(new String[0]));
    parameters.setCipherSuites(TlsKeys.CIPHER_SUITES.toArray(new String[0]));
    // The certificate must name the host that was called (RFC 9525).
    parameters.setEndpointIdentificationAlgorithm("HTTPS");
    secured.setSSLParameters(parameters);
    socket = secured;
    tls = true;
    secured.setSoTimeout(options.connectTimeoutMs());
    secured.startHandshake();
    secured.setSoTimeout(0);
  }

  /**
   * Reads some bytes.
   *
   * @param timeoutMs how long to wait; 0 for as long as it takes
   * @return how many; -1 at the end; 0 when the time is over
   */
  int read(ByteBuffer into, int timeoutMs) throws IOException {
    socket.setSoTimeout(timeoutMs);
    try {
      int count = in.read(into.array(), into.arrayOffset() + into.position(), into.remaining());
      if (count > 0) {
        into.position(into.position() + count);
      }
      return count;
    } catch (SocketTimeoutException e) {
      return 0;
    }
  }

  /** Writes all that remains in these buffers. */
  void write(ByteBuffer... parts) throws IOException {
    ByteBuffer last = parts[parts.length - 1];
    if (!tls) {
      while (last.hasRemaining() || parts[0].hasRemaining()) {
        channel.write(parts);
      }
      return;
    }
    int length = 0;
    for (ByteBuffer part : parts) {
      length += part.remaining();
    }
    if (copy.length < length) {
      copy = new byte[length];
    }
    int at = 0;
    for (ByteBuffer part : parts) {
      int count = part.remaining();
      part.get(copy, at, count);
      at += count;
    }
    OutputStream out = socket.getOutputStream();
    out.write(copy, 0, length);
  }

  boolean isOpen() {
    return channel.isOpen();
  }

  /** Closes at once, in any state; from any thread. */
  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Closes in order: with TLS, its closure alert goes first. */
  void shutdown() throws IOException {
    if (tls && channel.isOpen()) {
      socket.close();
    }
    channel.close();
  }
}
