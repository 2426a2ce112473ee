package dev.husk.cgroup;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a sandbox uses, as the files of P say it. Numbers are unsigned and {@code max} is 2^64 - 1;
 * what the kernel does not have is not there.
 *
 * @param at when the reading began
 * @param cpu {@code cpu.stat}
 * @param memoryEvents {@code memory.events}
 * @param io {@code io.stat}, a line per device {@code MAJOR:MINOR}
 * @param rdmaCurrent {@code rdma.current}, a line per device
 * @param rdmaLimit {@code rdma.max}, a line per device
 */
public record Stats(
    Instant at,
    Pids pids,
    Counters cpu,
    Optional<Pressure> cpuPressure,
    Memory memory,
    Counters memoryEvents,
    List<KeyedLine> io,
    Optional<Pressure> ioPressure,
    List<Hugetlb> hugetlb,
    List<KeyedLine> rdmaCurrent,
    List<KeyedLine> rdmaLimit,
    Tree tree,
    Freeze freeze) {

  public Stats {
    io = List.copyOf(io);
    hugetlb = List.copyOf(hugetlb);
    rdmaCurrent = List.copyOf(rdmaCurrent);
    rdmaLimit = List.copyOf(rdmaLimit);
  }

  /**
   * {@code pids.current}, {@code pids.max}, {@code pids.peak} and {@code max} of {@code
   * pids.events}.
   */
  public record Pids(
      OptionalLong current, OptionalLong limit, OptionalLong peak, OptionalLong failedForks) {}

  /**
   * Memory in bytes.
   *
   * @param stat {@code memory.stat}
   */
  public record Memory(
      Counters stat,
      OptionalLong current,
      OptionalLong limit,
      OptionalLong peak,
      OptionalLong swapCurrent,
      OptionalLong swapLimit,
      OptionalLong swapPeak,
      Optional<Pressure> pressure) {}

  /**
   * Huge pages of one size, in bytes.
   *
   * @param pageSize as the kernel names it: {@code 2MB}
   * @param reserved {@code hugetlb.SIZE.rsvd.current}
   * @param failures {@code max} of {@code hugetlb.SIZE.events}
   */
  public record Hugetlb(
      String pageSize,
      OptionalLong current,
      OptionalLong limit,
      OptionalLong reserved,
      OptionalLong failures) {}

  /**
   * The tree of cgroups below P.
   *
   * @param stat {@code cgroup.stat}
   * @param populated of {@code cgroup.events}
   */
  public record Tree(
      Counters stat, OptionalLong maxDescendants, OptionalLong maxDepth, OptionalLong populated) {}

  /**
   * The freezer.
   *
   * @param wanted {@code cgroup.freeze}: 0 or 1
   * @param frozen of {@code cgroup.events}: 0 or 1
   * @param frozenMicros {@code frozen_usec} of {@code cgroup.stat.local}
   */
  public record Freeze(OptionalLong wanted, OptionalLong frozen, OptionalLong frozenMicros) {}
}
