package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.cgroup.Counters;
import dev.husk.cgroup.KeyedLine;
import dev.husk.cgroup.Pressure;
import dev.husk.cgroup.Stats;
import dev.husk.v1.IoEntry;
import dev.husk.v1.MemoryStats;
import dev.husk.v1.StatsRequest;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StatsTest {
  private static final Pressure PRESSURE =
      new Pressure(Optional.of(new Pressure.Line(1.5, 0.5, 0, 99)), Optional.empty());
  private static final Counters NONE = new Counters(Map.of());
  private static final OptionalLong ABSENT = OptionalLong.empty();

  private static OptionalLong of(long value) {
    return OptionalLong.of(value);
  }

  private static Stats everything() {
    return new Stats(
        Instant.ofEpochSecond(100, 5),
        new Stats.Pids(of(3), of(-1), of(5), of(0)),
        new Counters(Map.of("usage_usec", 10L, "user_usec", 7L, "nr_throttled", 2L)),
        Optional.of(PRESSURE),
        new Stats.Memory(
            new Counters(
                Map.of(
                    "anon", 4096L,
                    "pgfault", 12L,
                    "workingset_refault_anon", 1L,
                    "workingset_refault_file", 2L,
                    "usage", 666L)),
            of(8192),
            of(65536),
            of(9000),
            of(0),
            of(-1),
            ABSENT,
            Optional.empty()),
        new Counters(Map.of("oom_kill", 1L, "oom_group_kill", 1L)),
        List.of(new KeyedLine("8:16", Map.of("rbytes", "512", "wios", "1"))),
        Optional.empty(),
        List.of(new Stats.Hugetlb("2MB", of(2 << 20), of(-1), ABSENT, of(4))),
        List.of(new KeyedLine("mlx4_0", Map.of("hca_handle", "2", "hca_object", "max"))),
        List.of(),
        new Stats.Tree(new Counters(Map.of("nr_descendants", 2L)), of(4096), of(32), of(1)),
        new Stats.Freeze(of(0), of(1), ABSENT));
  }

  private static Stats nothing() {
    return new Stats(
        Instant.EPOCH,
        new Stats.Pids(ABSENT, ABSENT, ABSENT, ABSENT),
        NONE,
        Optional.empty(),
        new Stats.Memory(NONE, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, ABSENT, Optional.empty()),
        NONE,
        List.of(),
        Optional.empty(),
        List.of(),
        List.of(),
        List.of(),
        new Stats.Tree(NONE, ABSENT, ABSENT, ABSENT),
        new Stats.Freeze(ABSENT, ABSENT, ABSENT));
  }

  private static dev.husk.v1.Stats served(Stats stats) throws Exception {
    try (TestServer test = new TestServer()) {
      test.createSandbox("a").willMeasure(stats);
      return test.client().stats(StatsRequest.getDefaultInstance()).getStats();
    }
  }

  @Test
  void whatTheKernelSaysIsThere() throws Exception {
    dev.husk.v1.Stats stats = served(everything());
    assertThat(stats.getAt().getSeconds()).isEqualTo(100);
    assertThat(stats.getPids().getCurrent()).isEqualTo(3);
    assertThat(Long.toUnsignedString(stats.getPids().getLimit())).isEqualTo("18446744073709551615");
    assertThat(stats.getPids().hasEventsMax()).isTrue();
    assertThat(stats.getCpu().getUsageUsec()).isEqualTo(10);
    assertThat(stats.getCpu().getNrThrottled()).isEqualTo(2);
    assertThat(stats.getCpu().hasNrPeriods()).isFalse();
    assertThat(stats.getCpu().getPsi().getSome().getAvg10()).isEqualTo(1.5);
    assertThat(stats.getCpu().getPsi().hasFull()).isFalse();
    MemoryStats memory = stats.getMemory();
    assertThat(memory.getAnon()).isEqualTo(4096);
    assertThat(memory.getPgfault()).isEqualTo(12);
    assertThat(memory.getWorkingsetRefault()).isEqualTo(3);
    assertThat(memory.hasWorkingsetActivate()).isFalse();
    assertThat(memory.getUsage()).isEqualTo(8192);
    assertThat(memory.getUsageLimit()).isEqualTo(65536);
    assertThat(memory.getMaxUsage()).isEqualTo(9000);
    assertThat(memory.getSwapLimit()).isEqualTo(-1);
    assertThat(memory.hasSwapMaxUsage()).isFalse();
    assertThat(memory.hasPsi()).isFalse();
    assertThat(stats.getMemoryEvents().getOomKill()).isEqualTo(1);
    assertThat(stats.getMemoryEvents().hasLow()).isFalse();
    assertThat(stats.getIo().getUsageList())
        .containsExactly(
            IoEntry.newBuilder().setMajor(8).setMinor(16).setRbytes(512).setWios(1).build());
    assertThat(stats.getHugetlb(0).getPagesize()).isEqualTo("2MB");
    assertThat(stats.getHugetlb(0).getFailcnt()).isEqualTo(4);
    assertThat(stats.getHugetlb(0).hasReserved()).isFalse();
    assertThat(stats.getRdma().getCurrent(0).getHcaHandles()).isEqualTo(2);
    assertThat(stats.getRdma().getCurrent(0).getHcaObjects()).isEqualTo(-1);
    assertThat(stats.getCgroup().getMaxDescendants()).isEqualTo(4096);
    assertThat(stats.getCgroup().getPopulated()).isTrue();
    assertThat(stats.getFreezer().getFrozen()).isTrue();
    assertThat(stats.getFreezer().getWanted()).isFalse();
    assertThat(stats.getFreezer().hasFrozenUsec()).isFalse();
  }

  @Test
  void nothingIsMadeUp() throws Exception {
    dev.husk.v1.Stats stats = served(nothing());
    assertThat(Documents.of(stats.toBuilder().clearAt().build()).toJson())
        .isEqualTo("{\"cpu\":{},\"cgroup\":{},\"freezer\":{}}");
  }

  @Test
  void aSandboxInTheMakingHasNone() throws Exception {
    try (TestServer test = new TestServer()) {
      test.createSandbox("a");
      assertThatThrownBy(() -> test.client().stats(StatsRequest.getDefaultInstance()))
          .hasMessageContaining("FAILED_PRECONDITION");
    }
  }
}
