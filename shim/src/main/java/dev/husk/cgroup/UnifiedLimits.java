package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code unified}: any file of a controller, by name; applied last. Of a file with a line for each
 * device or key, such as {@code io.max}, a value may have several lines: the kernel takes one per
 * write. Any other file has one value.
 */
final class UnifiedLimits {
  private UnifiedLimits() {}

  static void plan(Map<String, String> unified, LimitCollector limits) throws HuskException {
    for (Map.Entry<String, String> entry : new TreeMap<>(unified).entrySet()) {
      String file = entry.getKey();
      String property = "/unified/" + OtherLimits.pointerToken(file);
      requireControllerFile(property, file);
      List<String> lines = entry.getValue().lines().filter(line -> !line.isBlank()).toList();
      if (lines.isEmpty()) {
        throw LimitCollector.invalid(property, "it has no value", "give one, or leave it out");
      }
      for (String line : lines) {
        requireText(property, line);
      }
      if (lines.size() > 1 && !isKeyed(file)) {
        throw LimitCollector.invalid(
            property,
            "it has " + lines.size() + " lines, and the file holds one value",
            "give that value alone");
      }
      requireRoom(property, file, lines);
      if (!isKeyed(file)) {
        limits.replaced(file, LimitCollector.POINTER + property);
      }
      for (String line : lines) {
        limits.add(property, file, line.strip());
      }
    }
  }

  /** Files in which a write changes one device's or key's line and leaves the others. */
  private static boolean isKeyed(String file) {
    return Controllers.keyed(LimitWrite.controllerOf(file));
  }

  /** Core files steer the sandbox's life and are husk's own, but for the two bounds of the tree. */
  private static void requireControllerFile(String property, String file) throws HuskException {
    boolean bound = file.equals("cgroup.max.depth") || file.equals("cgroup.max.descendants");
    int dot = file.indexOf('.');
    boolean wellFormed = dot > 0 && dot < file.length() - 1;
    for (int i = 0; i < file.length(); i++) {
      char c = file.charAt(i);
      wellFormed &=
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '.'
              || c == '_'
              || c == '-';
    }
    if (!wellFormed || (file.startsWith("cgroup.") && !bound)) {
      throw LimitCollector.invalid(
          property,
          "it is not a file of a controller",
          "name a file such as memory.high; of cgroup.* only cgroup.max.depth and"
              + " cgroup.max.descendants");
    }
  }

  private static void requireText(String property, String line) throws HuskException {
    for (int i = 0; i < line.length(); i++) {
      char c = line.charAt(i);
      if ((c < ' ' && c != '\t') || c > '~') {
        throw LimitCollector.invalid(
            property, "its value holds a character that no cgroup file takes", "use plain text");
      }
    }
  }

  /** P itself needs two levels and three cgroups below it. */
  private static void requireRoom(String property, String file, List<String> lines)
      throws HuskException {
    if (!file.startsWith("cgroup.max.")) {
      return;
    }
    String value = lines.get(lines.size() - 1).strip();
    if (value.equals("max")) {
      return;
    }
    long number;
    try {
      number = Long.parseLong(value);
    } catch (NumberFormatException e) {
      throw LimitCollector.invalid(property, "\"" + value + "\" is no number", "give one, or max");
    }
    long least = file.equals("cgroup.max.depth") ? 2 : 3;
    LimitCollector.requireRange(property, number, least, Integer.MAX_VALUE);
  }
}
