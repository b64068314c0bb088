// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.phantom;

import io.hounsfield.dicom.TransferSyntax;
import java.util.Objects;

/**
 * What phantom to make. Equal options give equal series, byte for byte.
 *
 * @param seed the patient: anatomy, lesions, noise
 * @param slices number of slices; 0: as many as the chest needs at the given spacing, else 300
 * @param columns pixels in a row
 * @param rows pixels in a column
 * @param thicknessMm slice thickness, mm; 0: the slice spacing
 * @param spacingMm distance between slices, mm; 0: such that the slices cover the chest
 * @param pixelSpacingMm distance between pixels, mm; 0: a field of view of 360 mm
 * @param opacityPercent share of the lungs' volume that lesions take, %
 * @param contrastAgent whether vessels are enhanced
 * @param noiseHu standard deviation of the noise in the middle of the body with the standard
 *     kernel, HU
 * @param extras what there is beyond a plain chest with lesions
 */
public record PhantomOptions(
    long seed,
    int slices,
    int columns,
    int rows,
    double thicknessMm,
    double spacingMm,
    double pixelSpacingMm,
    double opacityPercent,
    LesionKind kind,
    Fault fault,
    PatientPosition position,
    TransferSyntax transferSyntax,
    boolean contrastAgent,
    Kernel kernel,
    double noiseHu,
    PhantomExtras extras) {

  /** Largest number of voxels of a phantom: what fits in memory of an ordinary machine. */
  public static final long MAX_VOXELS = 1L << 29;

  /**
   * Checks every option.
   *
   * @throws IllegalArgumentException naming the option, its value and the allowed range
   */
  public PhantomOptions {
    Objects.requireNonNull(kind, "kind");
    Objects.requireNonNull(fault, "fault");
    Objects.requireNonNull(position, "position");
    Objects.requireNonNull(transferSyntax, "transferSyntax");
    Objects.requireNonNull(kernel, "kernel");
    Objects.requireNonNull(extras, "extras");
    if (transferSyntax.encapsulated()) {
      throw new IllegalArgumentException(
          "a phantom is written uncompressed or deflated, not as " + transferSyntax);
    }
    range("slices", slices, 0, 4000);
    range("columns", columns, 32, 2048);
    range("rows", rows, 32, 2048);
    range("thickness (mm)", thicknessMm, 0, 20);
    range("spacing (mm)", spacingMm, 0, 50);
    range("pixel spacing (mm)", pixelSpacingMm, 0, 20);
    range("opacity percent", opacityPercent, 0, 90);
    range("noise (HU)", noiseHu, 0, 200);
    if (spacingMm != 0 && spacingMm < 0.1) {
      throw new IllegalArgumentException("spacing (mm) must be 0.1 or more, or 0: " + spacingMm);
    }
    if ((long) slices * columns * rows > MAX_VOXELS) {
      throw new IllegalArgumentException(
          "%d slices of %dx%d are more than %d voxels: take fewer slices or a smaller matrix"
              .formatted(slices, columns, rows, MAX_VOXELS));
    }
  }

  static void range(String what, double value, double low, double high) {
    if (!(value >= low && value <= high)) {
      throw new IllegalArgumentException(
          "%s must be from %s to %s: %s".formatted(what, number(low), number(high), number(value)));
    }
  }

  private static String number(double v) {
    return v == Math.rint(v) ? Long.toString((long) v) : Double.toString(v);
  }

  /**
   * What identifiers are made of: a plain chest has the same ones whatever extras there are to
   * choose from.
   */
  String identity() {
    String all = toString();
    String last = ", extras=" + extras + "]";
    String plain = all.substring(0, all.length() - last.length()) + "]";
    return extras.equals(PhantomExtras.NONE) ? plain : all;
  }

  public static Builder builder() {
    return new Builder();
  }

  /** Collects options; every one has a default. */
  public static final class Builder {
    private long seed = 42;
    private int slices;
    private int columns = 512;
    private int rows = 512;
    private double thicknessMm;
    private double spacingMm;
    private double pixelSpacingMm;
    private double opacityPercent = 20;
    private LesionKind kind = LesionKind.MIXED;
    private Fault fault = Fault.NONE;
    private PatientPosition position = PatientPosition.HFS;
    private TransferSyntax transferSyntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private boolean contrastAgent;
    private Kernel kernel = Kernel.STANDARD;
    private double noiseHu = 16;
    private PhantomExtras.Side effusion = PhantomExtras.NONE.effusion();
    private double effusionPercent = PhantomExtras.NONE.effusionPercent();
    private double emphysemaPercent;
    private int nodules;
    private PhantomExtras.Inflation inflation = PhantomExtras.NONE.inflation();
    private PhantomExtras.Size size = PhantomExtras.NONE.size();
    private boolean armsDown;
    private boolean bowelGas;
    private double motionMm;
    private boolean lowDose;
    private double aboveMm;
    private double belowMm;

    private Builder() {}

    public Builder seed(long value) {
      seed = value;
      return this;
    }

    public Builder slices(int value) {
      slices = value;
      return this;
    }

    /** Columns and rows. */
    public Builder matrix(int value) {
      columns = value;
      rows = value;
      return this;
    }

    public Builder columns(int value) {
      columns = value;
      return this;
    }

    public Builder rows(int value) {
      rows = value;
      return this;
    }

    public Builder thicknessMm(double value) {
      thicknessMm = value;
      return this;
    }

    public Builder spacingMm(double value) {
      spacingMm = value;
      return this;
    }

    public Builder pixelSpacingMm(double value) {
      pixelSpacingMm = value;
      return this;
    }

    public Builder opacityPercent(double value) {
      opacityPercent = value;
      return this;
    }

    public Builder kind(LesionKind value) {
      kind = value;
      return this;
    }

    public Builder fault(Fault value) {
      fault = value;
      return this;
    }

    public Builder position(PatientPosition value) {
      position = value;
      return this;
    }

    public Builder transferSyntax(TransferSyntax value) {
      transferSyntax = value;
      return this;
    }

    public Builder contrastAgent(boolean value) {
      contrastAgent = value;
      return this;
    }

    public Builder kernel(Kernel value) {
      kernel = value;
      return this;
    }

    public Builder noiseHu(double value) {
      noiseHu = value;
      return this;
    }

    public Builder effusion(PhantomExtras.Side value) {
      effusion = value;
      return this;
    }

    public Builder effusionPercent(double value) {
      effusionPercent = value;
      return this;
    }

    public Builder emphysemaPercent(double value) {
      emphysemaPercent = value;
      return this;
    }

    public Builder nodules(int value) {
      nodules = value;
      return this;
    }

    public Builder inflation(PhantomExtras.Inflation value) {
      inflation = value;
      return this;
    }

    public Builder size(PhantomExtras.Size value) {
      size = value;
      return this;
    }

    public Builder armsDown(boolean value) {
      armsDown = value;
      return this;
    }

    public Builder bowelGas(boolean value) {
      bowelGas = value;
      return this;
    }

    public Builder motionMm(double value) {
      motionMm = value;
      return this;
    }

    public Builder lowDose(boolean value) {
      lowDose = value;
      return this;
    }

    public Builder aboveMm(double value) {
      aboveMm = value;
      return this;
    }

    public Builder belowMm(double value) {
      belowMm = value;
      return this;
    }

    /**
     * @throws IllegalArgumentException as the record's constructor
     */
    public PhantomOptions build() {
      return new PhantomOptions(
          seed,
          slices,
          columns,
          rows,
          thicknessMm,
          spacingMm,
          pixelSpacingMm,
          opacityPercent,
          kind,
          fault,
          position,
          transferSyntax,
          contrastAgent,
          kernel,
          noiseHu,
          new PhantomExtras(
              effusion,
              effusionPercent,
              emphysemaPercent,
              nodules,
              inflation,
              size,
              armsDown,
              bowelGas,
              motionMm,
              lowDose,
              aboveMm,
              belowMm));
    }
  }
}
