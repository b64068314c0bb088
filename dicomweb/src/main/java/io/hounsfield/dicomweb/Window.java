// SPDX-License-Identifier: Apache-2.0
package io.hounsfield.dicomweb;

import java.util.Locale;

/**
 * A VOI window, PS3.3 section C.11.2.1.2.
 *
 * @param center in output units of the modality transformation (CT: HU)
 * @param width in the same units; at least 1 for {@link Function#LINEAR}, above 0 otherwise
 */
record Window(double center, double width, Function function) {
  /** How values between the ends of the window become grey. */
  enum Function {
    LINEAR,
    LINEAR_EXACT,
    SIGMOID
  }

  /** Lung window, for CT without one of its own. */
  static final Window LUNG = new Window(-600, 1500, Function.LINEAR);

  Window {
    boolean valid =
        Double.isFinite(center)
            && Double.isFinite(width)
            && (function == Function.LINEAR ? width >= 1 : width > 0);
    if (!valid) {
      throw new IllegalArgumentException("window " + center + ", " + width + ", " + function);
    }
  }

  /** {@code center,width,function} as PS3.18 section 8.3.5.1.3 writes it. */
  static Window parse(String text) {
    String[] parts = text.split(",", -1);
    try {
      if (parts.length == 3 && text.length() < 100) {
        return new Window(
            Double.parseDouble(parts[0]),
            Double.parseDouble(parts[1]),
            Function.valueOf(parts[2].strip().toUpperCase(Locale.ROOT).replace('-', '_')));
      }
    } catch (IllegalArgumentException e) {
      // Said below.
    }
    throw WebProblem.invalid(
        "window must be center,width,function with function linear, linear-exact or sigmoid, such as"
            + " -600,1500,linear.");
  }

  /** Grey value, 0 to 255. */
  int grey(double value) {
    double grey =
        switch (function) {
          case LINEAR ->
              width == 1
                  ? (value <= center - 0.5 ? 0 : 255)
                  : ((value - (center - 0.5)) / (width - 1) + 0.5) * 255;
          case LINEAR_EXACT -> ((value - center) / width + 0.5) * 255;
          case SIGMOID -> 255 / (1 + Math.exp(-4 * (value - center) / width));
        };
    return (int) Math.max(0, Math.min(255, Math.rint(grey)));
  }
}
