// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import io.hounsfield.dicom.Element.Bytes;
import io.hounsfield.dicom.Element.Fragments;
import io.hounsfield.dicom.Element.Items;
import io.hounsfield.dicom.Element.Text;
import java.io.ByteArrayOutputStream;
import java.util.List;

/**
 * Encodes data sets strictly by PS3.5: ordered, even lengths, sequences and items of undefined
 * length. Group lengths are written for the groups that must have them (0000 and 0002) and dropped
 * elsewhere.
 */
final class DataSetWriter {
  private static final int UNDEFINED = 0xFFFFFFFF;
  private static final int MAX_SHORT_LENGTH = 0xFFFE;

  /** Writes past the copying and locking of a plain ByteArrayOutputStream. */
  private static final class Sink extends ByteArrayOutputStream {
    Sink(int capacity) {
      super(capacity);
    }

    byte[] bytes() {
      return count == buf.length ? buf : toByteArray();
    }
  }

  private final TransferSyntax syntax;
  private final Sink out;

  private DataSetWriter(TransferSyntax syntax, int capacity) {
    this.syntax = syntax;
    this.out = new Sink(capacity);
  }

  static byte[] encode(DataSet dataSet, TransferSyntax syntax) throws DicomException {
    Element pixels = dataSet.element(Tag.PixelData);
    if (pixels != null && pixels.value() instanceof Fragments != syntax.encapsulated()) {
      throw DicomException.in(
          Tag.PixelData,
          (syntax.encapsulated() ? "not encapsulated" : "encapsulated")
              + " pixel data cannot be written as "
              + syntax.title()
              + "; decode or encode it first");
    }
    long size = size(dataSet, 0);
    if (size > DicomFiles.MAX_BYTES) {
      throw new DicomException(
          "a data set of " + size + " bytes is over the limit of " + DicomFiles.MAX_BYTES);
    }
    DataSetWriter writer = new DataSetWriter(syntax, (int) size);
    writer.write(dataSet);
    return writer.out.bytes();
  }

  /** Estimated number of bytes; exact as a rule, so that large values are copied once. */
  private static long size(DataSet dataSet, int depth) {
    long size = 0;
    for (Element element : dataSet.elements()) {
      size += element.vr().hasLongLength() ? 12 : 8;
      if (element.value() instanceof Bytes bytes) {
        size += bytes.length() + (bytes.length() & 1);
      } else if (element.value() instanceof Text text) {
        for (String value : text.values()) {
          size += value.length() + 1;
        }
      } else if (element.value() instanceof Items items) {
        for (DataSet item : items.items()) {
          size += 16 + size(item, depth + 1);
        }
        size += 8;
      } else if (element.value() instanceof Fragments fragments) {
        for (Bytes fragment : fragments.fragments()) {
          size += 9L + fragment.length();
        }
        size += 8;
      }
    }
    return size;
  }

  private void write(DataSet dataSet) throws DicomException {
    boolean command = dataSet.tags().stream().anyMatch(tag -> tag >>> 16 == 0);
    if (command) {
      writeGroup(dataSet, 0x0000);
    }
    boolean meta = dataSet.tags().stream().anyMatch(tag -> tag >>> 16 == 2);
    if (meta) {
      writeGroup(dataSet, 0x0002);
    }
    for (Element element : dataSet.elements()) {
      int group = element.tag() >>> 16;
      if (group != 0 && group != 2 && !Tag.isGroupLength(element.tag())) {
        write(dataSet, element);
      }
    }
  }

  private void writeGroup(DataSet dataSet, int group) throws DicomException {
    DataSetWriter inner = new DataSetWriter(syntax, 256);
    for (Element element : dataSet.elements()) {
      if (element.tag() >>> 16 == group && !Tag.isGroupLength(element.tag())) {
        inner.write(dataSet, element);
      }
    }
    byte[] encoded = inner.out.bytes();
    header(group << 16, VR.UL, 4);
    writeInt(encoded.length);
    out.write(encoded, 0, encoded.length);
  }

  private void write(DataSet owner, Element element) throws DicomException {
    int tag = element.tag();
    VR vr = element.vr();
    if (element.value() instanceof Items items) {
      header(tag, VR.SQ, UNDEFINED);
      for (DataSet item : items.items()) {
        writeTag(Tag.ITEM);
        writeInt(UNDEFINED);
        for (Element inner : item.elements()) {
          if (!Tag.isGroupLength(inner.tag())) {
            write(item, inner);
          }
        }
        writeTag(Tag.ITEM_DELIMITATION);
        writeInt(0);
      }
      writeTag(Tag.SEQUENCE_DELIMITATION);
      writeInt(0);
    } else if (element.value() instanceof Fragments fragments) {
      header(tag, VR.OB, UNDEFINED);
      writeFragments(fragments.fragments());
    } else {
      Bytes bytes =
          element.value() instanceof Text text
              ? Bytes.of(owner.encode(element, text))
              : (Bytes) element.value();
      int padded = bytes.length() + (bytes.length() & 1);
      header(tag, vr, padded);
      writeValue(bytes, vr);
      if (padded > bytes.length()) {
        out.write(vr.padding());
      }
    }
  }

  private void writeFragments(List<Bytes> fragments) {
    for (Bytes fragment : fragments) {
      writeTag(Tag.ITEM);
      writeInt(fragment.length() + (fragment.length() & 1));
      out.write(fragment.array(), fragment.offset(), fragment.length());
      if ((fragment.length() & 1) == 1) {
        out.write(0);
      }
    }
    writeTag(Tag.SEQUENCE_DELIMITATION);
    writeInt(0);
  }

  private void writeValue(Bytes bytes, VR vr) {
    int unit = vr.unitBytes();
    if (!syntax.bigEndian() || unit == 1) {
      out.write(bytes.array(), bytes.offset(), bytes.length());
      return;
    }
    int whole = bytes.length() / unit * unit;
    for (int start = 0; start < whole; start += unit) {
      for (int i = unit - 1; i >= 0; i--) {
        out.write(bytes.array()[bytes.offset() + start + i]);
      }
    }
    out.write(bytes.array(), bytes.offset() + whole, bytes.length() - whole);
  }

  private void header(int tag, VR vr, int length) {
    writeTag(tag);
    if (!syntax.explicitVr()) {
      writeInt(length);
      return;
    }
    // A value too long for a 16-bit length is written as UN, PS3.5 section 6.2.2.
    VR written =
        vr.hasLongLength() || Integer.compareUnsigned(length, MAX_SHORT_LENGTH) <= 0 ? vr : VR.UN;
    out.write(written.name().charAt(0));
    out.write(written.name().charAt(1));
    if (written.hasLongLength()) {
      writeShort(0);
      writeInt(length);
    } else {
      writeShort(length);
    }
  }

  private void writeTag(int tag) {
    writeShort(tag >>> 16);
    writeShort(tag & 0xFFFF);
  }

  private void writeShort(int value) {
    boolean big = syntax.bigEndian();
    out.write(big ? value >>> 8 : value);
    out.write(big ? value : value >>> 8);
  }

  private void writeInt(int value) {
    boolean big = syntax.bigEndian();
    writeShort(big ? value >>> 16 : value & 0xFFFF);
    writeShort(big ? value & 0xFFFF : value >>> 16);
  }
}
