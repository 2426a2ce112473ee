package dev.husk.cgroup;

import java.util.ArrayList;
import java.util.List;

/**
 * Two values of {@code unified} for a file with a line per device or resource, one on top of the
 * other: the kernel keeps of the first what the second does not write over.
 */
final class UnifiedMerge {
  private UnifiedMerge() {}

  static String lines(String base, String change) {
    List<String> merged = new ArrayList<>();
    List<String> changes = change.lines().filter(line -> !line.isBlank()).toList();
    for (String line : base.lines().toList()) {
      String left = left(Controllers.words(line), changes);
      if (!left.isEmpty()) {
        merged.add(left);
      }
    }
    merged.addAll(changes);
    return String.join("\n", merged);
  }

  /** What is left of a line; empty when nothing is. */
  private static String left(List<String> line, List<String> changes) {
    List<String> left = new ArrayList<>(line);
    for (String change : changes) {
      List<String> words = Controllers.words(change);
      if (!line.isEmpty() && key(words).equals(key(line))) {
        left.removeIf(word -> !named(word) || replaced(word, words));
      }
    }
    if (left.isEmpty() || left.size() == line.size()) {
      return String.join(" ", left);
    }
    return line.get(0) + " " + String.join(" ", left);
  }

  /** The device or resource; {@code io.weight} takes a lone number for that of all devices. */
  static String key(List<String> words) {
    return words.size() == 1 ? "default" : words.get(0);
  }

  private static boolean named(String word) {
    return word.indexOf('=') > 0;
  }

  private static boolean replaced(String word, List<String> by) {
    String name = word.substring(0, word.indexOf('=') + 1);
    for (String other : by) {
      if (other.startsWith(name)) {
        return true;
      }
    }
    return false;
  }
}
