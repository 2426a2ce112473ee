package dev.husk.integration;

import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Looks at all processes of the host, again and again, for one of a sandbox that is outside of a
 * sandbox's cgroup. Processes that somebody else's running program started are left out.
 */
final class Observer implements AutoCloseable {
  private static final long SELF = ProcessHandle.current().pid();

  /** Longer chains of ancestors than that do not occur. */
  private static final int ANCESTORS = 64;

  private final Set<String> escapes = new ConcurrentSkipListSet<>();
  private final Set<String> seen = new ConcurrentSkipListSet<>();
  private final Thread thread;
  private volatile boolean ending;
  private volatile long samples;
  private volatile Optional<Throwable> failure = Optional.empty();

  Observer() {
    thread = Thread.ofPlatform().daemon().name("observer").start(this::observe);
  }

  /** Processes that were seen outside. */
  Set<String> escapes() {
    return escapes;
  }

  long samples() {
    return samples;
  }

  /** How many processes of sandboxes were seen at least once. */
  int processesSeen() {
    return seen.size();
  }

  private void observe() {
    try {
      while (!ending) {
        for (long pid : ProcFs.pids()) {
          look(pid);
        }
        samples++;
      }
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
    }
  }

  private void look(long pid) {
    if (!ProcFs.ofSandbox(pid)) {
      return;
    }
    Optional<String> cgroup = ProcFs.cgroup(pid);
    Optional<ProcFs.Stat> stat = ProcFs.stat(pid);
    if (cgroup.isEmpty() || stat.isEmpty()) {
      return;
    }
    String name = pid + "@" + stat.get().startTime();
    if (inSandbox(cgroup.get())) {
      seen.add(name);
    } else if (!ofSomebodyElse(stat.get().parent()) && !isDeadmanBeingBorn(pid)) {
      String comm = ProcFs.comm(pid).orElse("?");
      escapes.add(name + " " + comm + " in " + cgroup.get() + ": " + ProcFs.commandLine(pid));
    }
  }

  /** Its name is there a moment before its arguments are: a second look tells. */
  private static boolean isDeadmanBeingBorn(long pid) {
    return !ProcFs.ofSandbox(pid);
  }

  /** Whether it is below some {@code P/payload}. */
  private static boolean inSandbox(String cgroup) {
    return (cgroup + "/").contains("/payload/");
  }

  /** Whether the first ancestor outside of all sandboxes has nothing to do with this JVM. */
  private static boolean ofSomebodyElse(long parent) {
    long ancestor = parent;
    for (int i = 0; i < ANCESTORS && ancestor > 1 && ProcFs.ofSandbox(ancestor); i++) {
      ancestor = ProcFs.stat(ancestor).map(ProcFs.Stat::parent).orElse(1L);
    }
    return ancestor > 1 && !descends(ancestor, SELF) && !descends(SELF, ancestor);
  }

  private static boolean descends(long pid, long from) {
    long ancestor = pid;
    for (int i = 0; i < ANCESTORS && ancestor > 1; i++) {
      if (ancestor == from) {
        return true;
      }
      ancestor = ProcFs.stat(ancestor).map(ProcFs.Stat::parent).orElse(1L);
    }
    return false;
  }

  /** Ends the observation; fails when it had broken down before. */
  @Override
  public void close() {
    ending = true;
    try {
      thread.join(Programs.BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    if (failure.isPresent()) {
      throw new AssertionError("the observer broke down", failure.get());
    }
  }
}
