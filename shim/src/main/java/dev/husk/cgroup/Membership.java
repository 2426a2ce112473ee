package dev.husk.cgroup;

import java.util.Optional;

/** {@code /proc/PID/cgroup}: cgroups(7). */
final class Membership {
  private Membership() {}

  /**
   * The cgroup v2 path of a process, as seen from the reader's cgroup namespace; empty when the
   * kernel has no cgroup v2 or the text is not of that form.
   */
  static Optional<String> path(String text) {
    String line = line(text, "0::");
    return line.startsWith("/") ? Optional.of(line) : Optional.empty();
  }

  /** Whether the process is in any v1 hierarchy as well, be it a named one. */
  static boolean hasV1(String text) {
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      if (end > start && !text.startsWith("0::", start)) {
        return true;
      }
      start = end + 1;
    }
    return false;
  }

  private static String line(String text, String prefix) {
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      if (text.startsWith(prefix, start)) {
        return end < start + prefix.length() ? "" : text.substring(start + prefix.length(), end);
      }
      start = end + 1;
    }
    return "";
  }

  /** Whether {@code path} is {@code ancestor} or below it. */
  static boolean atOrBelow(String path, String ancestor) {
    return path.equals(ancestor)
        || ancestor.equals("/")
        || (path.startsWith(ancestor) && path.charAt(ancestor.length()) == '/');
  }
}
