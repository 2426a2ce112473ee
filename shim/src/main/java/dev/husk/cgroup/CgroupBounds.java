package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;

/** The bounds on a tree of cgroups: cgroup-v2.rst, cgroup.max.descendants and cgroup.max.depth. */
final class CgroupBounds {
  private static final String UNKNOWN = "cgroup.max.depth or cgroup.max.descendants of an ancestor";

  private CgroupBounds() {}

  /** For a message: which bound keeps this cgroup from being made, {@code FILE (VALUE)}. */
  static String reached(CgroupFs fs, Path cgroup) {
    int depth = 1;
    for (Path up = cgroup.getParent(); up != null; up = up.getParent()) {
      if (!fs.exists(up.resolve("cgroup.procs"))) {
        break;
      }
      long deepest = number(fs, up.resolve("cgroup.max.depth"));
      if (depth > deepest) {
        return up.resolve("cgroup.max.depth") + " (" + deepest + ")";
      }
      long most = number(fs, up.resolve("cgroup.max.descendants"));
      if (most < Long.MAX_VALUE && keyed(fs, up.resolve("cgroup.stat"), "nr_descendants") >= most) {
        return up.resolve("cgroup.max.descendants") + " (" + most + ")";
      }
      depth++;
    }
    return UNKNOWN;
  }

  private static long number(CgroupFs fs, Path file) {
    try {
      String text = fs.read(file).strip();
      return text.equals("max") ? Long.MAX_VALUE : Long.parseLong(text);
    } catch (ErrnoException | NumberFormatException e) {
      return Long.MAX_VALUE;
    }
  }

  private static long keyed(CgroupFs fs, Path file, String key) {
    try {
      var words = Controllers.words(fs.read(file));
      int at = words.indexOf(key);
      return at < 0 ? 0 : Long.parseLong(words.get(at + 1));
    } catch (ErrnoException | NumberFormatException | IndexOutOfBoundsException e) {
      return 0;
    }
  }
}
