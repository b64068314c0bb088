// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.dicom.Element.Fragments;
import io.hounsfield.dicom.Element.Items;
import java.math.BigDecimal;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * The DICOM JSON model, PS3.18 annex F. Text is Unicode whatever the data set's character set, and
 * SpecificCharacterSet (0008,0005), where there is one, says ISO_IR 192. File meta information and
 * group lengths are left out. Numbers of DS and IS keep the digits they came with; what is no
 * number becomes a string.
 */
public final class DataSetJson {
  private static final Pattern JSON_NUMBER =
      Pattern.compile("-?(?:0|[1-9][0-9]*)(?:\\.[0-9]+)?(?:[eE][+-]?[0-9]+)?");
  private static final Pattern DECIMAL =
      Pattern.compile("[+-]?(?:[0-9]+\\.?[0-9]*|\\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?");
  private static final int MAX_NUMBER_CHARACTERS = 32;
  private static final long MAX_EXACT = 1L << 53;
  private static final int FILE_META_GROUP = 2;

  private final StringBuilder out = new StringBuilder(4096);
  private final int maxInlineBytes;
  private final UnaryOperator<String> bulkDataUri;

  private DataSetJson(int maxInlineBytes, UnaryOperator<String> bulkDataUri) {
    this.maxInlineBytes = maxInlineBytes;
    this.bulkDataUri = bulkDataUri;
  }

  /** A data set with all binary values inline; encapsulated pixel data has no value. */
  public static String encode(DataSet dataSet) {
    return encode(dataSet, Integer.MAX_VALUE, path -> null);
  }

  /**
   * A data set as a JSON object.
   *
   * @param maxInlineBytes binary values up to this long stand inline in base64
   * @param bulkDataUri gives where longer ones and encapsulated pixel data are found, by the path
   *     of the attribute: its tag in eight hexadecimal digits, behind the tags and item numbers
   *     (from 0) of the sequences around it, separated by slashes; null where they are not given
   */
  public static String encode(
      DataSet dataSet, int maxInlineBytes, UnaryOperator<String> bulkDataUri) {
    DataSetJson json = new DataSetJson(maxInlineBytes, bulkDataUri);
    json.write(dataSet, "");
    return json.out.toString();
  }

  /** A tag as the model names attributes: eight upper case hexadecimal digits. */
  public static String key(int tag) {
    return String.format("%08X", tag);
  }

  /** A JSON string with its quotes. */
  public static String quoted(String text) {
    StringBuilder quoted = new StringBuilder(text.length() + 2);
    quote(quoted, text);
    return quoted.toString();
  }

  private void write(DataSet dataSet, String path) {
    out.append('{');
    boolean first = true;
    for (Element element : dataSet.elements()) {
      if (Tag.isGroupLength(element.tag()) || element.tag() >>> 16 <= FILE_META_GROUP) {
        continue;
      }
      if (!first) {
        out.append(',');
      }
      first = false;
      out.append('"').append(key(element.tag())).append("\":{\"vr\":\"");
      write(dataSet, element, path + key(element.tag()));
      out.append('}');
    }
    out.append('}');
  }

  private void write(DataSet dataSet, Element element, String path) {
    VR vr = element.vr();
    if (element.value() instanceof Items items) {
      vr(vr);
      items(items.items(), path);
    } else if (element.value() instanceof Fragments) {
      vr(VR.OB);
      bulk(path);
    } else if (element.tag() == Tag.SpecificCharacterSet) {
      vr(vr);
      out.append(",\"Value\":[\"ISO_IR 192\"]");
    } else if (vr.isText()) {
      vr(vr);
      texts(vr, dataSet.strings(element.tag()));
    } else {
      binary(vr, (Bytes) element.value(), path);
    }
  }

  private void vr(VR vr) {
    out.append(vr.name()).append('"');
  }

  private void items(List<DataSet> items, String path) {
    if (items.isEmpty()) {
      return;
    }
    out.append(",\"Value\":[");
    for (int i = 0; i < items.size(); i++) {
      if (i > 0) {
        out.append(',');
      }
      write(items.get(i), path + "/" + i + "/");
    }
    out.append(']');
  }

  private void texts(VR vr, List<String> values) {
    if (values.stream().allMatch(String::isEmpty)) {
      return;
    }
    out.append(",\"Value\":[");
    for (int i = 0; i < values.size(); i++) {
      String value = values.get(i);
      if (i > 0) {
        out.append(',');
      }
      if (value.isEmpty()) {
        out.append("null");
      } else {
        switch (vr) {
          case PN -> name(value);
          case DS, IS -> number(value);
          default -> quote(out, value);
        }
      }
    }
    out.append(']');
  }

  /** Component groups of a name, PS3.5 section 6.2.1.1; without the delimiters at their ends. */
  private void name(String value) {
    String[] groups = value.split("=", 3);
    List<String> keys = List.of("Alphabetic", "Ideographic", "Phonetic");
    out.append('{');
    boolean first = true;
    for (int i = 0; i < groups.length; i++) {
      String group = groups[i].strip();
      if (!group.isEmpty()) {
        out.append(first ? "\"" : ",\"").append(keys.get(i)).append("\":");
        quote(out, group);
        first = false;
      }
    }
    out.append('}');
  }

  private void number(String value) {
    if (value.length() <= MAX_NUMBER_CHARACTERS && JSON_NUMBER.matcher(value).matches()) {
      out.append(value);
    } else if (value.length() <= MAX_NUMBER_CHARACTERS && DECIMAL.matcher(value).matches()) {
      out.append(new BigDecimal(value)); // such as +1, 007 or .5, which are no numbers in JSON
    } else {
      quote(out, value);
    }
  }

  private void binary(VR vr, Bytes bytes, String path) {
    int unit = vr == VR.AT ? 4 : vr.unitBytes();
    boolean stream =
        switch (vr) {
          case OB, OD, OF, OL, OV, OW, UN -> true;
          default -> false;
        };
    if (bytes.length() % unit != 0 && !stream) {
      vr(VR.UN); // not what its VR says: shown as the bytes it is
      stream = true;
    } else {
      vr(vr);
    }
    if (bytes.length() == 0) {
      return;
    }
    if (!stream) {
      numbers(vr, bytes, unit);
    } else if (bytes.length() <= maxInlineBytes) {
      ByteBuffer value = ByteBuffer.wrap(bytes.array(), bytes.offset(), bytes.length());
      ByteBuffer encoded = Base64.getEncoder().encode(value);
      out.append(",\"InlineBinary\":\"")
          .append(new String(encoded.array(), 0, encoded.limit(), StandardCharsets.ISO_8859_1))
          .append('"');
    } else {
      bulk(path);
    }
  }

  private void bulk(String path) {
    String uri = bulkDataUri.apply(path);
    if (uri != null) {
      out.append(",\"BulkDataURI\":");
      quote(out, uri);
    }
  }

  private void numbers(VR vr, Bytes bytes, int unit) {
    out.append(",\"Value\":[");
    for (int at = 0; at < bytes.length(); at += unit) {
      if (at > 0) {
        out.append(',');
      }
      switch (vr) {
        case AT ->
            out.append(
                String.format(
                    "\"%04X%04X\"", bytes.shortAt(at) & 0xFFFF, bytes.shortAt(at + 2) & 0xFFFF));
        case FL -> {
          float value = Float.intBitsToFloat(bytes.intAt(at));
          real(value, Float.toString(value));
        }
        case FD -> {
          double value = Double.longBitsToDouble(bytes.longAt(at));
          real(value, Double.toString(value));
        }
        case SL -> out.append(bytes.intAt(at));
        case SS -> out.append(bytes.shortAt(at));
        case UL -> out.append(bytes.intAt(at) & 0xFFFFFFFFL);
        case SV -> whole(bytes.longAt(at), Long.toString(bytes.longAt(at)));
        case UV -> {
          long value = bytes.longAt(at);
          whole(value < 0 ? Long.MAX_VALUE : value, Long.toUnsignedString(value));
        }
        default -> out.append(bytes.shortAt(at) & 0xFFFF);
      }
    }
    out.append(']');
  }

  /** What IEEE 754 has beyond numbers is no number in JSON. */
  private void real(double value, String text) {
    if (Double.isFinite(value)) {
      out.append(text);
    } else {
      out.append(Double.isNaN(value) ? "\"NaN\"" : value > 0 ? "\"inf\"" : "\"-inf\"");
    }
  }

  /** Many readers hold a number in 53 bits: longer ones are strings, as annex F allows. */
  private void whole(long value, String text) {
    if (value >= -MAX_EXACT && value <= MAX_EXACT) {
      out.append(text);
    } else {
      quote(out, text);
    }
  }

  private static void quote(StringBuilder to, String text) {
    to.append('"');
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      switch (character) {
        case '"' -> to.append("\\\"");
        case '\\' -> to.append("\\\\");
        case '\n' -> to.append("\\n");
        case '\r' -> to.append("\\r");
        case '\t' -> to.append("\\t");
        default -> {
          boolean lone =
              Character.isSurrogate(character)
                  && !(Character.isHighSurrogate(character)
                      ? i + 1 < text.length() && Character.isLowSurrogate(text.charAt(i + 1))
                      : i > 0 && Character.isHighSurrogate(text.charAt(i - 1)));
          if (character < ' ' || character == 0x7F || lone) {
            to.append(String.format("\\u%04x", (int) character));
          } else {
            to.append(character);
          }
        }
      }
    }
    to.append('"');
  }
}
