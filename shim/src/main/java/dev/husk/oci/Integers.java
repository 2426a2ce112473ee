package dev.husk.oci;

import java.util.Optional;

/** JSON numbers as integers of a given range; {@code 1.0} and {@code 1e3} are no integers here. */
final class Integers {
  private Integers() {}

  /** What is wrong with a value that must be within the range, both ends included. */
  static Optional<String> problem(Json value, long min, long max) {
    if (!(value instanceof Json.Num number)) {
      return Optional.of("must be an integer, is " + value.kind());
    }
    if (!isInteger(number.literal())) {
      return Optional.of("must be an integer, is " + shown(number));
    }
    boolean fits;
    try {
      long parsed = Long.parseLong(number.literal());
      fits = parsed >= min && parsed <= max;
    } catch (NumberFormatException e) {
      fits = false;
    }
    return fits
        ? Optional.empty()
        : Optional.of("must be from " + min + " to " + max + ", is " + shown(number));
  }

  /** What is wrong with a value that must be unsigned 64 bit. */
  static Optional<String> unsignedProblem(Json value) {
    if (value instanceof Json.Num number && isInteger(number.literal())) {
      try {
        Long.parseUnsignedLong(number.literal());
        return Optional.empty();
      } catch (NumberFormatException e) {
        return Optional.of("must be from 0 to 18446744073709551615, is " + shown(number));
      }
    }
    return problem(value, 0, Long.MAX_VALUE);
  }

  /** A value without a {@link #problem}. */
  static long of(Json value) {
    return Long.parseLong(((Json.Num) value).literal());
  }

  /** A value without an {@link #unsignedProblem}, in the bits of a long. */
  static long ofUnsigned(Json value) {
    return Long.parseUnsignedLong(((Json.Num) value).literal());
  }

  private static boolean isInteger(String literal) {
    for (int i = literal.startsWith("-") ? 1 : 0; i < literal.length(); i++) {
      if (literal.charAt(i) < '0' || literal.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }

  private static String shown(Json.Num number) {
    String literal = number.literal();
    return literal.length() > 30 ? literal.substring(0, 30) + "…" : literal;
  }
}
