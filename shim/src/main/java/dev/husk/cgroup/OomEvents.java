package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.List;

/**
 * What the kernel's OOM killer did in a sandbox, from {@code memory.events} (cgroup-v2.rst). The
 * counters begin at 0 with the cgroup, so that they count since the sandbox was made. A cgroup
 * without the memory controller has had no such event.
 */
final class OomEvents {
  private static final String EVENTS = "memory.events";
  private static final String LOCAL = "memory.events.local";

  private final CgroupFs fs;
  private final Path sandbox;
  private final Path payload;
  private final Path init;
  private final Path outermost;

  /**
   * @param outermost the cgroup with the sandbox's limits that is highest: P, or the unit above it,
   *     which is charged for P's own structures and reaches its limit first
   */
  OomEvents(CgroupFs fs, Path sandbox, Path payload, Path init, Path outermost) {
    this.outermost = outermost;
    this.fs = fs;
    this.sandbox = sandbox;
    this.payload = payload;
    this.init = init;
  }

  /** The file that the kernel notifies of changes. */
  Path file() {
    return sandbox.resolve(EVENTS);
  }

  /** Processes killed in P and below. */
  long kills() {
    return count(sandbox, EVENTS, "oom_kill");
  }

  /**
   * Whether the OOM killer ended the sandbox: as a group ({@code memory.oom.group}), or a process
   * where the payload lives. What it did in cgroups that the inside made for others, with limits of
   * their own, ends those and not the sandbox.
   */
  boolean endedSandbox() {
    if (kills() == 0) {
      return false;
    }
    return count(payload, LOCAL, "oom_group_kill") > 0
        || count(sandbox, LOCAL, "oom_group_kill") > 0
        || !fs.exists(init)
        || count(init, LOCAL, "oom_kill") > 0;
  }

  /** Why, for people: {@code out of memory (memory.max 1048576)}. */
  String reason() {
    if (count(outermost, EVENTS, "oom") == 0) {
      return "out of memory (of the host, or of a cgroup above the sandbox's)";
    }
    try {
      return "out of memory (memory.max " + fs.read(sandbox.resolve("memory.max")).strip() + ")";
    } catch (ErrnoException e) {
      return "out of memory";
    }
  }

  /** 0 where the kernel does not count it. */
  private long count(Path cgroup, String file, String key) {
    try {
      List<String> words = Controllers.words(fs.read(cgroup.resolve(file)));
      int at = words.indexOf(key);
      return at < 0 || at + 1 == words.size() ? 0 : Long.parseLong(words.get(at + 1));
    } catch (ErrnoException | NumberFormatException e) {
      return 0;
    }
  }
}
