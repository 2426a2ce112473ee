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
    assertThat(of("cpu.idle", "1", "cpu.weight", "59")).containsOnly(Map.entry("CPUWeight", 0L));
    assertThat(of("cpu.weight", "59")).containsOnly(Map.entry("CPUWeight", 59L));
    assertThat(of("cpu.weight", "59", "cpu.idle", "0")).containsOnly(Map.entry("CPUWeight", 59L));
    // Leaving it has to be told, too.
    assertThat(of("cpu.idle", "0")).containsOnly(Map.entry("CPUWeight", -1L));
  }

  @Test
  void listsBecomeBitmasks() {
    assertThat(LimitProperties.bitmask("0-2,9")).hasValue(new byte[] {7, 2});
    assertThat(LimitProperties.bitmask("")).hasValue(new byte[0]);
    assertThat(LimitProperties.bitmask("0-99999999")).isEmpty();
    assertThat(LimitProperties.bitmask("3-1")).isEmpty();
    assertThat(LimitProperties.bitmask("all")).isEmpty();
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
  void aFileWithALinePerDeviceMayHaveSeveral() {
    assertThat(of("io.max", "8:0 rbps=1000\n8:16 rbps=2000 wbps=64K"))
        .containsOnly(
            Map.entry(
                "IOReadBandwidthMax",
                List.of(List.of("/dev/block/8:0", 1000L), List.of("/dev/block/8:16", 2000L))),
            Map.entry("IOWriteBandwidthMax", List.of(List.of("/dev/block/8:16", 65_536L))));
  }

  @Test
  void aWeightOfBfqIsWhatSystemdMakesItFrom() {
    assertThat(of("io.bfq.weight", "50")).containsOnly(Map.entry("IOWeight", 50L));
    assertThat(of("io.bfq.weight", "1000")).containsOnly(Map.entry("IOWeight", 10_000L));
    assertThat(of("io.weight", "8:0 default"))
        .containsOnly(Map.entry("IODeviceWeight", List.of(List.of("/dev/block/8:0", -1L))));
  }

  @Test
  void theKernelsUnitsAreUnderstood() {
    assertThat(of("memory.high", "64M", "memory.max", "1g", "memory.low", "2K"))
        .containsOnly(
            Map.entry("MemoryHigh", 64L << 20),
            Map.entry("MemoryMax", 1L << 30),
            Map.entry("MemoryLow", 2048L));
  }

  @Test
  void whatIsNoValueIsLeftToTheKernelToRefuse() {
    assertThat(
            of(
                "memory.high", "much",
                "memory.max", "",
                "memory.low", "0x1000",
                "memory.min", "010",
                "memory.swap.max", "9223372036854775807K",
                "pids.max", "-1",
                "cpu.max", "1000 0",
                "cpu.weight", "heavy",
                "cpuset.cpus", "0-",
                "io.weight", "",
                "io.max", "8:0 speed=1 rbps rbps=fast"))
        .isEmpty();
    assertThat(of("cpu.max", "9223372036854775807 1000")).isEmpty();
    assertThat(of("cpu.max", "")).isEmpty();
    assertThat(of("pids.max", "9223372036854775807")).containsOnly(Map.entry("TasksMax", -1L));
  }

  @Test
  void ofTwoForOnePropertyTheLaterCounts() {
    assertThat(of("memory.high", "1", "memory.high", "2"))
        .containsOnly(Map.entry("MemoryHigh", 2L));
  }

  @Test
  void sharesAmongSiblingsWithoutAPropertyHaveNoEffect() {
    assertThat(LimitProperties.withoutEffect(List.of(new ControlFile("cpu.weight.nice", "3"))))
        .contains("cpu.weight.nice");
    assertThat(LimitProperties.withoutEffect(List.of(new ControlFile("cpu.weight", "3"))))
        .isEmpty();
  }

  @Test
  void whatSystemdHasNoPropertyForIsLeftToTheFiles() {
    assertThat(of("hugetlb.2MB.max", "0", "cgroup.max.depth", "5", "memory.oom.group", "1"))
        .isEmpty();
  }
}
