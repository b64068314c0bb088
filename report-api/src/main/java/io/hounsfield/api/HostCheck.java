// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Which Host headers are answered. A web page elsewhere can point its own name at this machine and
 * so make a browser inside read the API as if it were its own (DNS rebinding); it cannot do so with
 * an IP address or localhost.
 */
final class HostCheck {

  private static final Pattern IPV4 = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}");

  private final Set<String> allowed;
  private final boolean anyName;

  HostCheck(HttpApiOptions options) {
    this.allowed = options.allowedHosts();
    this.anyName = allowed.isEmpty() && !isLoopback(options.bindAddress());
  }

  /**
   * @param host host of the request without port, IPv6 with or without brackets; {@code null} where
   *     there is none
   */
  boolean allows(String host) {
    if (host == null) {
      return false;
    }
    String name = host.toLowerCase(Locale.ROOT);
    return anyName
        || name.equals("localhost")
        || name.indexOf(':') >= 0 // only IPv6 addresses hold a colon, the port is cut off
        || IPV4.matcher(name).matches()
        || allowed.contains(name);
  }

  private static boolean isLoopback(String address) {
    try {
      return InetAddress.getByName(address).isLoopbackAddress();
    } catch (UnknownHostException e) {
      // Binding to it will fail with a message of its own; until then be strict.
      return true;
    }
  }
}
