// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.dicom.Element.Fragments;
import io.hounsfield.dicom.Element.Items;
import io.hounsfield.dicom.Element.Text;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;

/**
 * A DICOM data set or item: attributes ordered by tag, PS3.5 section 7.
 *
 * <p>Reading is forgiving, writing strict: the {@code put} methods refuse with {@link
 * IllegalArgumentException} what the VR does not allow. An attribute that is present without a
 * value reads as absent, but {@link #contains} tells. A data set that was decoded shares the bytes
 * it came from; they stay in memory as long as it does. Not safe for use by several threads while
 * it is being changed.
 */
public final class DataSet {
  /** All defined terms there are; it is looked at for each text. */
  private static final int MAX_CHARACTER_SET_BYTES = 512;

  private final TreeMap<Integer, Element> elements = new TreeMap<>(Integer::compareUnsigned);
  private DataSet parent;

  /** Creates an empty data set. */
  public DataSet() {}

  DataSet(DataSet parent) {
    this.parent = parent;
  }

  // Reading

  /** Number of attributes at this level. */
  public int size() {
    return elements.size();
  }

  public boolean isEmpty() {
    return elements.isEmpty();
  }

  /** Tags in the order of the standard; a view. */
  public Set<Integer> tags() {
    return Collections.unmodifiableSet(elements.keySet());
  }

  /** True when the attribute is present, with or without a value. */
  public boolean contains(int tag) {
    return elements.containsKey(tag);
  }

  /** VR of an attribute that is present. */
  public Optional<VR> vr(int tag) {
    return Optional.ofNullable(elements.get(tag)).map(Element::vr);
  }

  /** First value as text without padding; empty when absent or without value. */
  public Optional<String> string(int tag) {
    List<String> values = strings(tag);
    return values.isEmpty() || values.get(0).isEmpty()
        ? Optional.empty()
        : Optional.of(values.get(0));
  }

  /**
   * All values as text, padding removed, decoded by SpecificCharacterSet (0008,0005) of this item
   * or of the nearest one around it. Binary numbers are printed in decimal; sequences and byte
   * streams have no text and give an empty list.
   */
  public List<String> strings(int tag) {
    Element element = elements.get(tag);
    if (element == null) {
      return List.of();
    }
    if (element.value() instanceof Text text) {
      return text.values();
    }
    if (!(element.value() instanceof Bytes bytes) || bytes.length() == 0) {
      return List.of();
    }
    VR vr = element.vr();
    if (vr.isText() || vr == VR.UN) {
      String text =
          vr.usesCharacterSet() || vr == VR.UN
              ? characterSet().decode(vr, bytes.array(), bytes.offset(), bytes.length())
              : new String(
                  bytes.array(), bytes.offset(), bytes.length(), StandardCharsets.ISO_8859_1);
      return split(text, vr);
    }
    int unit = vr == VR.AT ? 4 : vr.unitBytes();
    if (unit == 1 || vr == VR.OW || vr == VR.OL || vr == VR.OV || bytes.length() % unit != 0) {
      return List.of();
    }
    List<String> values = new ArrayList<>(bytes.length() / unit);
    for (int at = 0; at < bytes.length(); at += unit) {
      values.add(
          switch (vr) {
            case AT -> Tag.toString(attributeTag(bytes, at));
            case FL, OF -> Float.toString(Float.intBitsToFloat(bytes.intAt(at)));
            case FD, OD -> Double.toString(Double.longBitsToDouble(bytes.longAt(at)));
            case UV -> Long.toUnsignedString(bytes.longAt(at));
            default -> Long.toString(binaryInteger(vr, bytes, at));
          });
    }
    return values;
  }

  /**
   * First value as an integer: IS, US, SS, UL, SL, SV, UV, AT, or DS when it is whole.
   *
   * @throws DicomException when the value is no integer or does not fit 32 bits
   */
  public OptionalInt integer(int tag) throws DicomException {
    int[] values = integers(tag);
    return values.length == 0 ? OptionalInt.empty() : OptionalInt.of(values[0]);
  }

  /**
   * All values as integers; empty when absent or without value.
   *
   * @throws DicomException when a value is no integer or does not fit 32 bits
   */
  public int[] integers(int tag) throws DicomException {
    Element element = elements.get(tag);
    if (element == null) {
      return new int[0];
    }
    if (element.vr().isText() || element.vr() == VR.UN) {
      List<String> texts = numberTexts(tag);
      int[] values = new int[texts.size()];
      for (int i = 0; i < values.length; i++) {
        double value = Numbers.parse(tag, texts.get(i));
        if (value != Math.rint(value) || Math.abs(value) > Integer.MAX_VALUE) {
          throw DicomException.in(tag, "'" + texts.get(i) + "' is no 32-bit integer");
        }
        values[i] = (int) value;
      }
      return values;
    }
    Bytes bytes = binary(element, VR.Kind.INTEGER);
    if (element.vr() == VR.AT) {
      int[] tags = new int[bytes.length() / 4];
      Arrays.setAll(tags, i -> attributeTag(bytes, 4 * i));
      return tags;
    }
    int unit = element.vr().unitBytes();
    int[] values = new int[bytes.length() / unit];
    for (int i = 0; i < values.length; i++) {
      long value = binaryInteger(element.vr(), bytes, i * unit);
      if (value != (int) value) {
        throw DicomException.in(tag, value + " does not fit a 32-bit integer");
      }
      values[i] = (int) value;
    }
    return values;
  }

  /**
   * First value as a decimal number.
   *
   * @throws DicomException when the value is no number
   */
  public OptionalDouble decimal(int tag) throws DicomException {
    double[] values = decimals(tag);
    return values.length == 0 ? OptionalDouble.empty() : OptionalDouble.of(values[0]);
  }

  /**
   * All values as decimal numbers: DS, IS, FD, FL, OD, OF and the binary integers; empty when
   * absent or without value. FD and FL may hold infinities and NaN; text may not.
   *
   * @throws DicomException when a value is no number
   */
  public double[] decimals(int tag) throws DicomException {
    Element element = elements.get(tag);
    if (element == null) {
      return new double[0];
    }
    VR vr = element.vr();
    if (vr.isText() || vr == VR.UN) {
      List<String> texts = numberTexts(tag);
      double[] values = new double[texts.size()];
      for (int i = 0; i < values.length; i++) {
        values[i] = Numbers.parse(tag, texts.get(i));
      }
      return values;
    }
    if (vr.kind() != VR.Kind.FLOAT) {
      if (vr == VR.UL || vr == VR.SV) {
        Bytes bytes = binary(element, VR.Kind.INTEGER);
        double[] values = new double[bytes.length() / vr.unitBytes()];
        Arrays.setAll(values, i -> binaryInteger(vr, bytes, i * vr.unitBytes()));
        return values;
      }
      return Arrays.stream(integers(tag)).asDoubleStream().toArray();
    }
    Bytes bytes = binary(element, VR.Kind.FLOAT);
    double[] values = new double[bytes.length() / vr.unitBytes()];
    for (int i = 0; i < values.length; i++) {
      values[i] =
          vr.unitBytes() == 4
              ? Float.intBitsToFloat(bytes.intAt(4 * i))
              : Double.longBitsToDouble(bytes.longAt(8 * i));
    }
    return values;
  }

  /** Items of a sequence; an empty list when absent. */
  public List<DataSet> items(int tag) {
    Element element = elements.get(tag);
    return element != null && element.value() instanceof Items items ? items.items() : List.of();
  }

  /**
   * A copy of the encoded value, little endian, as it stands; empty for sequences and fragments.
   *
   * @throws DicomException when text that was put cannot be written in the data set's character set
   */
  public Optional<byte[]> bytes(int tag) throws DicomException {
    Element element = elements.get(tag);
    if (element != null && element.value() instanceof Bytes bytes) {
      return Optional.of(
          Arrays.copyOfRange(bytes.array(), bytes.offset(), bytes.offset() + bytes.length()));
    }
    if (element != null && element.value() instanceof Text text) {
      return Optional.of(encode(element, text));
    }
    return Optional.empty();
  }

  byte[] encode(Element element, Text text) throws DicomException {
    CharacterSet set = element.vr().usesCharacterSet() ? characterSet() : CharacterSet.DEFAULT;
    return set.encode(element.tag(), String.join("\\", text.values()));
  }

  /**
   * Encapsulated pixel data as read-only views: first the Basic Offset Table (often empty), then
   * the fragments, PS3.5 annex A.4; an empty list when the attribute is not encapsulated.
   */
  public List<ByteBuffer> fragments(int tag) {
    Element element = elements.get(tag);
    return element != null && element.value() instanceof Fragments fragments
        ? fragments.fragments().stream().map(Bytes::buffer).toList()
        : List.of();
  }

  // Writing

  /**
   * Sets a text attribute (any VR of characters, DS and IS included). No values: present but empty.
   *
   * @throws IllegalArgumentException when a value does not suit the VR
   */
  public DataSet put(int tag, VR vr, String... values) {
    for (String value : values) {
      Numbers.requireValid(tag, vr, value);
    }
    if (values.length > 1 && !vr.isMultiValued()) {
      throw new IllegalArgumentException(Tag.describe(tag) + ": " + vr + " holds a single value");
    }
    return put(new Element(tag, vr, new Text(List.of(values))));
  }

  /** Sets an attribute of VR IS, US, SS, UL, SL, SV, UV or AT. */
  public DataSet putInts(int tag, VR vr, int... values) {
    if (vr == VR.IS) {
      return put(tag, vr, Arrays.stream(values).mapToObj(Integer::toString).toArray(String[]::new));
    }
    int unit = vr == VR.AT ? 4 : vr.unitBytes();
    ByteBuffer bytes = ByteBuffer.allocate(unit * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      boolean fits =
          switch (vr) {
            case US -> value >= 0 && value <= 0xFFFF;
            case SS -> value == (short) value;
            case UL, UV -> value >= 0;
            case SL, SV, AT -> true;
            default ->
                throw new IllegalArgumentException(
                    Tag.describe(tag) + ": integers cannot be put as " + vr);
          };
      if (!fits) {
        throw new IllegalArgumentException(
            Tag.describe(tag) + ": " + value + " is out of the range of " + vr);
      }
      switch (unit) {
        case 2 -> bytes.putShort((short) value);
        case 8 -> bytes.putLong(value);
        default -> bytes.putInt(vr == VR.AT ? value << 16 | value >>> 16 : value);
      }
    }
    return put(new Element(tag, vr, Bytes.of(bytes.array())));
  }

  /**
   * Sets an attribute of VR DS, FD, FL, OD or OF. DS is written with at most 16 characters, the
   * nearest decimal that fits; values must be finite.
   */
  public DataSet putDoubles(int tag, VR vr, double... values) {
    for (double value : values) {
      if (!Double.isFinite(value)) {
        throw new IllegalArgumentException(Tag.describe(tag) + ": " + value + " is not finite");
      }
    }
    if (vr == VR.DS) {
      return put(
          tag, vr, Arrays.stream(values).mapToObj(Numbers::decimalString).toArray(String[]::new));
    }
    if (vr.kind() != VR.Kind.FLOAT) {
      throw new IllegalArgumentException(Tag.describe(tag) + ": decimals cannot be put as " + vr);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(vr.unitBytes() * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      if (vr.unitBytes() == 4) {
        bytes.putFloat((float) value);
      } else {
        bytes.putDouble(value);
      }
    }
    return put(new Element(tag, vr, Bytes.of(bytes.array())));
  }

  /** Sets a value by its encoded bytes, little endian; the array is not copied. */
  public DataSet putBytes(int tag, VR vr, byte[] value) {
    if (vr == VR.SQ) {
      throw new IllegalArgumentException(Tag.describe(tag) + ": use putItems for a sequence");
    }
    if (value.length % vr.unitBytes() != 0) {
      throw new IllegalArgumentException(
          Tag.describe(tag) + ": " + value.length + " bytes are no whole number of " + vr);
    }
    return put(new Element(tag, vr, Bytes.of(value)));
  }

  /** Sets OW words, for instance 16-bit pixel data: one word a sample. */
  public DataSet putShorts(int tag, VR vr, short[] words) {
    if (vr.unitBytes() != 2 || vr == VR.AT) {
      throw new IllegalArgumentException(
          Tag.describe(tag) + ": 16-bit words cannot be put as " + vr);
    }
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(2, words.length)).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(words);
    return put(new Element(tag, vr, Bytes.of(bytes.array())));
  }

  /** Sets a sequence; the items belong to this data set from now on. */
  public DataSet putItems(int tag, DataSet... items) {
    return putItems(tag, List.of(items));
  }

  /** Sets a sequence; the items belong to this data set from now on. */
  public DataSet putItems(int tag, Collection<DataSet> items) {
    for (DataSet item : items) {
      for (DataSet around = this; around != null; around = around.parent) {
        if (around == item) {
          throw new IllegalArgumentException(Tag.describe(tag) + ": an item cannot hold itself");
        }
      }
      item.parent = this;
    }
    return put(new Element(tag, VR.SQ, new Items(List.copyOf(items))));
  }

  /**
   * Sets encapsulated pixel data, PS3.5 annex A.4.
   *
   * @param basicOffsetTable offsets of the frames, or an empty array
   * @param fragments the fragments in order; odd ones are padded with zero when written
   */
  public DataSet putFragments(int tag, byte[] basicOffsetTable, List<byte[]> fragments) {
    List<Bytes> all = new ArrayList<>(fragments.size() + 1);
    all.add(Bytes.of(basicOffsetTable));
    fragments.forEach(fragment -> all.add(Bytes.of(fragment)));
    return put(new Element(tag, VR.OB, new Fragments(all)));
  }

  /** Copies attributes from another data set as they stand; those it lacks are left as they are. */
  public DataSet copy(DataSet source, int... tags) {
    for (int tag : tags) {
      Element element = source.elements.get(tag);
      if (element == null) {
        continue;
      }
      if (element.value() instanceof Items items) {
        putItems(tag, items.items().stream().map(DataSet::copy).toList());
      } else if (element.value() instanceof Bytes
          && element.vr().usesCharacterSet()
          && source.characterSet() != characterSet()) {
        put(new Element(tag, element.vr(), new Text(source.strings(tag))));
      } else {
        put(element);
      }
    }
    return this;
  }

  /** A copy with its own items; values are shared. */
  public DataSet copy() {
    DataSet copy = new DataSet();
    elements
        .values()
        .forEach(
            element -> {
              if (element.value() instanceof Items items) {
                copy.putItems(element.tag(), items.items().stream().map(DataSet::copy).toList());
              } else {
                copy.put(element);
              }
            });
    return copy;
  }

  /** Removes an attribute if it is present. */
  public DataSet remove(int tag) {
    elements.remove(tag);
    return this;
  }

  // Machinery

  DataSet put(Element element) {
    elements.put(element.tag(), element);
    return this;
  }

  Element element(int tag) {
    return elements.get(tag);
  }

  Collection<Element> elements() {
    return elements.values();
  }

  /** PixelRepresentation (0028,0103) of this item or the nearest one around it is 1. */
  boolean signedPixels() {
    for (DataSet level = this; level != null; level = level.parent) {
      Element element = level.elements.get(Tag.PixelRepresentation);
      if (element != null && element.value() instanceof Bytes bytes && bytes.length() >= 2) {
        return bytes.shortAt(0) == 1;
      }
    }
    return false;
  }

  CharacterSet characterSet() {
    for (DataSet level = this; level != null; level = level.parent) {
      Element element = level.elements.get(Tag.SpecificCharacterSet);
      if (element != null) {
        return CharacterSet.of(terms(element));
      }
    }
    return CharacterSet.DEFAULT;
  }

  /** Always read as CS: with a VR of free text it would name the character set of its own name. */
  private static List<String> terms(Element element) {
    if (element.value() instanceof Text text) {
      return text.values();
    }
    if (!(element.value() instanceof Bytes bytes)) {
      return List.of();
    }
    int length = Math.min(bytes.length(), MAX_CHARACTER_SET_BYTES);
    return split(
        new String(bytes.array(), bytes.offset(), length, StandardCharsets.ISO_8859_1), VR.CS);
  }

  private List<String> numberTexts(int tag) {
    List<String> texts = strings(tag);
    return texts.stream().allMatch(String::isEmpty) ? List.of() : texts;
  }

  private static List<String> split(String text, VR vr) {
    if (!vr.isMultiValued()) {
      int end = text.length();
      while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
        end--;
      }
      return end == 0 ? List.of() : List.of(text.substring(0, end));
    }
    if (text.indexOf('\\') < 0) {
      String value = trim(text);
      return value.isEmpty() ? List.of() : List.of(value);
    }
    return Arrays.stream(text.split("\\\\", -1)).map(DataSet::trim).toList();
  }

  private static String trim(String text) {
    int start = 0;
    int end = text.length();
    while (start < end && text.charAt(start) == ' ') {
      start++;
    }
    while (end > start && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
      end--;
    }
    return text.substring(start, end);
  }

  private static Bytes binary(Element element, VR.Kind kind) throws DicomException {
    int unit = element.vr() == VR.AT ? 4 : element.vr().unitBytes();
    if (element.vr().kind() != kind || !(element.value() instanceof Bytes bytes)) {
      throw DicomException.in(element.tag(), "VR " + element.vr() + " holds no such number");
    }
    if (bytes.length() % unit != 0) {
      throw DicomException.in(
          element.tag(), bytes.length() + " bytes are no whole number of " + element.vr());
    }
    return bytes;
  }

  private static long binaryInteger(VR vr, Bytes bytes, int at) {
    return switch (vr) {
      case SS -> bytes.shortAt(at);
      case SL -> bytes.intAt(at);
      case UL, OL -> bytes.intAt(at) & 0xFFFFFFFFL;
      case SV, UV, OV -> bytes.longAt(at);
      default -> bytes.shortAt(at) & 0xFFFF;
    };
  }

  private static int attributeTag(Bytes bytes, int at) {
    return bytes.shortAt(at) << 16 | bytes.shortAt(at + 2) & 0xFFFF;
  }
}
