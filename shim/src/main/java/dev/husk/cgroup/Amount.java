package dev.husk.cgroup;

import java.util.OptionalLong;

/** A number as cgroup files carry it: unsigned, or {@code max}. */
final class Amount {
  /** {@code max}, no limit: 2^64 - 1 as an unsigned number. */
  static final long MAX = -1L;

  private static final int MOST_DIGITS = 20;

  private Amount() {}

  /** Empty when the text is no such number, or is one beyond 64 bits. */
  static OptionalLong parse(String text) {
    if (text.equals("max")) {
      return OptionalLong.of(MAX);
    }
    if (text.isEmpty() || text.length() > MOST_DIGITS) {
      return OptionalLong.empty();
    }
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return OptionalLong.empty();
      }
    }
    try {
      return OptionalLong.of(Long.parseUnsignedLong(text));
    } catch (NumberFormatException e) {
      return OptionalLong.empty();
    }
  }
}
