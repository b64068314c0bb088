// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.service.cli;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Where a DICOM node is: {@code AET@HOST:PORT}.
 *
 * @param aeTitle called AE title
 */
record DicomAddress(String aeTitle, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile("([^@\\\\\\p{Cntrl}]{1,16})@(\\[[0-9a-fA-F:]+]|[^:@\\s]+):(\\d{1,5})");

  /** Reads an address from the command line. */
  static final class Converter implements ITypeConverter<DicomAddress> {
    @Override
    public DicomAddress convert(String value) {
      Matcher matcher = FORM.matcher(value);
      int port = matcher.matches() ? Integer.parseInt(matcher.group(3)) : 0;
      if (port < 1 || port > 65535) {
        throw new TypeConversionException(
            "'" + value + "' is no AET@HOST:PORT, such as HOUNSFIELD@127.0.0.1:11112");
      }
      String host = matcher.group(2);
      return new DicomAddress(
          matcher.group(1),
          host.startsWith("[") ? host.substring(1, host.length() - 1) : host,
          port);
    }
  }

  @Override
  public String toString() {
    return aeTitle + "@" + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }
}
