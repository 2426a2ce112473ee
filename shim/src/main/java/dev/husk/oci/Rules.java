package dev.husk.oci;

import java.util.List;

/** The checks of strings that several sections share. */
final class Rules {
  /** The largest 32 bit unsigned integer. */
  static final long UINT32 = 0xffff_ffffL;

  /** The largest id: all ones means "no id" to the kernel (chown(2), setuid(2)). */
  static final long LARGEST_ID = UINT32 - 1;

  private Rules() {}

  static void absolute(Fields fields, String member, String path) {
    if (!path.startsWith("/")) {
      fields.offend(member, "must be an absolute path, is " + Quote.of(path));
    }
  }

  /** A list of absolute paths that do not climb. */
  static List<String> absolutePaths(Fields fields, String member) {
    List<String> paths = fields.strings(member);
    for (int i = 0; i < paths.size(); i++) {
      String path = paths.get(i);
      if (!path.startsWith("/")) {
        fields.offend(member, i, "must be an absolute path, is " + Quote.of(path));
      } else if (climbs(path)) {
        fields.offend(member, i, "must not contain the component \"..\", is " + Quote.of(path));
      }
    }
    return paths;
  }

  /** Whether a component of the path is {@code ..}. */
  static boolean climbs(String path) {
    int start = 0;
    while (start <= path.length()) {
      int slash = path.indexOf('/', start);
      int end = slash < 0 ? path.length() : slash;
      if (end - start == 2 && path.startsWith("..", start)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  /** A required string out of a closed set. */
  static String requiredOneOf(Fields fields, String member, List<String> allowed) {
    String value = fields.requiredString(member);
    if (!allowed.contains(value)) {
      fields.offend(member, unknown(value, allowed));
    }
    return value;
  }

  /** A list of strings out of a closed set. */
  static List<String> allOf(Fields fields, String member, List<String> allowed) {
    List<String> values = fields.strings(member);
    for (int i = 0; i < values.size(); i++) {
      if (!allowed.contains(values.get(i))) {
        fields.offend(member, i, unknown(values.get(i), allowed));
      }
    }
    return values;
  }

  static String unknown(String value, List<String> allowed) {
    return "must be one of " + String.join(" ", allowed) + ", is " + Quote.of(value);
  }

  /** {@code NAME=value} strings, as {@code config.md#process} asks of env. */
  static List<String> env(Fields fields) {
    List<String> env = fields.strings("env");
    for (int i = 0; i < env.size(); i++) {
      if (env.get(i).indexOf('=') < 1) {
        fields.offend("env", i, "must read NAME=value, is " + Quote.of(env.get(i)));
      }
    }
    return env;
  }

  /** The list format of cpuset(7): numbers and ascending ranges, separated by commas. */
  static boolean isCpuList(String list) {
    for (String item : list.split(",", -1)) {
      String range = item.strip();
      int dash = range.indexOf('-');
      String first = dash < 0 ? range : range.substring(0, dash);
      String last = dash < 0 ? range : range.substring(dash + 1);
      if (!isShortNumber(first)
          || !isShortNumber(last)
          || Integer.parseInt(first) > Integer.parseInt(last)) {
        return false;
      }
    }
    return true;
  }

  static void cpuList(Fields fields, String member, String list) {
    if (!list.isEmpty() && !isCpuList(list)) {
      fields.offend(member, "must be a list like 0-3,7, is " + Quote.of(list));
    }
  }

  private static boolean isShortNumber(String text) {
    return !text.isEmpty() && text.length() <= 9 && onlyDigits(text);
  }

  static boolean onlyDigits(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) < '0' || text.charAt(i) > '9') {
        return false;
      }
    }
    return true;
  }
}
