package dev.husk.systemd;

import java.util.OptionalLong;

/**
 * A number as the kernel's files take it: decimal digits, in memory's with a unit (memparse(), K to
 * T), or {@code max}. What else a file may take, hexadecimal for example, systemd is not told.
 */
final class Amount {
  private static final String UNITS = "KMGT";

  private Amount() {}

  /** {@link UnitProperty#INFINITY} for {@code max}; empty when the text is no such number. */
  static OptionalLong parse(String text) {
    if (text.equals("max")) {
      return OptionalLong.of(UnitProperty.INFINITY);
    }
    int last = text.length() - 1;
    int unit = last < 0 ? -1 : UNITS.indexOf(Character.toUpperCase(text.charAt(last)));
    String digits = unit < 0 ? text : text.substring(0, last);
    if (!isDecimal(digits)) {
      return OptionalLong.empty();
    }
    try {
      long factor = 1L << (10 * (unit + 1));
      return OptionalLong.of(Math.multiplyExact(Long.parseLong(digits), factor));
    } catch (NumberFormatException | ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  /** With a leading zero it is octal to the kernel. */
  private static boolean isDecimal(String digits) {
    boolean decimal = !digits.isEmpty() && (digits.length() == 1 || digits.charAt(0) != '0');
    for (int i = 0; i < digits.length(); i++) {
      decimal &= digits.charAt(i) >= '0' && digits.charAt(i) <= '9';
    }
    return decimal;
  }
}
