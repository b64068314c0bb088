// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.config;

import io.hounsfield.dicom.TransferSyntax;
import io.hounsfield.listener.DicomPeer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The value of {@code dicom.peers}: who may call, in the order given. */
record PeerList(List<DicomPeer> peers) {
  static final String ALLOWED =
      "AET@ADDRESS[:PORT][;idleTimeoutMs=N][;transferSyntaxes=UID|UID...], separated by commas (a"
          + " list in the file)";

  private static final int MAX_PEERS = 1000;
  private static final Pattern PORT = Pattern.compile("(\\[[^]]*]|[^:]*):([0-9]{1,5})");

  PeerList {
    peers = List.copyOf(peers);
  }

  static PeerList parse(String text) {
    List<DicomPeer> peers = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        try {
          peers.add(peer(part.strip()));
        } catch (IllegalArgumentException e) {
          throw new IllegalArgumentException(
              "holds a peer that is not valid: " + e.getMessage(), e);
        }
      }
    }
    if (peers.size() > MAX_PEERS) {
      throw new IllegalArgumentException("holds more than " + MAX_PEERS + " peers");
    }
    return new PeerList(peers);
  }

  private static DicomPeer peer(String text) {
    String[] parts = text.split(";", -1);
    int at = parts[0].lastIndexOf('@');
    if (at < 0) {
      throw new IllegalArgumentException("it has no @ between AE title and address");
    }
    String address = parts[0].substring(at + 1).strip();
    OptionalInt port = OptionalInt.empty();
    Matcher withPort = PORT.matcher(address);
    if (withPort.matches()) {
      address = withPort.group(1);
      port = OptionalInt.of(Integer.parseInt(withPort.group(2)));
    }
    if (address.startsWith("[") && address.endsWith("]")) {
      address = address.substring(1, address.length() - 1);
    }
    OptionalLong idle = OptionalLong.empty();
    Set<TransferSyntax> syntaxes = new HashSet<>();
    for (int i = 1; i < parts.length; i++) {
      String[] setting = parts[i].split("=", 2);
      String value = setting.length == 2 ? setting[1].strip() : "";
      switch (setting[0].strip()) {
        case "idleTimeoutMs" -> idle = OptionalLong.of(number(value));
        case "transferSyntaxes" -> {
          for (String uid : value.split("\\|", -1)) {
            syntaxes.add(
                TransferSyntax.of(uid.strip())
                    .orElseThrow(
                        () ->
                            new IllegalArgumentException(
                                "a transfer syntax is not known; UIDs with | between")));
          }
        }
        default ->
            throw new IllegalArgumentException(
                "a setting is neither idleTimeoutMs nor transferSyntaxes");
      }
    }
    return new DicomPeer(parts[0].substring(0, at).strip(), address, port, idle, syntaxes);
  }

  private static long number(String text) {
    try {
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("idleTimeoutMs is not a whole number", e);
    }
  }
}
