package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;

/**
 * From {@code linux.resources} (config-linux.md, "Control groups") to writes in cgroup v2, in the
 * order pids, memory, io, cpu, cpuset, hugetlb, rdma, bounds of the tree, {@code unified}. {@code
 * devices} is not a limit and not looked at here.
 */
public final class Limits {
  /** Processes and threads in a sandbox whose config sets no {@code pids.limit}. */
  public static final long DEFAULT_PIDS = 1024;

  /**
   * What a sandbox whose config sets no {@code memory.limit} leaves to the host, as a share of its
   * memory: one tenth, so that the host itself can act while a sandbox eats what it can.
   */
  public static final long HOST_MEMORY_SHARE = 10;

  /** Cgroups that the inside may make, so that it cannot fill the kernel with them. */
  public static final int DESCENDANTS = 4096;

  /** Levels that the inside may nest. */
  public static final int DEPTH = 32;

  private static final int PAGE = 4096;

  /** The payload and bubblewrap's monitor. */
  private static final long LEAST_PIDS = 2;

  /** PID_MAX_LIMIT, beyond which pids.max takes nothing but max (kernel/cgroup/pids.c). */
  private static final long MOST_PIDS = 4_194_304;

  private Limits() {}

  /**
   * The writes for a config, in order, defaults included.
   *
   * @param hostMemory MemTotal in bytes, for the default
   * @throws HuskException for values that cannot be meant, and under {@link Enforcement#STRICT} for
   *     settings that exist in cgroup v1 only
   */
  public static LimitPlan plan(Resources resources, LimitPolicy policy, long hostMemory)
      throws HuskException {
    LimitCollector limits = new LimitCollector(policy);
    pids(resources, limits);
    MemoryLimits.plan(resources.memory(), limits);
    memoryDefaults(limits, hostMemory);
    IoLimits.plan(resources.blockIO(), limits);
    CpuLimits.plan(resources.cpu(), limits);
    OtherLimits.hugepages(resources.hugepageLimits(), limits);
    OtherLimits.rdma(resources.rdma(), limits);
    OtherLimits.network(resources.network(), limits);
    bounds(limits);
    UnifiedLimits.plan(resources.unified(), limits);
    return limits.plan();
  }

  /**
   * -1 is no limit. Bubblewrap's monitor is a process of the sandbox and counts, so that 1, a
   * payload that cannot fork, is 2 in the kernel's count. So is 0: config-linux.md 1.3 made the
   * limit optional, so that 0 no longer means none, and no sandbox could be born into it (runc
   * makes it 1 as well; crun takes it for "not set", which would lose a limit).
   */
  private static void pids(Resources resources, LimitCollector limits) throws HuskException {
    String property = "/pids/limit";
    if (resources.pidsLimit().isPresent()) {
      long limit = resources.pidsLimit().getAsLong();
      LimitCollector.requireRange(property, limit, -1, MOST_PIDS);
      limits.add(
          property, "pids.max", limit < 0 ? "max" : Long.toString(Math.max(limit, LEAST_PIDS)));
    } else if (limits.policy().defaults()) {
      limits.add(
          LimitWrite.of(LimitCollector.POINTER + property, "pids.max", Long.toString(DEFAULT_PIDS))
              .asDefault());
    }
  }

  /** A bounded sandbox dies as a whole when it runs out of memory, never by half. */
  private static void memoryDefaults(LimitCollector limits, long hostMemory) {
    if (!limits.policy().defaults()) {
      return;
    }
    String property = LimitCollector.POINTER + "/memory/limit";
    if (!limits.sets("memory.max")) {
      long bytes = (hostMemory - hostMemory / HOST_MEMORY_SHARE) / PAGE * PAGE;
      limits.add(LimitWrite.of(property, "memory.max", Long.toString(bytes)).asDefault());
    }
    limits.add(
        LimitWrite.of(LimitCollector.POINTER + "/unified/memory.oom.group", "memory.oom.group", "1")
            .asDefault());
  }

  /** On P, that is with S counted in. */
  private static void bounds(LimitCollector limits) {
    String unified = LimitCollector.POINTER + "/unified/";
    limits.add(
        LimitWrite.of(
                unified + "cgroup.max.descendants",
                "cgroup.max.descendants",
                Integer.toString(DESCENDANTS + 1))
            .asDefault());
    limits.add(
        LimitWrite.of(unified + "cgroup.max.depth", "cgroup.max.depth", Integer.toString(DEPTH + 1))
            .asDefault());
  }
}
