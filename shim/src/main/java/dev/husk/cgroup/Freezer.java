package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The freezer of a cgroup and of all below it: {@code cgroup.freeze}, and the kernel's word in
 * {@code cgroup.events} for what came of it. What the inside does to cgroups of its own does not
 * undo it: a cgroup is frozen as long as any above it is (cgroup-v2.rst, "cgroup.freeze").
 */
final class Freezer {
  private static final String EVENTS = "cgroup.events";
  private static final String FREEZE = "cgroup.freeze";
  private static final int PROCESSES_NAMED = 8;

  private final CgroupFs fs;
  private final CgroupTree tree;
  private final Path root;

  Freezer(CgroupFs fs, CgroupTree tree, Path root) {
    this.fs = fs;
    this.tree = tree;
    this.root = root;
  }

  /**
   * Freezes and waits by the kernel's notification. When the time is over first, everything runs
   * on.
   *
   * @return whether anything is there that could be frozen; false when the last process ended
   *     meanwhile
   * @throws HuskException {@link CgroupFailure.NotFrozen}, naming the processes
   */
  boolean freeze(Duration time) throws HuskException {
    write("1", "freeze the processes");
    boolean done = false;
    try {
      String events = await("frozen 1", time, "wait until the processes are frozen");
      if (events.contains("populated 0")) {
        return false;
      }
      if (!events.contains("frozen 1")) {
        throw new HuskException(
            new CgroupFailure.NotFrozen(root.toString(), time.toMillis(), notFrozen()));
      }
      done = true;
      return true;
    } finally {
      if (!done) {
        release();
      }
    }
  }

  /**
   * Lets everything run again and waits until the kernel says so.
   *
   * @throws HuskException {@link CgroupFailure.HeldFrozen} when a cgroup above is frozen; it is
   *     then still frozen here as well
   */
  void thaw(Duration time) throws HuskException {
    write("0", "thaw the processes");
    String events = await("frozen 0", time, "wait until the processes run");
    if (!events.contains("frozen 0") && !events.contains("populated 0")) {
      write("1", "freeze the processes again");
      throw new HuskException(
          new CgroupFailure.HeldFrozen(root.toString(), time.toMillis(), frozenAbove()));
    }
  }

  /** Whether it is frozen here, or is to be; false when it is gone. */
  boolean wanted() {
    try {
      return fs.read(root.resolve(FREEZE)).startsWith("1");
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** Lets everything run again, if it was frozen here, without waiting: for the end of it all. */
  void release() {
    if (!wanted()) {
      return;
    }
    try {
      fs.write(root.resolve(FREEZE), "0");
    } catch (ErrnoException e) {
      // It is gone, and all in it. Or the kernel refuses what it took before, and a kill will do.
      return;
    }
  }

  private void write(String state, String what) throws HuskException {
    try {
      fs.write(root.resolve(FREEZE), state);
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, what, root, e);
    }
  }

  /** The events once they say what is wanted, nobody is left, or the time is over. */
  private String await(String wanted, Duration time, String what) throws HuskException {
    long end = System.nanoTime() + time.toNanos();
    Path file = root.resolve(EVENTS);
    try {
      String seen = fs.read(file);
      while (!seen.contains(wanted) && !seen.contains("populated 0")) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return seen;
        }
        seen = fs.awaitChange(file, seen, Duration.ofNanos(left + 999_999));
      }
      return seen;
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENODEV)) {
        return "populated 0";
      }
      throw CgroupErrors.of(fs, what, root, e);
    }
  }

  /** {@code 12 (state D), 13 (state R) and 4 more}: those in cgroups that are not frozen. */
  private String notFrozen() throws HuskException {
    List<String> busy = new ArrayList<>();
    List<String> all = new ArrayList<>();
    int[] count = {0, 0};
    tree.each(
        (pid, place, files) -> {
          if (!isFrozen(files)) {
            String state = state(pid);
            boolean awake = state.equals("D") || state.equals("R");
            note(all, count, 0, pid, state);
            if (awake) {
              note(busy, count, 1, pid, state);
            }
          }
          return true;
        });
    return busy.isEmpty() ? text(all, count[0]) : text(busy, count[1]);
  }

  private static void note(List<String> names, int[] count, int which, long pid, String state) {
    count[which]++;
    if (names.size() < PROCESSES_NAMED) {
      names.add(pid + (state.isEmpty() ? "" : " (state " + state + ")"));
    }
  }

  private static String text(List<String> names, int count) {
    if (names.isEmpty()) {
      return "unknown";
    }
    String list = String.join(", ", names);
    int more = count - names.size();
    return more > 0 ? list + " and " + more + " more" : list;
  }

  private static boolean isFrozen(CgroupVisitor.Files files) {
    try {
      return files.read(EVENTS).contains("frozen 1");
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** The letter behind the name in proc_pid_stat(5); empty when the process has ended. */
  private String state(long pid) {
    try {
      String stat = fs.read(Path.of("/proc", Long.toString(pid), "stat"));
      int letter = stat.lastIndexOf(')') + 2;
      return letter < stat.length() ? stat.substring(letter, letter + 1) : "";
    } catch (ErrnoException e) {
      return "";
    }
  }

  private String frozenAbove() {
    for (Path above = root.getParent(); above != null; above = above.getParent()) {
      try {
        if (fs.read(above.resolve(FREEZE)).startsWith("1")) {
          return above.toString();
        }
      } catch (ErrnoException e) {
        break;
      }
    }
    return "a cgroup above this mount";
  }
}
