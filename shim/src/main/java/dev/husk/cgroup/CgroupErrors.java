package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.List;

/** What an errno means at a step on a cgroup. */
final class CgroupErrors {
  /** So many pids are named in a message; the rest is counted. */
  private static final int PIDS_NAMED = 8;

  private CgroupErrors() {}

  static HuskException of(CgroupFs fs, String what, Path cgroup, ErrnoException cause) {
    String where = cgroup.toString();
    Errno errno = cause.errno();
    CgroupFailure failure =
        switch (errno.name()) {
          case "EACCES", "EPERM", "EROFS" -> new CgroupFailure.NotDelegated(what, where, errno);
          case "EAGAIN" -> new CgroupFailure.TooDeep(what, where);
          case "ENOENT", "ENODEV" -> new CgroupFailure.Vanished(what, where, errno);
          case "EBUSY" -> new CgroupFailure.NotEmpty(what, where, pids(fs, cgroup));
          case "EOPNOTSUPP" -> new CgroupFailure.ThreadedSubtree(what, where, type(fs, cgroup));
          default -> new CgroupFailure.Io(what, where, errno);
        };
    return new HuskException(failure, cause);
  }

  /** For a message: {@code domain threaded}, or why it is unknown. */
  static String type(CgroupFs fs, Path cgroup) {
    try {
      return fs.read(cgroup.resolve("cgroup.type")).strip();
    } catch (ErrnoException e) {
      return "unknown, " + e.errno().name();
    }
  }

  /** For a message: the pids in that very cgroup, {@code 12, 13 and 4 more}. */
  static String pids(CgroupFs fs, Path cgroup) {
    String text;
    try {
      text = fs.read(cgroup.resolve("cgroup.procs"));
    } catch (ErrnoException e) {
      return "unknown, " + e.errno().name();
    }
    List<String> pids = Controllers.words(text);
    if (pids.isEmpty()) {
      return "none any more";
    }
    StringBuilder list = new StringBuilder(pids.get(0));
    for (int i = 1; i < Math.min(pids.size(), PIDS_NAMED); i++) {
      list.append(", ").append(pids.get(i));
    }
    if (pids.size() > PIDS_NAMED) {
      list.append(" and ").append(pids.size() - PIDS_NAMED).append(" more");
    }
    return list.toString();
  }
}
