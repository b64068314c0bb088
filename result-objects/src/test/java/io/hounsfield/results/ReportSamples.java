// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.results;

import io.hounsfield.dicom.DataSet;
import io.hounsfield.dicom.Tag;
import io.hounsfield.dicom.VR;
import io.hounsfield.domain.Confidence;
import io.hounsfield.domain.CtVolume;
import io.hounsfield.domain.LabelMap;
import io.hounsfield.domain.Measurement;
import io.hounsfield.domain.ModelIdentity;
import io.hounsfield.domain.QuantificationReport;
import io.hounsfield.domain.Quantity;
import io.hounsfield.domain.Region;
import io.hounsfield.domain.RegionMeasurements;
import io.hounsfield.domain.Segment;
import io.hounsfield.domain.SeriesDescription;
import io.hounsfield.domain.Timings;
import io.hounsfield.domain.Vec3;
import io.hounsfield.domain.VolumeGeometry;
import io.hounsfield.domain.Warning;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;

/** Made-up reports and cases for the tests of documents and messages. */
public final class ReportSamples {

  public static final String ID = "0b6f2f9e-6f0a-4d34-9a53-2f1f2b6f7a10";

  /** As the quantification says it. */
  public static final String NO_OPACITY_LEFT = "no opacity was found in the left lung";

  public static final Warning CUT_OFF =
      new Warning(
          "lungs-cut-off",
          "The scan range cuts off the lungs at the top: 84.0 cm² of lung in the uppermost slice."
              + " Volumes are those of the scanned part.");

  private ReportSamples() {}

  /** Disease in the right lung only, so two values of the left lung are not measured. */
  public static QuantificationReport rightSided() {
    return rightSided(series("Chen^Wei=陈^伟", "PH-1", "A2026-17"));
  }

  public static QuantificationReport rightSided(SeriesDescription series) {
    return report(
        series,
        Map.of(
            Region.BOTH_LUNGS,
            row(
                NO_OPACITY_LEFT,
                4210.4375,
                520.25,
                12.3561,
                41.5,
                0.98565,
                -765.25,
                168.1,
                -512.75,
                190.3),
            Region.RIGHT_LUNG,
            row(
                NO_OPACITY_LEFT,
                2310.1875,
                520.25,
                22.51981,
                41.5,
                1.79639,
                -731.5,
                190.6,
                -512.75,
                190.3),
            Region.LEFT_LUNG,
            row(NO_OPACITY_LEFT, 1900.25, 0, 0, 0, 0, -806.8125, 121.4, Double.NaN, Double.NaN)),
        new Confidence.Stated(
            Confidence.Level.MEDIUM,
            2.375,
            0.9,
            12.75,
            1.25,
            "The error at this spread was not larger in 90 % of 16 cases the model had not learned"
                + " from (5-fold cross-validation)."),
        List.of(CUT_OFF));
  }

  /** Nothing found: every value of the opacity itself is absent. */
  public static QuantificationReport withoutOpacity() {
    Map<Region, RegionMeasurements> regions = new EnumMap<>(Region.class);
    String[] names = {"the lungs", "the right lung", "the left lung"};
    for (Region region : Region.values()) {
      regions.put(
          region,
          row(
              "no opacity was found in " + names[region.ordinal()],
              2000 + region.ordinal(),
              0,
              0,
              0,
              0,
              -850,
              100,
              Double.NaN,
              Double.NaN));
    }
    return report(
        series("Doe^Jane", "7", null),
        regions,
        new Confidence.NotStated("The model has no calibration of its confidence."),
        List.of());
  }

  /** One lung only: no value at all for the left one. */
  public static QuantificationReport oneLung() {
    RegionMeasurements right = row("", 1800.5, 0.02, 0.0011, 0, 0, -790, 140, -600, 90);
    RegionMeasurements none =
        row(
            "no voxel of the left lung was found in the images",
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN,
            Double.NaN);
    return report(
        series("Doe^Jane", "7", null),
        Map.of(Region.BOTH_LUNGS, right, Region.RIGHT_LUNG, right, Region.LEFT_LUNG, none),
        new Confidence.NotStated("The network expects no lung in these images."),
        List.of());
  }

  public static SeriesDescription series(String name, String id, String accession) {
    return new SeriesDescription(
        "1.2.826.0.1.3680043.8.498.1001",
        "1.2.826.0.1.3680043.8.498.1002",
        "1.2.826.0.1.3680043.8.498.1003",
        name,
        id,
        "19610504",
        "F",
        accession,
        "20260131",
        "081500.25",
        "CT Chest",
        "Lung 1.25",
        "2",
        "Hounsfield",
        "Phantom",
        "B60f",
        null,
        1.25,
        120.0);
  }

  public static QuantificationReport report(
      SeriesDescription series,
      Map<Region, RegionMeasurements> regions,
      Confidence confidence,
      List<Warning> warnings) {
    return new QuantificationReport(
        ID,
        1,
        Instant.parse("2026-01-31T08:15:46.480Z"),
        series,
        geometry(),
        regions,
        confidence,
        warnings,
        new ModelIdentity(
            "lung-lesion-unet",
            "2.0.0",
            "bf16",
            "cpu",
            "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
        "0.1.0",
        new Timings(Map.of("decode", 812.5)),
        640.25);
  }

  /** In the order of {@link Quantity}; NaN stands for not measured. */
  public static RegionMeasurements row(String reason, double... values) {
    Map<Quantity, Measurement> map = new EnumMap<>(Quantity.class);
    for (Quantity quantity : Quantity.values()) {
      double value = values[quantity.ordinal()];
      map.put(
          quantity, Double.isNaN(value) ? Measurement.notMeasured(reason) : Measurement.of(value));
    }
    return new RegionMeasurements(map);
  }

  private static VolumeGeometry geometry() {
    return new VolumeGeometry(
        48,
        40,
        20,
        0.703125,
        0.703125,
        1.25,
        new Vec3(-17, -14, -102.1),
        new Vec3(1, 0, 0),
        new Vec3(0, 1, 0));
  }

  /** Attributes of one image, with an institution and a referring physician in Chinese. */
  public static DataSet attributes() {
    return new DataSet()
        .put(Tag.SpecificCharacterSet, VR.CS, "ISO_IR 192")
        .put(Tag.InstitutionName, VR.LO, "第一人民医院")
        .put(Tag.ReferringPhysicianName, VR.PN, "Li^Na=李^娜");
  }

  /** A block of lung with a block of opacity in it, with values spread over HU. */
  public static HuHistogram histogram() {
    VolumeGeometry g = geometry();
    short[][] hu = new short[g.slices()][g.sliceLength()];
    byte[][] lungs = new byte[g.slices()][g.sliceLength()];
    byte[][] lesions = new byte[g.slices()][g.sliceLength()];
    for (int k = 0; k < g.slices(); k++) {
      for (int i = 0; i < g.sliceLength(); i++) {
        int noise = (i * 31 + k * 17) % 97 + (i * 7 + k * 13) % 89 - 93;
        boolean lesion = i % g.columns() > 36;
        hu[k][i] = (short) (lesion ? -450 + 3 * noise : -840 + noise);
        lungs[k][i] = (byte) (i % g.columns() > 3 ? 1 : 0);
        lesions[k][i] = (byte) (lesion ? 1 : 0);
      }
    }
    return HuHistogram.of(
        new CtVolume(g, hu),
        new LabelMap(g, lungs, Segment.LUNGS),
        new LabelMap(g, lesions, Segment.LESIONS));
  }

  /** A picture of the overview's shape. */
  public static byte[] overview() {
    BufferedImage image = new BufferedImage(882, 325, BufferedImage.TYPE_INT_RGB);
    Graphics2D g = image.createGraphics();
    g.setColor(Color.GRAY);
    g.fillOval(40, 40, 800, 245);
    g.dispose();
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      ImageIO.write(image, "png", out);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }
}
