package dev.husk.oci;

import java.util.Optional;
import java.util.OptionalLong;

/** {@code linux.resources.cpu}: {@code config-linux.md#cpu}; times in microseconds. */
final class CpuDecoder {
  /** The kernel's bounds of a period: sched-bwc.rst. */
  private static final long SHORTEST = 1_000;

  private static final long LONGEST = 1_000_000;

  private CpuDecoder() {}

  static Resources.Cpu decode(Fields cpu) {
    OptionalLong quota = cpu.integer("quota", -1, Long.MAX_VALUE);
    if (quota.isPresent() && quota.getAsLong() >= 0 && quota.getAsLong() < SHORTEST) {
      cpu.offend(
          "quota",
          "must be at least " + SHORTEST + ", or -1 for no limit, is " + quota.getAsLong());
    }
    OptionalLong burst = cpu.integer("burst", 0, Long.MAX_VALUE);
    if (burst.isPresent()
        && quota.isPresent()
        && quota.getAsLong() >= SHORTEST
        && burst.getAsLong() > quota.getAsLong()) {
      cpu.offend(
          "burst",
          "must not be more than quota, is "
              + burst.getAsLong()
              + " and quota is "
              + quota.getAsLong());
    }
    Optional<String> cpus = cpu.stringOrEmpty("cpus");
    Optional<String> mems = cpu.stringOrEmpty("mems");
    Rules.cpuList(cpu, "cpus", cpus.orElse(""));
    Rules.cpuList(cpu, "mems", mems.orElse(""));
    return new Resources.Cpu(
        cpu.integer("shares", 0, Long.MAX_VALUE),
        quota,
        burst,
        cpu.integer("period", SHORTEST, LONGEST),
        cpu.integer("realtimeRuntime", -1, Long.MAX_VALUE),
        cpu.integer("realtimePeriod", 0, Long.MAX_VALUE),
        cpus,
        mems,
        cpu.integer("idle", 0, 1));
  }
}
