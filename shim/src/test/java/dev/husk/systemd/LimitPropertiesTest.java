package dev.husk.systemd;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class LimitPropertiesTest {
  private static Map<String, Object> of(String... filesAndValues) {
    List<ControlFile> files = new ArrayList<>();
    for (int i = 0; i < filesAndValues.length; i += 2) {
      files.add(new ControlFile(filesAndValues[i], filesAndValues[i + 1]));
    }
    Map<String, Object> values = new TreeMap<>();
    for (UnitProperty property : LimitProperties.of(files)) {
      values.put(property.name(), property.value().value());
    }
    return values;
  }

  @Test
  void memoryAndProcesses() {
    assertThat(
            of(
                "memory.max",
                "4096",
                "memory.swap.max",
                "0",
                "memory.high",
                "max",
                "memory.low",
                "1",
                "memory.min",
                "2",
                "pids.max",
                "10"))
        .containsOnly(
            Map.entry("MemoryMax", 4096L),
            Map.entry("MemorySwapMax", 0L),
            Map.entry("MemoryHigh", -1L),
            Map.entry("MemoryLow", 1L),
            Map.entry("MemoryMin", 2L),
            // The keeper counts.
            Map.entry("TasksMax", 11L));
    assertThat(of("pids.max", "max")).containsOnly(Map.entry("TasksMax", -1L));
  }

  @Test
  void aQuotaIsRoundedUpToAPercentSinceSystemdRoundsToOne() {
    assertThat(of("cpu.max", "25000 50000"))
        .containsOnly(
            Map.entry("CPUQuotaPeriodUSec", 50_000L), Map.entry("CPUQuotaPerSecUSec", 500_000L));
    assertThat(of("cpu.max", "33333 100000")).containsEntry("CPUQuotaPerSecUSec", 340_000L);
    assertThat(of("cpu.max", "max 100000")).containsEntry("CPUQuotaPerSecUSec", -1L);
  }

  @Test
  void idleIsTheWeightZero() {
    assertThat(of("cpu.idle", "1")).containsOnly(Map.entry("CPUWeight", 0L));
    assertThat(of("cpu.idle", "0")).isEmpty();
    assertThat(of("cpu.weight", "59")).containsOnly(Map.entry("CPUWeight", 59L));
  }

  @Test
  void listsBecomeBitmasks() {
    assertThat(LimitProperties.bitmask("0-2,9")).containsExactly(7, 2);
    assertThat(LimitProperties.bitmask("")).isEmpty();
    assertThat(of("cpuset.cpus", "1", "cpuset.mems", "0").keySet())
        .containsExactly("AllowedCPUs", "AllowedMemoryNodes");
  }

  @Test
  void devicesAreGatheredByProperty() {
    assertThat(
            of(
                "io.weight",
                "default 50",
                "io.weight",
                "8:0 70",
                "io.max",
                "8:0 rbps=1000 wiops=max",
                "io.max",
                "8:16 rbps=2000"))
        .containsOnly(
            Map.entry("IOWeight", 50L),
            Map.entry("IODeviceWeight", List.of(List.of("/dev/block/8:0", 70L))),
            Map.entry(
                "IOReadBandwidthMax",
                List.of(List.of("/dev/block/8:0", 1000L), List.of("/dev/block/8:16", 2000L))),
            Map.entry("IOWriteIOPSMax", List.of(List.of("/dev/block/8:0", -1L))));
  }

  @Test
  void whatSystemdHasNoPropertyForIsLeftToTheFiles() {
    assertThat(of("hugetlb.2MB.max", "0", "cgroup.max.depth", "5", "memory.oom.group", "1"))
        .isEmpty();
  }
}
