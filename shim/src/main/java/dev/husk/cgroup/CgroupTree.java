package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A cgroup with all below it: who is in there, and the end of them. */
final class CgroupTree {
  private static final int MOST_CGROUPS = 2 * Limits.DESCENDANTS;
  private static final int MOST_PROCESSES = 65_536;
  private static final int KILL_PASSES = 16;

  /** A kill that did not empty the tree is repeated that often within the time given. */
  private static final int KILLS = 4;

  private final CgroupFs fs;
  private final Path root;
  private final ProcessKiller killer;

  CgroupTree(CgroupFs fs, Path root, ProcessKiller killer) {
    this.fs = fs;
    this.root = root;
    this.killer = killer;
  }

  /** A process and its cgroup's directory. */
  record Found(long pid, Path directory) {}

  /**
   * The processes, as far as they can be told: a cgroup that goes away meanwhile is left out, and
   * so is one with a name too long to be opened; they count for {@link #populated} all the same.
   */
  List<Found> processes() throws HuskException {
    List<Found> found = new ArrayList<>();
    ArrayDeque<Path> left = new ArrayDeque<>();
    left.add(root);
    for (int seen = 0; !left.isEmpty() && seen < MOST_CGROUPS; seen++) {
      Path cgroup = left.remove();
      try {
        for (String pid : Controllers.words(fs.read(cgroup.resolve("cgroup.procs")))) {
          if (found.size() == MOST_PROCESSES) {
            return found;
          }
          found.add(new Found(Long.parseLong(pid), cgroup));
        }
        left.addAll(fs.children(cgroup));
      } catch (ErrnoException e) {
        if (!isGoneOrUnreadable(e.errno())) {
          throw CgroupErrors.of(fs, "list the processes", cgroup, e);
        }
        if (e.errno().equals(Errno.EOPNOTSUPP)) {
          addChildren(left, cgroup);
        }
      }
    }
    return found;
  }

  private void addChildren(ArrayDeque<Path> left, Path cgroup) {
    try {
      left.addAll(fs.children(cgroup));
    } catch (ErrnoException e) {
      return;
    }
  }

  /** A threaded cgroup's processes are those of the threaded domain above it. */
  private static boolean isGoneOrUnreadable(Errno errno) {
    return isGone(errno) || errno.equals(Errno.EOPNOTSUPP) || errno.name().equals("ENAMETOOLONG");
  }

  private static boolean isGone(Errno errno) {
    return errno.equals(Errno.ENOENT) || errno.equals(Errno.ENODEV);
  }

  /** Whether any process is in there, dying ones included; false when the cgroup is gone. */
  boolean populated() throws HuskException {
    try {
      return isPopulated(fs.read(root.resolve("cgroup.events")));
    } catch (ErrnoException e) {
      if (isGone(e.errno())) {
        return false;
      }
      throw CgroupErrors.of(fs, "read cgroup.events", root, e);
    }
  }

  private static boolean isPopulated(String events) {
    return events.contains("populated 1");
  }

  /**
   * SIGKILL to everything, forks under way included. Returns before the processes are gone.
   *
   * @throws HuskException when the kernel refuses
   */
  void kill() throws HuskException {
    try {
      fs.write(root.resolve("cgroup.kill"), "1");
    } catch (ErrnoException e) {
      if (isGone(e.errno()) && !fs.exists(root)) {
        return;
      }
      if (!isGone(e.errno()) && !e.errno().equals(Errno.EOPNOTSUPP)) {
        throw CgroupErrors.of(fs, "kill the processes", root, e);
      }
      killOneByOne();
    }
  }

  /** For kernels before 5.14 and threaded cgroups: nothing forks while it is frozen. */
  private void killOneByOne() throws HuskException {
    freeze("1");
    try {
      Set<Long> killed = new HashSet<>();
      boolean news = true;
      for (int pass = 0; news && pass < KILL_PASSES; pass++) {
        news = false;
        for (Found process : processes()) {
          if (process.pid() != 0 && killed.add(process.pid())) {
            killer.kill(process.pid());
            news = true;
          }
        }
      }
    } finally {
      freeze("0");
    }
  }

  private void freeze(String state) {
    try {
      fs.write(root.resolve("cgroup.freeze"), state);
    } catch (ErrnoException e) {
      return;
    }
  }

  /** Waits by the kernel's notification; false when the time is over first. */
  boolean awaitEmpty(Duration time) throws HuskException {
    long end = System.nanoTime() + time.toNanos();
    Path events = root.resolve("cgroup.events");
    try {
      String seen = fs.read(events);
      while (isPopulated(seen)) {
        long left = end - System.nanoTime();
        if (left <= 0) {
          return false;
        }
        seen = fs.awaitChange(events, seen, Duration.ofNanos(left + 999_999));
      }
      return true;
    } catch (ErrnoException e) {
      if (isGone(e.errno())) {
        return true;
      }
      throw CgroupErrors.of(fs, "wait until the sandbox is empty", root, e);
    }
  }

  boolean killAndAwaitEmpty(Duration time) throws HuskException {
    for (int kills = 0; kills < KILLS; kills++) {
      kill();
      if (awaitEmpty(time.dividedBy(KILLS))) {
        return true;
      }
    }
    return false;
  }
}
