// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.listener;

import io.hounsfield.dicom.TransferSyntax;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.Objects;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Another node that may call this one, with what is special about it.
 *
 * @param aeTitle its AE title, as it names itself
 * @param address where it calls from: an IP address, a network such as {@code 192.0.2.0/24}, a host
 *     name (looked up at each association), or {@code *} for anywhere
 * @param port where it listens for storage commitment reports; empty: it does not
 * @param idleTimeoutMs how long its associations may send nothing, milliseconds; empty: as all
 * @param transferSyntaxes those accepted from it for storage; empty: all that can be decoded
 */
public record DicomPeer(
    String aeTitle,
    String address,
    OptionalInt port,
    OptionalLong idleTimeoutMs,
    Set<TransferSyntax> transferSyntaxes) {
  /** Any address. */
  public static final String ANYWHERE = "*";

  private static final Pattern HOST_NAME =
      Pattern.compile("[A-Za-z0-9]([A-Za-z0-9.-]{0,251}[A-Za-z0-9])?");
  private static final Pattern IP_LITERAL =
      Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");

  public DicomPeer {
    AeTitles.require(aeTitle, "AE title of a peer");
    Objects.requireNonNull(address, "address");
    Objects.requireNonNull(port, "port");
    Objects.requireNonNull(idleTimeoutMs, "idleTimeoutMs");
    transferSyntaxes = Set.copyOf(transferSyntaxes);
    checkAddress(address);
    if (port.isPresent()) {
      if (port.getAsInt() < 1 || port.getAsInt() > 65535) {
        throw new IllegalArgumentException("port " + port.getAsInt() + " is not 1 to 65535");
      }
      if (address.equals(ANYWHERE) || address.contains("/")) {
        throw new IllegalArgumentException(
            "a port needs one host to call, not the address '" + address + "'");
      }
    }
    if (idleTimeoutMs.isPresent()
        && (idleTimeoutMs.getAsLong() < 10 || idleTimeoutMs.getAsLong() > 86_400_000)) {
      throw new IllegalArgumentException(
          "idle time " + idleTimeoutMs.getAsLong() + " ms is not 10 to 86400000 ms");
    }
  }

  /** A peer without anything special about it. */
  public static DicomPeer of(String aeTitle, String address) {
    return new DicomPeer(aeTitle, address, OptionalInt.empty(), OptionalLong.empty(), Set.of());
  }

  /** This peer, listening on a port. */
  public DicomPeer withPort(int listening) {
    return new DicomPeer(
        aeTitle, address, OptionalInt.of(listening), idleTimeoutMs, transferSyntaxes);
  }

  private static void checkAddress(String address) {
    if (address.equals(ANYWHERE)) {
      return;
    }
    int slash = address.indexOf('/');
    String host = slash < 0 ? address : address.substring(0, slash);
    boolean literal = IP_LITERAL.matcher(host).matches();
    if (!literal && (slash >= 0 || !HOST_NAME.matcher(host).matches())) {
      throw new IllegalArgumentException(
          "address '"
              + AeTitles.forLog(address)
              + "' is no IP address, network (192.0.2.0/24), host name or *");
    }
    if (literal) {
      try {
        int bits = 8 * InetAddress.getByName(host).getAddress().length;
        if (slash >= 0) {
          int prefix = Integer.parseInt(address.substring(slash + 1));
          if (prefix < 0 || prefix > bits) {
            throw new IllegalArgumentException(
                "network '" + address + "' needs a prefix of 0 to " + bits);
          }
        }
      } catch (UnknownHostException | NumberFormatException e) {
        throw new IllegalArgumentException(
            "address '" + AeTitles.forLog(address) + "' is not valid", e);
      }
    }
  }

  /** Whether it may call from this address. Looks a host name up, so it may block. */
  boolean admits(InetAddress caller) {
    if (address.equals(ANYWHERE)) {
      return true;
    }
    int slash = address.indexOf('/');
    try {
      if (slash >= 0) {
        byte[] network = InetAddress.getByName(address.substring(0, slash)).getAddress();
        int prefix = Integer.parseInt(address.substring(slash + 1));
        return samePrefix(network, caller.getAddress(), prefix);
      }
      return Arrays.asList(InetAddress.getAllByName(address)).contains(caller);
    } catch (UnknownHostException e) {
      return false; // a name nobody knows is nobody's
    }
  }

  private static boolean samePrefix(byte[] a, byte[] b, int prefix) {
    if (a.length != b.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> (bit & 7);
      if ((a[bit >> 3] & mask) != (b[bit >> 3] & mask)) {
        return false;
      }
    }
    return true;
  }
}
