// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.domain;

/**
 * A point or direction in patient coordinates: DICOM LPS (x to the patient's left, y to posterior,
 * z to the head), mm for points.
 */
public record Vec3(double x, double y, double z) {

  public Vec3 plus(Vec3 o) {
    return new Vec3(x + o.x, y + o.y, z + o.z);
  }

  public Vec3 minus(Vec3 o) {
    return new Vec3(x - o.x, y - o.y, z - o.z);
  }

  public Vec3 times(double f) {
    return new Vec3(x * f, y * f, z * f);
  }

  public double dot(Vec3 o) {
    return x * o.x + y * o.y + z * o.z;
  }

  public Vec3 cross(Vec3 o) {
    return new Vec3(y * o.z - z * o.y, z * o.x - x * o.z, x * o.y - y * o.x);
  }

  public double length() {
    return Math.sqrt(dot(this));
  }
}
