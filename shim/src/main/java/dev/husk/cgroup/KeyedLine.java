package dev.husk.cgroup;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.OptionalLong;

/**
 * A line of a nested keyed file such as {@code io.stat}: {@code KEY NAME=VALUE NAME=VALUE}
 * (cgroup-v2.rst, "Format").
 *
 * @param values as the file has them
 */
public record KeyedLine(String key, Map<String, String> values) {
  public KeyedLine {
    values = Map.copyOf(values);
  }

  /**
   * In the order of the file; lines without any value are left out, and so are words without one.
   */
  static List<KeyedLine> parse(String text) {
    List<KeyedLine> lines = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      List<String> words = Controllers.words(line);
      Map<String, String> values = new HashMap<>();
      for (String word : words) {
        int equals = word.indexOf('=');
        if (equals > 0) {
          values.put(word.substring(0, equals), word.substring(equals + 1));
        }
      }
      if (!values.isEmpty() && words.get(0).indexOf('=') < 0) {
        lines.add(new KeyedLine(words.get(0), values));
      }
    }
    return lines;
  }

  /** Unsigned, {@code max} as 2^64 - 1. */
  public OptionalLong number(String name) {
    String value = values.get(name);
    return value == null ? OptionalLong.empty() : Amount.parse(value);
  }

  /** A decimal such as {@code 12.34}. */
  OptionalDouble decimal(String name) {
    String value = values.get(name);
    if (value == null || !value.matches("[0-9]{1,15}(\\.[0-9]{1,15})?")) {
      return OptionalDouble.empty();
    }
    return OptionalDouble.of(Double.parseDouble(value));
  }
}
