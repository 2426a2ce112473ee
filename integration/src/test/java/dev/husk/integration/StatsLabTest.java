package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.MemoryStats;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.Stats;
import dev.husk.v1.StatsRequest;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Statistics where the kernel has all the controllers. */
@Tag("lab")
class StatsLabTest extends RealSandboxes {
  /** While nothing runs the files stand still, and can be compared. */
  @Test
  void theyAreWhatTheKernelsFilesSay() throws Exception {
    assumeTrue(CgroupV2.has("memory"), "this host has no memory controller on cgroup v2");
    Bundle bundle =
        bundle()
            .script("x=$(dd if=/dev/zero bs=1M count=4 | tr '\\0' x); sleep 600 & wait; echo $x")
            .set("/linux/resources/memory/limit", 64 << 20)
            .set("/linux/resources/pids/limit", 50)
            .set("/linux/resources/cpu/quota", 50_000)
            .set("/linux/resources/cpu/period", 100_000);
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Eventually.is(
          Programs.BOUND,
          () -> stats(shim).getMemory().getAnon() >= 4 << 20 && shim.client().pids().size() == 3,
          () -> "a payload with 4 MiB, not " + stats(shim));
      shim.client().calls().pause(PauseRequest.getDefaultInstance());
      Path cgroup = shim.cgroup();
      Stats stats = stats(shim);
      assertThat(stats.getPids().getCurrent()).isEqualTo(number(cgroup, "pids.current"));
      assertThat(stats.getPids().getLimit()).isEqualTo(50);
      assertThat(stats.getPids().getPeak()).isEqualTo(number(cgroup, "pids.peak"));
      assertThat(stats.getPids().getEventsMax()).isZero();

      Map<String, Long> cpu = lines(cgroup, "cpu.stat");
      assertThat(stats.getCpu().getUsageUsec()).isEqualTo(cpu.get("usage_usec"));
      assertThat(stats.getCpu().getUserUsec()).isEqualTo(cpu.get("user_usec"));
      // The timer of the quota runs out the period after the freeze.
      assertThat(stats.getCpu().getNrPeriods())
          .isPositive()
          .isBetween(cpu.get("nr_periods") - 2, cpu.get("nr_periods"));
      assertThat(stats.getCpu().getNrThrottled()).isEqualTo(cpu.get("nr_throttled"));
      assertThat(stats.getCpu().getThrottledUsec()).isEqualTo(cpu.get("throttled_usec"));

      MemoryStats memory = stats.getMemory();
      Map<String, Long> stat = lines(cgroup, "memory.stat");
      assertThat(memory.getAnon()).isEqualTo(stat.get("anon"));
      assertThat(memory.getKernelStack()).isEqualTo(stat.get("kernel_stack"));
      assertThat(memory.getPgfault()).isEqualTo(stat.get("pgfault")).isPositive();
      assertThat(memory.getUsageLimit()).isEqualTo(64 << 20);
      assertThat(memory.getUsage()).isBetween(4L << 20, 64L << 20);
      assertThat(memory.getMaxUsage()).isGreaterThanOrEqualTo(memory.getUsage());
      assertThat(memory.hasPsi()).isEqualTo(Files.exists(cgroup.resolve("memory.pressure")));
      assertThat(stats.getMemoryEvents().getOomKill()).isZero();
      assertThat(stats.getMemoryEvents().hasOomGroupKill()).isTrue();
      assertThat(stats.getHugetlbList()).isEmpty();
      assertThat(stats.hasRdma()).isFalse();
    }
  }

  @Test
  void writesToADiskAreCounted() throws Exception {
    assumeTrue(CgroupV2.has("io"), "this host has no io controller on cgroup v2");
    // Where temporary files usually are there may be no disk behind.
    Path disk = Files.createTempDirectory(Path.of("/var/tmp"), "husk-it-");
    try {
      String type = Programs.output("stat", "-f", "-c", "%T", disk.toString()).strip();
      assumeTrue(List.of("ext2/ext3", "xfs", "btrfs").contains(type), "no disk but " + type);
      Bundle bundle =
          Bundle.in(disk, "bundle")
              .script("dd if=/dev/zero of=/file bs=1M count=8 conv=fsync; sleep 600")
              .set("/root/readonly", false);
      awaitWrites(bundle, 8 << 20);
    } finally {
      Programs.removeTree(disk);
    }
  }

  private static void awaitWrites(Bundle bundle, long bytes) throws Exception {
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Eventually.is(
          Programs.BOUND,
          () ->
              stats(shim).getIo().getUsageList().stream()
                  .anyMatch(device -> device.getWbytes() >= bytes),
          () -> bytes + " bytes written, not " + stats(shim).getIo());
    }
  }

  private static Stats stats(Shim shim) {
    return shim.client().calls().stats(StatsRequest.getDefaultInstance()).getStats();
  }

  private static long number(Path cgroup, String file) throws Exception {
    return Long.parseLong(Files.readString(cgroup.resolve(file)).strip());
  }

  private static Map<String, Long> lines(Path cgroup, String file) throws Exception {
    Map<String, Long> values = new HashMap<>();
    for (String line : Files.readAllLines(cgroup.resolve(file))) {
      String[] words = line.split(" ");
      values.put(words[0], Long.valueOf(words[1]));
    }
    return values;
  }
}
