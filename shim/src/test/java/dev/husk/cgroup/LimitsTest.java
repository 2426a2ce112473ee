package dev.husk.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.oci.Resources;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LimitsTest {
  private static final LimitPolicy BARE = new LimitPolicy(false, Enforcement.STRICT);
  private static final long HOST = 10L << 30;

  /** "file=value" of each write, without the bounds of the tree. */
  private static List<String> writes(Resources resources) throws Exception {
    List<String> writes = new ArrayList<>();
    for (LimitWrite write : Limits.plan(resources, BARE, HOST).writes()) {
      if (!write.isDefault()) {
        writes.add(write.file() + "=" + write.value());
      }
    }
    return writes;
  }

  private static OptionalLong some(long value) {
    return OptionalLong.of(value);
  }

  private static OptionalLong none() {
    return OptionalLong.empty();
  }

  private static Resources with(Resources.Memory memory) {
    Resources r = Resources.none();
    return new Resources(
        List.of(),
        memory,
        r.cpu(),
        r.blockIO(),
        List.of(),
        r.network(),
        none(),
        Map.of(),
        Map.of());
  }

  private static Resources with(Resources.Cpu cpu) {
    Resources r = Resources.none();
    return new Resources(
        List.of(),
        r.memory(),
        cpu,
        r.blockIO(),
        List.of(),
        r.network(),
        none(),
        Map.of(),
        Map.of());
  }

  private static Resources with(Resources.BlockIo io) {
    Resources r = Resources.none();
    return new Resources(
        List.of(), r.memory(), r.cpu(), io, List.of(), r.network(), none(), Map.of(), Map.of());
  }

  private static Resources withPids(long limit) {
    Resources r = Resources.none();
    return new Resources(
        List.of(),
        r.memory(),
        r.cpu(),
        r.blockIO(),
        List.of(),
        r.network(),
        some(limit),
        Map.of(),
        Map.of());
  }

  private static Resources withUnified(Map<String, String> unified) {
    Resources r = Resources.none();
    return new Resources(
        List.of(),
        r.memory(),
        r.cpu(),
        r.blockIO(),
        List.of(),
        r.network(),
        none(),
        Map.of(),
        unified);
  }

  private static Resources.Memory memory(OptionalLong limit, OptionalLong swap) {
    return new Resources.Memory(
        limit,
        none(),
        swap,
        none(),
        none(),
        none(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  private static Resources.Cpu cpu(OptionalLong quota, OptionalLong period, OptionalLong burst) {
    return new Resources.Cpu(
        none(), quota, burst, period, none(), none(), Optional.empty(), Optional.empty(), none());
  }

  private static Resources.Cpu shares(long shares) {
    return new Resources.Cpu(
        some(shares),
        none(),
        none(),
        none(),
        none(),
        none(),
        Optional.empty(),
        Optional.empty(),
        none());
  }

  @ParameterizedTest
  @CsvSource({
    "2, 1",
    "3, 2",
    "10, 4",
    "128, 21",
    "256, 35",
    "512, 59",
    "1023, 100",
    "1024, 100",
    "1025, 101",
    "2048, 174",
    "4096, 303",
    "10240, 639",
    "65536, 3023",
    "262143, 10000",
    "262144, 10000",
    "1, 1",
    "9999999, 10000"
  })
  void sharesBecomeAWeight(long shares, long weight) throws Exception {
    assertThat(writes(with(shares(shares)))).containsExactly("cpu.weight=" + weight);
  }

  /** The value that Python's and C's log2 give for all shares; 0 is unset, and 0 there. */
  @Test
  void everyWeightIsThatOfTheOtherRuntimes() {
    long hash = 7;
    hash *= 31;
    for (long shares = 1; shares <= 262_144; shares++) {
      hash = hash * 31 + CpuLimits.weight(shares);
    }
    assertThat(hash).isEqualTo(-3817361118264134354L);
  }

  @ParameterizedTest
  @CsvSource({
    "50000, 100000, cpu.max=50000 100000",
    "50000, , cpu.max=50000 100000",
    "-1, 50000, cpu.max=max 50000",
    "-1, , cpu.max=max 100000",
    ", 50000, cpu.max=max 50000",
    "0, 50000, cpu.max=max 50000"
  })
  void quotaAndPeriodAreOneWrite(Long quota, Long period, String expected) throws Exception {
    Resources.Cpu cpu =
        cpu(quota == null ? none() : some(quota), period == null ? none() : some(period), none());
    assertThat(writes(with(cpu))).containsExactly(expected);
  }

  @Test
  void burstFollowsQuotaAndIsNotMoreThanIt() throws Exception {
    assertThat(writes(with(cpu(some(50000), none(), some(50000)))))
        .containsExactly("cpu.max=50000 100000", "cpu.max.burst=50000");
    var failure =
        Failures.expect(
            CgroupFailure.InvalidValue.class,
            () -> writes(with(cpu(some(50000), none(), some(50001)))));
    assertThat(failure.where()).isEqualTo("/linux/resources/cpu/burst");
  }

  @ParameterizedTest
  @CsvSource({
    "1073741824, , memory.max=1073741824",
    "-1, , memory.swap.max=max|memory.max=max",
    "1000, 3000, memory.swap.max=2000|memory.max=1000",
    "1000, 1000, memory.swap.max=0|memory.max=1000",
    "1000, -1, memory.swap.max=max|memory.max=1000",
    "0, 0, ''",
    ", -1, memory.swap.max=max"
  })
  void swapIsWithoutTheMemoryThatTheConfigCountsIn(Long limit, Long swap, String expected)
      throws Exception {
    Resources.Memory memory =
        memory(limit == null ? none() : some(limit), swap == null ? none() : some(swap));
    assertThat(String.join("|", writes(with(memory)))).isEqualTo(expected);
  }

  @Test
  void swapThatCannotBeMeantIsRefused() {
    for (OptionalLong limit : List.of(none(), some(4000), some(-1))) {
      var failure =
          Failures.expect(
              CgroupFailure.InvalidValue.class, () -> writes(with(memory(limit, some(3000)))));
      assertThat(failure.where()).isEqualTo("/linux/resources/memory/swap");
    }
    Failures.expect(CgroupFailure.InvalidValue.class, () -> writes(with(memory(some(-2), none()))));
  }

  @Test
  void whatOnlyV1HasIsRefusedOrNamed() throws Exception {
    Resources.Memory swappiness =
        new Resources.Memory(
            none(),
            none(),
            none(),
            none(),
            none(),
            some(60),
            Optional.of(false),
            Optional.of(true),
            Optional.empty());
    var failure = Failures.expect(CgroupFailure.NotInV2.class, () -> writes(with(swappiness)));
    assertThat(failure.where()).isEqualTo("/linux/resources/memory/swappiness");
    LimitPlan plan = Limits.plan(with(swappiness), LimitPolicy.BEST_EFFORT, HOST);
    assertThat(plan.without())
        .extracting(LimitStatus::property, LimitStatus::value, LimitStatus::enforced)
        .containsExactly(
            org.assertj.core.groups.Tuple.tuple("/linux/resources/memory/swappiness", "60", false));
    Resources.Memory oom =
        new Resources.Memory(
            none(),
            none(),
            none(),
            none(),
            none(),
            none(),
            Optional.of(true),
            Optional.empty(),
            Optional.empty());
    Failures.expect(CgroupFailure.NotInV2.class, () -> writes(with(oom)));
  }

  @ParameterizedTest
  @CsvSource({"100, 100", "-1, max", "0, 2", "1, 2", "2, 2", "4194304, 4194304"})
  void pidsBelowZeroAreUnlimited(long limit, String value) throws Exception {
    assertThat(writes(withPids(limit))).containsExactly("pids.max=" + value);
  }

  @Test
  void blockIoIsOneWritePerEntry() throws Exception {
    Resources.BlockIo io =
        new Resources.BlockIo(
            OptionalInt.of(500),
            OptionalInt.empty(),
            List.of(new Resources.WeightDevice(8, 0, OptionalInt.of(10), OptionalInt.empty())),
            List.of(new Resources.ThrottleDevice(8, 0, 1000)),
            List.of(new Resources.ThrottleDevice(8, 16, 0)),
            List.of(new Resources.ThrottleDevice(8, 0, 5)),
            List.of(new Resources.ThrottleDevice(8, 0, 6)));
    assertThat(writes(with(io)))
        .containsExactly(
            "io.weight=4950",
            "io.weight=8:0 1",
            "io.max=8:0 rbps=1000",
            "io.max=8:16 wbps=max",
            "io.max=8:0 riops=5",
            "io.max=8:0 wiops=6");
    LimitWrite weight = Limits.plan(with(io), BARE, HOST).writes().get(0);
    assertThat(weight.instead().orElseThrow().file()).isEqualTo("io.bfq.weight");
    assertThat(weight.instead().orElseThrow().value()).isEqualTo("500");
  }

  @Test
  void aBlockIoWeightBelowTenIsRefused() {
    Resources.BlockIo io =
        new Resources.BlockIo(
            OptionalInt.of(9),
            OptionalInt.empty(),
            List.of(),
            List.of(),
            List.of(),
            List.of(),
            List.of());
    Failures.expect(CgroupFailure.InvalidValue.class, () -> writes(with(io)));
  }

  @Test
  void hugePagesAreBoundInUseAndInReservation() throws Exception {
    Resources r = Resources.none();
    Resources pages =
        new Resources(
            List.of(),
            r.memory(),
            r.cpu(),
            r.blockIO(),
            List.of(new Resources.HugepageLimit("2MB", 4194304)),
            r.network(),
            none(),
            Map.of("mlx5_0", new Resources.Rdma(some(3), some(10000))),
            Map.of());
    assertThat(writes(pages))
        .containsExactly(
            "hugetlb.2MB.max=4194304",
            "hugetlb.2MB.rsvd.max=4194304",
            "rdma.max=mlx5_0 hca_handle=3 hca_object=10000");
  }

  @ParameterizedTest
  @ValueSource(strings = {"2", "MB", "2mb", "../2MB", "2MB.max", "2.0MB"})
  void aPageSizeThatIsNoneIsRefused(String size) {
    Resources r = Resources.none();
    Resources pages =
        new Resources(
            List.of(),
            r.memory(),
            r.cpu(),
            r.blockIO(),
            List.of(new Resources.HugepageLimit(size, 1)),
            r.network(),
            none(),
            Map.of(),
            Map.of());
    var failure = Failures.expect(CgroupFailure.InvalidValue.class, () -> writes(pages));
    assertThat(failure.where()).isEqualTo("/linux/resources/hugepageLimits/0/pageSize");
  }

  @Test
  void unifiedIsLastWithOneWritePerLine() throws Exception {
    assertThat(
            writes(withUnified(Map.of("memory.high", "1G", "io.max", "8:0 rbps=1\n8:16 wbps=2\n"))))
        .containsExactly("io.max=8:0 rbps=1", "io.max=8:16 wbps=2", "memory.high=1G");
  }

  @Test
  void unifiedReplacesWhatItNamesAndSaysSo() throws Exception {
    Resources r = with(memory(some(1000), none()));
    Resources both =
        new Resources(
            List.of(),
            r.memory(),
            r.cpu(),
            r.blockIO(),
            List.of(),
            r.network(),
            none(),
            Map.of(),
            Map.of("memory.max", "2000", "pids.max", "7"));
    LimitPlan plan = Limits.plan(both, LimitPolicy.STRICT, HOST);
    assertThat(plan.writes().stream().filter(w -> w.file().endsWith("s.max")).toList())
        .extracting(LimitWrite::value)
        .containsExactly("7");
    assertThat(plan.without())
        .extracting(LimitStatus::reason)
        .containsExactly("replaced by /linux/resources/unified/memory.max");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "cgroup.procs",
        "cgroup.kill",
        "cgroup.freeze",
        "memory",
        ".x",
        "x.",
        "../memory.max",
        "a/b.c",
        "memory.max\n",
        "cgroup.subtree_control"
      })
  void unifiedTakesNothingButControllerFiles(String file) {
    Failures.expect(CgroupFailure.InvalidValue.class, () -> writes(withUnified(Map.of(file, "1"))));
  }

  @ParameterizedTest
  @CsvSource({"memory.max, ''", "memory.max, ' '", "cgroup.max.depth, 1", "cgroup.max.depth, x"})
  void unifiedValuesAreChecked(String file, String value) {
    Failures.expect(
        CgroupFailure.InvalidValue.class, () -> writes(withUnified(Map.of(file, value))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"hugetlb.2MB.max", "memory.max", "cgroup.max.depth"})
  void aFileOfOneValueTakesNoSecondLine(String file) {
    for (String value : List.of("5\n6", "5\r6", "5\n\n6\n")) {
      var failure =
          Failures.expect(
              CgroupFailure.InvalidValue.class, () -> writes(withUnified(Map.of(file, value))));
      assertThat(failure.where()).isEqualTo("/linux/resources/unified/" + file);
    }
  }

  @Test
  void withoutAnyLimitTheDefaultsBoundPidsMemoryAndTheTree() throws Exception {
    assertThat(Limits.plan(Resources.none(), LimitPolicy.STRICT, HOST).writes())
        .allMatch(LimitWrite::isDefault)
        .extracting(write -> write.file() + "=" + write.value())
        .containsExactly(
            "pids.max=1024",
            "memory.max=" + (HOST - HOST / 10) / 4096 * 4096,
            "memory.oom.group=1",
            "cgroup.max.descendants=4097",
            "cgroup.max.depth=33");
  }

  @Test
  void aLimitOfTheConfigReplacesItsDefault() throws Exception {
    assertThat(Limits.plan(withPids(-1), LimitPolicy.STRICT, HOST).writes())
        .filteredOn(write -> write.file().equals("pids.max"))
        .extracting(LimitWrite::value, LimitWrite::isDefault)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("max", false));
  }

  @ParameterizedTest
  @ValueSource(strings = {"0-3", "0,2", "7"})
  void cpuListsAreWrittenAsTheyAre(String list) throws Exception {
    assertThat(writes(with(set(list)))).containsExactly("cpuset.cpus=" + list);
  }

  @ParameterizedTest
  @ValueSource(strings = {"a", "3-0", "0,,1", "0-", "99999999", "0 1"})
  void cpuListsThatAreNoneAreRefused(String list) {
    Failures.expect(CgroupFailure.InvalidValue.class, () -> writes(with(set(list))));
  }

  private static Resources.Cpu set(String cpus) {
    return new Resources.Cpu(
        none(),
        none(),
        none(),
        none(),
        none(),
        none(),
        Optional.of(cpus),
        Optional.empty(),
        none());
  }
}
