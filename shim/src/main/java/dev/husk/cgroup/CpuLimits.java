package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.util.Optional;

/** {@code cpu}: times in microseconds. */
final class CpuLimits {
  private static final long DEFAULT_PERIOD = 100_000;
  private static final long SHORTEST = 1_000;
  private static final long LONGEST_PERIOD = 1_000_000;

  /** kernel/sched/core.c, MAX_BW: 44 bits. */
  private static final long LONGEST_QUOTA = (1L << 44) - 1;

  private static final long FEWEST_SHARES = 2;
  private static final long MOST_SHARES = 262_144;

  private CpuLimits() {}

  static void plan(Resources.Cpu cpu, LimitCollector limits) throws HuskException {
    weightOrIdle(cpu, limits);
    bandwidth(cpu, limits);
    String realtime = "cgroup v2 has no real-time bandwidth";
    limits.notInV2("/cpu/realtimeRuntime", cpu.realtimeRuntime(), realtime);
    limits.notInV2("/cpu/realtimePeriod", cpu.realtimePeriod(), realtime);
    set(cpu.cpus(), "/cpu/cpus", "cpuset.cpus", limits);
    set(cpu.mems(), "/cpu/mems", "cpuset.mems", limits);
  }

  /**
   * Idle comes first: an idle cgroup takes no weight, and has none but the least; leaving idle sets
   * the default one (kernel/sched/fair.c, sched_group_set_idle).
   */
  private static void weightOrIdle(Resources.Cpu cpu, LimitCollector limits) throws HuskException {
    long shares = cpu.shares().orElse(0);
    LimitCollector.requireRange("/cpu/shares", shares, 0, Long.MAX_VALUE);
    long idle = cpu.idle().orElse(0);
    LimitCollector.requireRange("/cpu/idle", idle, 0, 1);
    if (cpu.idle().isPresent()) {
      limits.add("/cpu/idle", "cpu.idle", Long.toString(idle));
    }
    if (shares != 0) {
      LimitWrite write =
          LimitWrite.of(
              LimitCollector.POINTER + "/cpu/shares", "cpu.weight", Long.toString(weight(shares)));
      if (idle == 1) {
        limits.without(write, "without effect beside /linux/resources/cpu/idle");
      } else {
        limits.add(write);
      }
    }
  }

  /**
   * cpu.weight (1 to 10000) for cpu.shares (2 to 262144): quadratic in the logarithm, so that the
   * defaults 1024 and 100 meet. The formula that runc 1.3.3 and crun 1.23 use.
   */
  static long weight(long shares) {
    if (shares <= FEWEST_SHARES) {
      return 1;
    }
    if (shares >= MOST_SHARES) {
      return 10_000;
    }
    double log = Math.log((double) shares) / Math.log(2);
    return (long) Math.ceil(Math.pow(10, (log * log + 125 * log) / 612.0 - 7.0 / 34.0));
  }

  private static void bandwidth(Resources.Cpu cpu, LimitCollector limits) throws HuskException {
    long quota = cpu.quota().orElse(0);
    long period = cpu.period().orElse(0);
    if (period != 0) {
      LimitCollector.requireRange("/cpu/period", period, SHORTEST, LONGEST_PERIOD);
    }
    if (quota > 0) {
      LimitCollector.requireRange("/cpu/quota", quota, SHORTEST, LONGEST_QUOTA);
    }
    if (quota != 0 || period != 0) {
      limits.add(
          quota != 0 ? "/cpu/quota" : "/cpu/period",
          "cpu.max",
          (quota > 0 ? quota : "max") + " " + (period != 0 ? period : DEFAULT_PERIOD));
    }
    if (cpu.burst().isPresent()) {
      long burst = cpu.burst().getAsLong();
      LimitCollector.requireRange("/cpu/burst", burst, 0, quota > 0 ? quota : LONGEST_QUOTA);
      limits.add("/cpu/burst", "cpu.max.burst", Long.toString(burst));
    }
  }

  private static void set(
      Optional<String> list, String property, String file, LimitCollector limits)
      throws HuskException {
    if (list.isEmpty() || list.get().isBlank()) {
      return;
    }
    String value = list.get().strip();
    if (NumberList.parse(value).isEmpty()) {
      throw LimitCollector.invalid(
          property, "\"" + value + "\" is not a list of numbers", "write it like 0-3,7");
    }
    limits.add(property, file, value);
  }
}
