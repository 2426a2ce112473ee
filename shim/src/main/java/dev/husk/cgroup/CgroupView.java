package dev.husk.cgroup;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * One cgroup of a sandbox as it is now. Whatever the kernel does not tell is absent.
 *
 * @param name as the inside chose it, with whatever characters; bytes that are no UTF-8 as {@code
 *     \xNN}
 * @param type {@code domain}, {@code threaded}
 * @param gone it was removed while the tree was read
 * @param limits file to value, those only that do limit
 * @param usage of the cgroup and all below it
 * @param pressure resource and kind to its average share of the last 10 seconds, in percent: {@code
 *     memory.full}; empty where the kernel has none
 * @param pids processes in that very cgroup, as many as were asked for
 * @param morePids those left out
 * @param children cgroups directly below that are shown
 * @param more cgroups directly or indirectly below that are left out, and their processes
 */
public record CgroupView(
    String name,
    String type,
    boolean gone,
    boolean populated,
    boolean frozen,
    Map<String, String> limits,
    Usage usage,
    Map<String, Double> pressure,
    List<Long> pids,
    int morePids,
    int children,
    Hidden more) {

  /**
   * What a cgroup and all below it take.
   *
   * @param memory bytes
   * @param swap bytes
   * @param pids processes and threads
   * @param cpuMicros time on processors
   * @param throttledMicros time in which its quota kept it from them
   */
  public record Usage(
      OptionalLong memory,
      OptionalLong swap,
      OptionalLong pids,
      OptionalLong cpuMicros,
      OptionalLong throttledMicros) {
    static final Usage UNKNOWN =
        new Usage(
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty(),
            OptionalLong.empty());
  }

  /** What is left out below a cgroup. */
  public record Hidden(int cgroups, int processes) {}
}
