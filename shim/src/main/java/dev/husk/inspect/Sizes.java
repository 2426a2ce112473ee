package dev.husk.inspect;

import java.util.Locale;

/** Amounts for people. */
final class Sizes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  private static final double STEP = 1024;

  private Sizes() {}

  /** {@code 3.1 MiB}. */
  static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= STEP && unit < UNITS.length - 1) {
      amount /= STEP;
      unit++;
    }
    return unit == 0
        ? bytes + " B"
        : String.format(Locale.ROOT, amount < 10 ? "%.1f %s" : "%.0f %s", amount, UNITS[unit]);
  }

  /** {@code 0.012 s}. */
  static String micros(long micros) {
    return String.format(Locale.ROOT, "%.3f s", micros / 1e6);
  }
}
