package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
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

  /**
   * Asks the kernel whether a process is there or below.
   *
   * @param expected as {@code /proc/PID/cgroup} names it
   * @throws HuskException {@link CgroupFailure.Escaped} when it is elsewhere, {@link
   *     CgroupFailure.ProcessGone} when it has ended
   */
  static void verify(CgroupFs fs, long pid, String expected) throws HuskException {
    String actual = of(fs, pid);
    if (!atOrBelow(actual, expected)) {
      throw new HuskException(new CgroupFailure.Escaped("process " + pid, expected, actual));
    }
  }

  /**
   * Where the kernel says that a process is, for a message when that is nowhere in cgroup v2.
   *
   * @throws HuskException {@link CgroupFailure.ProcessGone} when it has ended
   */
  static String of(CgroupFs fs, long pid) throws HuskException {
    try {
      return path(fs.read(Path.of("/proc", Long.toString(pid), "cgroup"))).orElse("no cgroup v2");
    } catch (ErrnoException e) {
      throw new HuskException(
          new CgroupFailure.ProcessGone(
              "verify the cgroup of a process", "process " + pid, e.errno()),
          e);
    }
  }

  /** Not below the root of the reader's cgroup namespace: cgroup_namespaces(7). */
  static boolean isOutOfSight(String path) {
    return path.equals("/..") || path.startsWith("/../");
  }

  /** Whether {@code path} is {@code ancestor} or below it. */
  static boolean atOrBelow(String path, String ancestor) {
    return path.equals(ancestor)
        || ancestor.equals("/")
        || (path.startsWith(ancestor) && path.charAt(ancestor.length()) == '/');
  }
}
