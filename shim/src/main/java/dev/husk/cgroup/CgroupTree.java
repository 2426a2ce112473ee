package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** A cgroup with all below it: who is in there, and the end of them. */
final class CgroupTree {
  private static final String LIST = "list the processes";

  /** A config may allow more than the default; a walk through these takes seconds. */
  private static final int MOST_CGROUPS = 65_536;

  /** More, with their names, would not fit the memory that husk gives itself. */
  static final int MOST_PROCESSES = 16_384;

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

  /** A process and its cgroup. */
  record Found(long pid, CgroupPlace place) {}

  /** Who is shown processes. */
  interface Look {
    /** One process; false is for being shown no more. */
    boolean at(long pid, CgroupPlace place, CgroupVisitor.Files files);
  }

  /**
   * All processes, as they are seen one by one; a cgroup that goes away meanwhile is left out.
   *
   * @throws HuskException {@link CgroupFailure.TooMany} rather than a part of them
   */
  List<Found> processes() throws HuskException {
    List<Found> found = new ArrayList<>();
    each(
        (pid, place, files) -> {
          found.add(new Found(pid, place));
          return found.size() <= MOST_PROCESSES;
        });
    if (found.size() > MOST_PROCESSES) {
      throw new HuskException(
          new CgroupFailure.TooMany(LIST, root.toString(), MOST_PROCESSES, "processes"));
    }
    return found;
  }

  /** As many of the processes, for a message. */
  List<Long> some(int most) throws HuskException {
    List<Long> pids = new ArrayList<>();
    each(
        (pid, place, files) -> {
          pids.add(pid);
          return pids.size() < most;
        });
    return pids;
  }

  /** Shows each process; nothing is kept of it here. */
  void each(Look look) throws HuskException {
    int[] seen = {0};
    try {
      fs.walk(
          root,
          (place, files) -> {
            if (++seen[0] > MOST_CGROUPS) {
              return false;
            }
            for (String pid : Controllers.words(procs(files))) {
              if (!look.at(Long.parseLong(pid), place, files)) {
                return false;
              }
            }
            return true;
          });
    } catch (ErrnoException e) {
      if (!isGone(e.errno())) {
        throw CgroupErrors.of(fs, LIST, root, e);
      }
    }
    if (seen[0] > MOST_CGROUPS) {
      throw new HuskException(
          new CgroupFailure.TooMany(LIST, root.toString(), MOST_CGROUPS, "cgroups"));
    }
  }

  /** A threaded cgroup's processes are those of the threaded domain above it. */
  private static String procs(CgroupVisitor.Files files) throws ErrnoException {
    try {
      return files.read("cgroup.procs");
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.EOPNOTSUPP)) {
        return "";
      }
      throw e;
    }
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
        List<Long> pids = new ArrayList<>();
        each(
            (pid, place, files) -> {
              if (pid != 0 && killed.add(pid)) {
                pids.add(pid);
              }
              return true;
            });
        for (long pid : pids) {
          killer.kill(pid);
          news = true;
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
