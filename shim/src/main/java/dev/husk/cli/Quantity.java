package dev.husk.cli;

import java.math.BigDecimal;
import java.util.Locale;
import java.util.Optional;

/** Sizes and times as people write and read them. */
final class Quantity {
  private static final String UNITS = "kmgt";
  private static final String UNLIMITED = "max";

  /** Some controllers show no limit as the largest number of bytes that they count. */
  private static final long ENDLESS = 1L << 62;

  private Quantity() {}

  /**
   * Bytes: {@code 67108864}, {@code 64m}, {@code 1.5g}, and {@code -1} or {@code max} for no limit.
   * Units are powers of 1024.
   */
  static long bytes(String option, String text) throws UsageException {
    if (text.equals(UNLIMITED) || text.equals("-1")) {
      return -1;
    }
    String lower = text.toLowerCase(Locale.ROOT);
    String digits = lower.endsWith("b") ? lower.substring(0, lower.length() - 1) : lower;
    digits = digits.endsWith("i") ? digits.substring(0, digits.length() - 1) : digits;
    int unit = digits.isEmpty() ? -1 : UNITS.indexOf(digits.charAt(digits.length() - 1));
    if (unit >= 0) {
      digits = digits.substring(0, digits.length() - 1);
    }
    try {
      if (!digits.matches("[0-9]{1,19}(\\.[0-9]{1,6})?")) {
        throw new NumberFormatException();
      }
      return new BigDecimal(digits)
          .multiply(BigDecimal.valueOf(1L << (10 * (unit + 1))))
          .setScale(0, java.math.RoundingMode.DOWN)
          .longValueExact();
    } catch (NumberFormatException | ArithmeticException e) {
      throw new UsageException(
          "option " + option + " is a size such as 64m, 1.5g or max, not \"" + text + "\"");
    }
  }

  /** A whole number; {@code max} is -1, no limit. */
  static long number(String option, String text) throws UsageException {
    if (text.equals(UNLIMITED)) {
      return -1;
    }
    try {
      // Not of any script and sign that the parser would take.
      if (!text.matches("-?[0-9]{1,19}")) {
        throw new NumberFormatException();
      }
      return Long.parseLong(text);
    } catch (NumberFormatException e) {
      throw new UsageException("option " + option + " is a whole number, not \"" + text + "\"");
    }
  }

  /** Processors as a quota for a period, both in microseconds: {@code 1.5} of 100000 is 150000. */
  static long quota(String option, String text, long period) throws UsageException {
    if (text.equals(UNLIMITED)) {
      return -1;
    }
    if (!text.matches("[0-9]{1,6}(\\.[0-9]{1,6})?")) {
      throw new UsageException(
          "option "
              + option
              + " is a number of processors such as 1.5 or max, not \""
              + text
              + "\"");
    }
    return new BigDecimal(text)
        .multiply(BigDecimal.valueOf(period))
        .setScale(0, java.math.RoundingMode.HALF_UP)
        .longValue();
  }

  /** {@code 12.3 MiB}; {@code no limit} for the largest number, {@code -} for none. */
  static String size(Optional<Long> unsigned) {
    if (unsigned.isEmpty()) {
      return "-";
    }
    if (unsigned.get() < 0 || unsigned.get() >= ENDLESS) {
      return "no limit";
    }
    double value = unsigned.get().doubleValue();
    int unit = 0;
    while (value >= 1024 && unit < UNITS.length()) {
      value /= 1024;
      unit++;
    }
    return unit == 0
        ? String.format(Locale.ROOT, "%.0f B", value)
        : String.format(
            Locale.ROOT,
            "%.1f %siB",
            value,
            UNITS.substring(unit - 1, unit).toUpperCase(Locale.ROOT));
  }

  /** A count; {@code no limit} for the largest number, {@code -} for none. */
  static String count(Optional<Long> unsigned) {
    if (unsigned.isEmpty()) {
      return "-";
    }
    return unsigned.get() == -1L ? "no limit" : Long.toUnsignedString(unsigned.get());
  }

  /** Microseconds as {@code 1.234 s}; {@code -} for none. */
  static String seconds(Optional<Long> micros) {
    return micros.isEmpty()
        ? "-"
        : String.format(Locale.ROOT, "%.3f s", micros.get().doubleValue() / 1_000_000);
  }
}
