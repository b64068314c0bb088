// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.preprocess;

import io.hounsfield.domain.Vec3;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;

/** Builds the headers of a series; each test changes what its rule is about. */
final class Stacks {

  static final Vec3 LEFT = new Vec3(1, 0, 0);
  static final Vec3 POSTERIOR = new Vec3(0, 1, 0);
  static final Vec3 FEET = new Vec3(0, 0, -1);

  private Stacks() {}

  /** A slice of a supine, head-first patient, 512 x 512, 0.7 mm pixels. */
  static SliceHeader axial(int number, double z) {
    return header(number, new Vec3(-180, -170, z), LEFT, POSTERIOR);
  }

  static SliceHeader header(int number, Vec3 position, Vec3 row, Vec3 column) {
    return new SliceHeader(
        "1.2.3." + number,
        0,
        number,
        1,
        null,
        null,
        512,
        512,
        position,
        row,
        column,
        0.7,
        0.7,
        1.25,
        0.0,
        List.of("ORIGINAL", "PRIMARY", "AXIAL"),
        "1.2.3.4.5");
  }

  /** Instance 1 is the most cranial one, as scanners number them. */
  static List<SliceHeader> chest(int slices, double spacing) {
    List<SliceHeader> headers = new ArrayList<>();
    for (int i = 0; i < slices; i++) {
      headers.add(axial(i + 1, 100 - i * spacing));
    }
    return headers;
  }

  static List<SliceHeader> with(
      List<SliceHeader> headers, int index, UnaryOperator<SliceHeader> change) {
    List<SliceHeader> changed = new ArrayList<>(headers);
    changed.set(index, change.apply(changed.get(index)));
    return changed;
  }

  static List<SliceHeader> each(List<SliceHeader> headers, UnaryOperator<SliceHeader> change) {
    return headers.stream().map(change).toList();
  }

  static List<SliceHeader> without(List<SliceHeader> headers, int... indices) {
    List<SliceHeader> left = new ArrayList<>(headers);
    for (int i = indices.length - 1; i >= 0; i--) {
      left.remove(indices[i]);
    }
    return left;
  }

  static List<SliceHeader> shuffled(List<SliceHeader> headers, Random random) {
    List<SliceHeader> mixed = new ArrayList<>(headers);
    Collections.shuffle(mixed, random);
    return mixed;
  }

  static SliceHeader at(SliceHeader h, Vec3 position) {
    return copy(h, h.rows(), h.columns(), position, h.rowDirection(), h.columnDirection());
  }

  static SliceHeader sized(SliceHeader h, int rows, int columns) {
    return copy(h, rows, columns, h.position(), h.rowDirection(), h.columnDirection());
  }

  static SliceHeader turned(SliceHeader h, Vec3 row, Vec3 column) {
    return copy(h, h.rows(), h.columns(), h.position(), row, column);
  }

  private static SliceHeader copy(
      SliceHeader h, int rows, int columns, Vec3 position, Vec3 row, Vec3 column) {
    return new SliceHeader(
        h.sopInstanceUid(),
        h.frame(),
        h.instanceNumber(),
        h.acquisitionNumber(),
        h.stackId(),
        h.temporalPosition(),
        rows,
        columns,
        position,
        row,
        column,
        h.rowSpacingMm(),
        h.columnSpacingMm(),
        h.sliceThicknessMm(),
        h.gantryTiltDegrees(),
        h.imageType(),
        h.frameOfReferenceUid());
  }

  /** A frame of a stack, a point in time and an acquisition. */
  static SliceHeader of(SliceHeader h, String stack, Integer time, Integer acquisition) {
    return new SliceHeader(
        h.sopInstanceUid() + "." + stack + "." + time + "." + acquisition,
        h.frame(),
        h.instanceNumber(),
        acquisition,
        stack,
        time,
        h.rows(),
        h.columns(),
        h.position(),
        h.rowDirection(),
        h.columnDirection(),
        h.rowSpacingMm(),
        h.columnSpacingMm(),
        h.sliceThicknessMm(),
        h.gantryTiltDegrees(),
        h.imageType(),
        h.frameOfReferenceUid());
  }

  static SliceHeader spaced(SliceHeader h, double rowSpacing, double columnSpacing) {
    return rest(
        h,
        rowSpacing,
        columnSpacing,
        h.sliceThicknessMm(),
        h.gantryTiltDegrees(),
        h.imageType(),
        h.frameOfReferenceUid());
  }

  static SliceHeader thick(SliceHeader h, Double thickness) {
    return rest(
        h,
        h.rowSpacingMm(),
        h.columnSpacingMm(),
        thickness,
        h.gantryTiltDegrees(),
        h.imageType(),
        h.frameOfReferenceUid());
  }

  static SliceHeader tilted(SliceHeader h, Double degrees) {
    return rest(
        h,
        h.rowSpacingMm(),
        h.columnSpacingMm(),
        h.sliceThicknessMm(),
        degrees,
        h.imageType(),
        h.frameOfReferenceUid());
  }

  static SliceHeader typed(SliceHeader h, String... imageType) {
    return rest(
        h,
        h.rowSpacingMm(),
        h.columnSpacingMm(),
        h.sliceThicknessMm(),
        h.gantryTiltDegrees(),
        List.of(imageType),
        h.frameOfReferenceUid());
  }

  static SliceHeader inFrame(SliceHeader h, String frameOfReferenceUid) {
    return rest(
        h,
        h.rowSpacingMm(),
        h.columnSpacingMm(),
        h.sliceThicknessMm(),
        h.gantryTiltDegrees(),
        h.imageType(),
        frameOfReferenceUid);
  }

  private static SliceHeader rest(
      SliceHeader h,
      double rowSpacing,
      double columnSpacing,
      Double thickness,
      Double tilt,
      List<String> imageType,
      String frameOfReferenceUid) {
    return new SliceHeader(
        h.sopInstanceUid(),
        h.frame(),
        h.instanceNumber(),
        h.acquisitionNumber(),
        h.stackId(),
        h.temporalPosition(),
        h.rows(),
        h.columns(),
        h.position(),
        h.rowDirection(),
        h.columnDirection(),
        rowSpacing,
        columnSpacing,
        thickness,
        tilt,
        imageType,
        frameOfReferenceUid);
  }
}
