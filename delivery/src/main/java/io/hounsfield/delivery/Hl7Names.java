// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.delivery;

import java.util.regex.Pattern;

/**
 * Who sends messages to whom, MSH-3 to MSH-6 of HL7 v2.5.1, each an HD: a name, or a name,
 * identifier and type with ^ between.
 *
 * @param sendingApplication MSH-3; empty: as the message has it
 * @param sendingFacility MSH-4, may be empty, as the others
 * @param receivingApplication MSH-5
 * @param receivingFacility MSH-6
 */
public record Hl7Names(
    String sendingApplication,
    String sendingFacility,
    String receivingApplication,
    String receivingFacility) {

  private static final int FIRST_FIELD = 2;
  private static final Pattern HD =
      Pattern.compile("[A-Za-z0-9_. -]{0,60}(\\^[A-Za-z0-9_. -]{0,120}(\\^[A-Za-z0-9]{0,6})?)?");

  /** Messages as they are. */
  public static final Hl7Names NONE = new Hl7Names("", "", "", "");

  /**
   * @throws IllegalArgumentException if one of them is no HD
   */
  public Hl7Names {
    for (String name :
        new String[] {
          sendingApplication, sendingFacility, receivingApplication, receivingFacility
        }) {
      if (!HD.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "an application or facility is not a name of letters, digits, spaces, _, . and -, or"
                + " name^identifier^type of these");
      }
    }
  }

  /** The message header (segment MSH, fields separated by {@code separator}) with these names. */
  String in(String header, char separator) {
    String[] fields = header.split(Pattern.quote("" + separator), -1);
    String[] names = {sendingApplication, sendingFacility, receivingApplication, receivingFacility};
    for (int i = 0; i < names.length && FIRST_FIELD + i < fields.length; i++) {
      if (!names[i].isEmpty()) {
        fields[FIRST_FIELD + i] = names[i];
      }
    }
    return String.join("" + separator, fields);
  }
}
