package dev.husk.cgroup;

import java.util.BitSet;
import java.util.Optional;

/** The kernel's list format: {@code 0-3,7}. */
final class NumberList {
  /** More than any kernel has of cpus or memory nodes. */
  private static final int LARGEST = 65_535;

  private NumberList() {}

  /** Empty when the text is not of the format. */
  static Optional<BitSet> parse(String text) {
    BitSet numbers = new BitSet();
    for (String range : text.split(",", -1)) {
      String part = range.strip();
      int dash = part.indexOf('-');
      int first = number(dash < 0 ? part : part.substring(0, dash));
      int last = dash < 0 ? first : number(part.substring(dash + 1));
      if (first < 0 || last < first) {
        return Optional.empty();
      }
      numbers.set(first, last + 1);
    }
    return Optional.of(numbers);
  }

  private static int number(String text) {
    if (text.isEmpty() || text.length() > 5) {
      return -1;
    }
    int value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value <= LARGEST ? value : -1;
  }
}
