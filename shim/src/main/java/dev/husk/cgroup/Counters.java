package dev.husk.cgroup;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A flat keyed file of cgroup v2 such as {@code memory.stat}: a line {@code KEY VALUE} for each key
 * (cgroup-v2.rst, "Format").
 *
 * @param values unsigned; a key that the file does not have is not there
 */
public record Counters(Map<String, Long> values) {
  static final Counters NONE = new Counters(Map.of());

  public Counters {
    values = Map.copyOf(values);
  }

  /** Lines of another form are left out. */
  static Counters parse(String text) {
    Map<String, Long> values = new HashMap<>();
    for (String line : text.split("\n", -1)) {
      List<String> words = Controllers.words(line);
      if (words.size() == 2) {
        Amount.parse(words.get(1)).ifPresent(value -> values.put(words.get(0), value));
      }
    }
    return new Counters(values);
  }

  public OptionalLong get(String key) {
    Long value = values.get(key);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  /** The sum of those keys that are there; empty when none is. */
  public OptionalLong sum(String... keys) {
    OptionalLong sum = OptionalLong.empty();
    for (String key : keys) {
      OptionalLong value = get(key);
      if (value.isPresent()) {
        sum = OptionalLong.of(sum.orElse(0) + value.getAsLong());
      }
    }
    return sum;
  }

  public boolean isEmpty() {
    return values.isEmpty();
  }
}
