package dev.husk.integration;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;

/**
 * Looks at all processes of the host, again and again, for one of a sandbox that is outside of its
 * sandbox's cgroup. It knows them by what no change of cgroup can take away: the marker in the
 * environment, a foreign pid namespace, the program. Processes without the marker that somebody
 * else's running program started are left out.
 */
final class Observer implements AutoCloseable {
  private static final long SELF = ProcessHandle.current().pid();

  /** Longer chains of ancestors than that do not occur. */
  private static final int ANCESTORS = 64;

  private static final String PAYLOAD = "/payload/";

  private final Set<String> escapes = new ConcurrentSkipListSet<>();
  private final Set<String> seen = new ConcurrentSkipListSet<>();

  /** Found to be no sandbox's, so that their environment is read once. */
  private final Map<Long, String> strangers = new HashMap<>();

  private final Thread thread;
  private volatile boolean ending;
  private volatile long samples;
  private volatile Optional<Throwable> failure = Optional.empty();

  Observer() {
    thread = Thread.ofPlatform().daemon().name("observer").start(this::observe);
  }

  /** A process in a sandbox's cgroup. */
  private record Sighting(long pid, String startTime, String namespace, String sandbox) {
    static Optional<Sighting> of(long pid, String startTime, String cgroup) {
      String sandbox = cgroup.substring(0, (cgroup + "/").indexOf(PAYLOAD));
      return ProcFs.pidNamespace(pid)
          .filter(namespace -> !namespace.equals(ProcFs.OWN_PID_NAMESPACE))
          .map(namespace -> new Sighting(pid, startTime, namespace, sandbox));
    }

    /** The same process as it is now; empty when it has ended or is in no sandbox any more. */
    Optional<Sighting> again() {
      return ProcFs.stat(pid)
          .filter(stat -> stat.startTime().equals(startTime) && !stat.state().equals("Z"))
          .flatMap(stat -> ProcFs.cgroup(pid))
          .filter(Observer::inSandbox)
          .flatMap(cgroup -> of(pid, startTime, cgroup));
    }
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
        Map<String, List<Sighting>> byNamespace = new HashMap<>();
        Set<Long> present = new HashSet<>();
        for (long pid : ProcFs.pids()) {
          present.add(pid);
          look(pid, byNamespace);
        }
        strangers.keySet().retainAll(present);
        byNamespace.values().forEach(this::oneSandboxEach);
        samples++;
      }
    } catch (RuntimeException | Error e) {
      failure = Optional.of(e);
    }
  }

  private void look(long pid, Map<String, List<Sighting>> byNamespace) {
    Optional<ProcFs.Stat> stat = ProcFs.stat(pid);
    if (stat.isEmpty()) {
      return;
    }
    boolean ofSandbox = ProcFs.ofSandbox(pid);
    boolean marked = marked(pid, stat.get().startTime());
    if (!ofSandbox && !marked) {
      return;
    }
    String name = pid + "@" + stat.get().startTime();
    for (String cgroup : ProcFs.cgroups(pid, stat.get())) {
      if (inSandbox(cgroup)) {
        seen.add(name);
        Sighting.of(pid, stat.get().startTime(), cgroup)
            .ifPresent(
                sighting ->
                    byNamespace
                        .computeIfAbsent(sighting.namespace(), first -> new ArrayList<>())
                        .add(sighting));
      } else if (!marked && isMonitorSetApart(pid, cgroup)) {
        seen.add(name);
      } else if (marked || (!ofSomebodyElse(stat.get().parent()) && !isDeadmanBeingBorn(pid))) {
        String comm = ProcFs.comm(pid).orElse("?");
        escapes.add(name + " " + comm + " in " + cgroup + ": " + ProcFs.commandLine(pid));
      }
    }
  }

  private boolean marked(long pid, String startTime) {
    if (startTime.equals(strangers.get(pid))) {
      return false;
    }
    boolean marked = ProcFs.marked(pid);
    // A process of another pid namespace may be about to become a payload.
    if (!marked && !ProcFs.ofSandbox(pid)) {
      strangers.put(pid, startTime);
    }
    return marked;
  }

  /**
   * A pid namespace belongs to one sandbox: a process of it in another's cgroup has left its own.
   */
  private void oneSandboxEach(List<Sighting> ofOneNamespace) {
    Sighting first = ofOneNamespace.getFirst();
    for (Sighting other : ofOneNamespace) {
      if (!other.sandbox().equals(first.sandbox())) {
        // Namespaces are known by numbers that are used again: both must still be what they were.
        Optional<Sighting> here = first.again();
        Optional<Sighting> there = other.again();
        if (here.equals(Optional.of(first)) && there.equals(Optional.of(other))) {
          escapes.add(
              "%d in %s, %d of the same pid namespace in %s: %s"
                  .formatted(
                      first.pid(),
                      first.sandbox(),
                      other.pid(),
                      other.sandbox(),
                      ProcFs.commandLine(other.pid())));
        }
      }
    }
  }

  /** Its name is there a moment before its arguments are: a second look tells. */
  private static boolean isDeadmanBeingBorn(long pid) {
    return !ProcFs.ofSandbox(pid);
  }

  /**
   * Bwrap's outer process, which is no payload, may live in {@code P/monitor}. What is in a cgroup
   * that has been removed has ended and waits to be reaped.
   */
  private static boolean isMonitorSetApart(long pid, String cgroup) {
    return cgroup.endsWith("/monitor (deleted)")
        || (cgroup.endsWith("/monitor")
            && ProcFs.comm(pid).equals(Optional.of("bwrap"))
            && ProcFs.pidNamespace(pid).equals(Optional.of(ProcFs.OWN_PID_NAMESPACE)));
  }

  /** Whether it is below some {@code P/payload}. */
  private static boolean inSandbox(String cgroup) {
    return (cgroup + "/").contains(PAYLOAD);
  }

  /** Whether the first ancestor outside of all sandboxes has nothing to do with this JVM. */
  private static boolean ofSomebodyElse(long parent) {
    long ancestor = parent;
    for (int i = 0; i < ANCESTORS && ancestor > 1 && ProcFs.ofSandbox(ancestor); i++) {
      ancestor = ProcFs.stat(ancestor).map(ProcFs.Stat::parent).orElse(1L);
    }
    return ancestor > 1 && !ProcFs.descends(ancestor, SELF) && !ProcFs.descends(SELF, ancestor);
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
