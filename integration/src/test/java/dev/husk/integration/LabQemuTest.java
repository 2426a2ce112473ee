package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.PressureStats;
import dev.husk.v1.Stats;
import dev.husk.v1.StatsRequest;
import dev.husk.v1.UpdateRequest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What needs Debian's own kernel or a second processor. */
@Tag("lab-qemu")
class LabQemuTest extends RealSandboxes {
  private static String read(Path cgroup, String file) throws Exception {
    return Files.readString(cgroup.resolve(file)).strip();
  }

  private static Stats stats(Shim shim) {
    return shim.client().calls().stats(StatsRequest.getDefaultInstance()).getStats();
  }

  private static List<String> allowedProcessors(Shim shim) throws Exception {
    return shim.client().pids().stream()
        .map(process -> Path.of("/proc", Integer.toString(process.getPid()), "status"))
        .flatMap(LabQemuTest::lines)
        .filter(line -> line.startsWith("Cpus_allowed_list:"))
        .map(line -> line.substring(line.indexOf('\t') + 1))
        .toList();
  }

  private static Stream<String> lines(Path file) {
    try {
      return Files.readAllLines(file).stream();
    } catch (IOException e) {
      return Stream.of();
    }
  }

  @Test
  void thisMachineHasWhatTheOtherLacks() throws Exception {
    assertThat(Runtime.getRuntime().availableProcessors()).isEqualTo(2);
    assertThat(List.of(read(CgroupV2.mount(), "cgroup.controllers").split(" ")))
        .contains("cpuset", "cpu", "io", "memory", "hugetlb", "pids", "rdma", "misc");
    assertThat(Path.of("/proc/pressure/cpu")).exists();
  }

  /**
   * Without it the tests of exit statuses here would show the same as those of the other machine.
   */
  @Test
  void thisKernelReapsNoChildByItself() throws Exception {
    Map<String, Object> report = JsonTree.object(Husk.run("doctor", "--json").output());

    assertThat(JsonTree.maps(report.get("findings")))
        .filteredOn(finding -> "clone3-autoreap".equals(finding.get("name")))
        .singleElement()
        .satisfies(finding -> assertThat(finding.get("verdict")).isEqualTo("no"));
  }

  @Test
  void aPayloadRunsOnTheProcessorsOfItsSetOnlyAndUpdateMovesIt() throws Exception {
    Bundle bundle =
        bundle()
            .script("(while :; do :; done) & while :; do :; done")
            .set("/linux/resources/cpu/cpus", "1");
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Eventually.is(
          Programs.BOUND,
          () -> shim.client().pids().size() == 3,
          () -> "two busy processes and the monitor");
      assertThat(allowedProcessors(shim)).containsOnly("1").hasSize(3);
      assertThat(read(shim.cgroup(), "cpuset.cpus.effective")).isEqualTo("1");
      assertThat(read(shim.cgroup(), "payload/cpuset.cpus.effective")).isEqualTo("1");

      shim.client()
          .calls()
          .update(
              UpdateRequest.newBuilder()
                  .setResources(
                      LinuxResources.newBuilder().setCpu(LinuxCpu.newBuilder().setCpus("0")))
                  .build());

      assertThat(allowedProcessors(shim)).containsOnly("0").hasSize(3);
      assertThat(read(shim.cgroup(), "cpuset.cpus.effective")).isEqualTo("0");
      shim.client().delete(true);
    }
  }

  @Test
  void aProcessorThatIsNotThereIsRefused() throws Exception {
    Outcome outcome = Husk.run("run", bundle().set("/linux/resources/cpu/cpus", "7").toString());

    assertThat(outcome.status()).isNotZero();
    assertThat(outcome.errors()).contains("cpus").contains("7");
  }

  @Test
  void hugePagesBeyondTheLimitAreRefused() throws Exception {
    // Reserved when the machine was started: later there may be no 2 MiB in one piece.
    // Not by readString: it reads byte by byte at first, and a sysctl answers the first read only.
    assertThat(Files.readAllLines(Path.of("/proc/sys/vm/nr_hugepages"))).containsExactly("16");
    Bundle bundle =
        bundle()
            .script(
                "cat /sys/fs/cgroup/hugetlb.2MB.max;"
                    + " fallocate -l 4M /pages/it-a && echo within;"
                    + " fallocate -l 2M /pages/it-b 2>/dev/null || echo refused;"
                    + " rm /pages/it-*")
            .mount("/pages", "bind", "/dev/hugepages", "bind", "rw")
            .set(
                "/linux/resources/hugepageLimits",
                List.of(Bundle.object("pageSize", "2MB", "limit", 4 << 20)));

    assertThat(Husk.run("run", bundle.toString()))
        .isEqualTo(new Outcome(0, "4194304\nwithin\nrefused\n", ""));
  }

  @Test
  void waitingForAProcessorIsToldAsPressure() throws Exception {
    Bundle bundle =
        bundle()
            .script("while :; do :; done")
            .set("/linux/resources/cpu/quota", 10_000)
            .set("/linux/resources/cpu/period", 100_000);
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Eventually.is(
          Programs.BOUND,
          () -> stats(shim).getCpu().getPsi().getSome().getTotal() > 100_000,
          () -> "pressure: " + stats(shim).getCpu().getPsi());
      Stats stats = stats(shim);
      assertThat(stats.getMemory().hasPsi()).isTrue();
      assertThat(stats.getIo().hasPsi()).isTrue();
      PressureStats pressure = stats.getCpu().getPsi();
      assertThat(pressure.getSome().getAvg10()).isBetween(0.0, 100.0);
      shim.client().delete(true);
    }
  }
}
