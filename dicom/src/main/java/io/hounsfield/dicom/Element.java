// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicom;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/** One data element, PS3.5 section 7.1; immutable but for the bytes and items it refers to. */
record Element(int tag, VR vr, Value value) {

  sealed interface Value permits Bytes, Text, Items, Fragments {}

  /** An encoded value in little endian order: a range of a shared array. */
  record Bytes(byte[] array, int offset, int length) implements Value {
    private static final VarHandle SHORT = handle(short[].class);
    private static final VarHandle INT = handle(int[].class);
    private static final VarHandle LONG = handle(long[].class);

    static Bytes of(byte[] array) {
      return new Bytes(array, 0, array.length);
    }

    private static VarHandle handle(Class<?> view) {
      return MethodHandles.byteArrayViewVarHandle(view, ByteOrder.LITTLE_ENDIAN);
    }

    ByteBuffer buffer() {
      return ByteBuffer.wrap(array, offset, length)
          .slice()
          .asReadOnlyBuffer()
          .order(ByteOrder.LITTLE_ENDIAN);
    }

    short shortAt(int at) {
      return (short) SHORT.get(array, offset + at);
    }

    int intAt(int at) {
      return (int) INT.get(array, offset + at);
    }

    long longAt(int at) {
      return (long) LONG.get(array, offset + at);
    }
  }

  /** Values put as text; encoded with the data set's character set when written. */
  record Text(List<String> values) implements Value {}

  record Items(List<DataSet> items) implements Value {}

  /** Encapsulated pixel data, PS3.5 annex A.4: the Basic Offset Table, then the fragments. */
  record Fragments(List<Bytes> fragments) implements Value {}
}
