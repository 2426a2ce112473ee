package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

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
          case "EAGAIN" -> new CgroupFailure.TooDeep(what, where, CgroupBounds.reached(fs, cgroup));
          case "ENOMEM", "ENOSPC" -> new CgroupFailure.KernelFull(what, where, errno);
          case "ENOENT", "ENODEV" -> new CgroupFailure.Vanished(what, where, errno);
          case "EBUSY" -> new CgroupFailure.NotEmpty(what, where, pids(fs, cgroup));
          case "EOPNOTSUPP" -> new CgroupFailure.ThreadedSubtree(what, where, type(fs, cgroup));
          default -> new CgroupFailure.Io(what, where, errno);
        };
    return new HuskException(failure, cause);
  }

  /**
   * The same for the write of a pid.
   *
   * @param leaf where the process was to go
   */
  static HuskException ofMove(CgroupFs fs, String what, Path leaf, ErrnoException cause) {
    String where = leaf.toString();
    Errno errno = cause.errno();
    if (cause.operation().equals("open")) {
      return of(fs, what, leaf, cause);
    }
    @Nullable CgroupFailure failure =
        switch (errno.name()) {
          case "ENOENT" -> new CgroupFailure.BehindBorder(what, where);
          case "EACCES" -> new CgroupFailure.AncestorDenied(what, where);
          case "EBUSY" -> new CgroupFailure.NotALeaf(what, where, enabled(fs, leaf));
          case "EINVAL", "EPERM", "ENOSPC" -> new CgroupFailure.Immovable(what, where, errno);
          default -> null;
        };
    return failure == null ? of(fs, what, leaf, cause) : new HuskException(failure, cause);
  }

  /**
   * The same for a write to {@code cgroup.subtree_control}.
   *
   * @param command what was written
   */
  static HuskException ofEnable(
      CgroupFs fs, String what, Path cgroup, String command, ErrnoException cause) {
    String where = cgroup.toString();
    @Nullable CgroupFailure failure =
        cause.operation().equals("open")
            ? null
            : switch (cause.errno().name()) {
              case "ENOENT" ->
                  new CgroupFailure.NotHandedDown(what, where, command, available(fs, cgroup));
              case "EINVAL" -> new CgroupFailure.NotEnabled(what, where, command);
              default -> null;
            };
    return failure == null ? of(fs, what, cgroup, cause) : new HuskException(failure, cause);
  }

  private static String available(CgroupFs fs, Path cgroup) {
    try {
      return String.join(" ", Controllers.available(fs, cgroup));
    } catch (ErrnoException e) {
      return "unknown, " + e.errno().name();
    }
  }

  private static String enabled(CgroupFs fs, Path cgroup) {
    try {
      return String.join(" ", Controllers.enabled(fs, cgroup));
    } catch (ErrnoException e) {
      return "unknown, " + e.errno().name();
    }
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
