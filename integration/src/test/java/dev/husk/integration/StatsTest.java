package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.HugetlbStats;
import dev.husk.v1.LinuxHugepageLimit;
import dev.husk.v1.LinuxPids;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.Sandbox;
import dev.husk.v1.Stats;
import dev.husk.v1.StatsRequest;
import dev.husk.v1.UpdateRequest;
import java.nio.file.Files;
import org.junit.jupiter.api.Test;

/** Statistics and changed limits, as far as this host has them. */
class StatsTest extends RealSandboxes {
  private static Stats stats(Shim shim) {
    return shim.client().calls().stats(StatsRequest.getDefaultInstance()).getStats();
  }

  private static Sandbox update(Shim shim, LinuxResources.Builder resources) {
    return shim.client()
        .calls()
        .update(UpdateRequest.newBuilder().setResources(resources).build())
        .getSandbox();
  }

  @Test
  void statsAreThereFromCreateToDeleteAndSayWhatTheKernelSays() throws Exception {
    Bundle bundle = bundle().script("trap 'exit 0' TERM; while :; do :; done");
    try (Shim shim = Shim.serve(bundle)) {
      assertThatThrownBy(() -> stats(shim)).hasMessageContaining("NOT_FOUND");
      shim.client().create();
      long before = stats(shim).getCpu().getUsageUsec();
      shim.client().start();
      Eventually.is(
          Programs.BOUND,
          () -> stats(shim).getCpu().getUsageUsec() > before + 200_000,
          () -> "a busy loop to use processor time");
      Stats running = stats(shim);
      assertThat(running.getAt().getSeconds()).isPositive();
      assertThat(running.getCpu().getUserUsec()).isPositive();
      assertThat(running.getCgroup().getPopulated()).isTrue();
      assertThat(running.getCgroup().getNrDescendants()).isGreaterThanOrEqualTo(2);
      assertThat(running.getFreezer().getFrozen()).isFalse();
      assertThat(running.hasMemoryEvents()).isEqualTo(CgroupV2.has("memory"));
      assertThat(running.getMemory().hasUsage()).isEqualTo(CgroupV2.has("memory"));
      assertThat(running.hasPids()).isEqualTo(CgroupV2.has("pids"));
      assertThat(running.getHugetlbList().isEmpty()).isEqualTo(!CgroupV2.has("hugetlb"));
      assertThat(running.getCpu().hasPsi())
          .isEqualTo(Files.exists(shim.cgroup().resolve("cpu.pressure")));

      shim.client().calls().pause(PauseRequest.getDefaultInstance());
      long frozen = stats(shim).getCpu().getUsageUsec();
      assertThat(stats(shim).getFreezer().getFrozen()).isTrue();
      assertThat(stats(shim).getFreezer().getWanted()).isTrue();
      assertThat(stats(shim).getCpu().getUsageUsec()).isEqualTo(frozen);

      shim.client().kill("KILL");
      shim.client().await();
      assertThat(stats(shim).getCgroup().getPopulated()).isFalse();
      assertThat(stats(shim).getCpu().getUsageUsec()).isGreaterThanOrEqualTo(frozen);
    }
  }

  @Test
  void aLimitIsChangedWhileItRunsAndIsPaused() throws Exception {
    assumeTrue(CgroupV2.has("hugetlb"), "this host has no hugetlb controller on cgroup v2");
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      assertThat(inForce(update(shim, pages(8L << 20)), "hugetlb.2MB.max")).isEqualTo("8388608");
      shim.client().start();
      assertThat(inForce(update(shim, pages(6L << 20)), "hugetlb.2MB.max")).isEqualTo("6291456");
      shim.client().calls().pause(PauseRequest.getDefaultInstance());
      assertThat(inForce(update(shim, pages(4L << 20)), "hugetlb.2MB.max")).isEqualTo("4194304");
      for (String place : new String[] {"", "payload/"}) {
        assertThat(Files.readString(shim.cgroup().resolve(place + "hugetlb.2MB.max")).strip())
            .isEqualTo("4194304");
      }
      HugetlbStats of2Mb =
          stats(shim).getHugetlbList().stream()
              .filter(size -> size.getPagesize().equals("2MB"))
              .findFirst()
              .orElseThrow();
      assertThat(of2Mb.getMax()).isEqualTo(4L << 20);
      assertThat(of2Mb.getCurrent()).isZero();
      assertThat(shim.client().events()).filteredOn(event -> event.hasUpdated()).hasSize(3);
    }
  }

  private static LinuxResources.Builder pages(long bytes) {
    return LinuxResources.newBuilder()
        .addHugepageLimits(LinuxHugepageLimit.newBuilder().setPageSize("2MB").setLimit(bytes));
  }

  private static String inForce(Sandbox sandbox, String file) {
    return sandbox.getLimitsList().stream()
        .filter(limit -> limit.getFile().equals(file) && limit.getEnforced())
        .findFirst()
        .orElseThrow(() -> new AssertionError(file + " in " + sandbox.getLimitsList()))
        .getValue();
  }

  @Test
  void aLimitThatCannotBeEnforcedIsRefusedAndChangesNothing() throws Exception {
    assumeTrue(!CgroupV2.has("pids"), "this host has the pids controller on cgroup v2");
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      Sandbox before = shim.client().state();
      assertThatThrownBy(
              () ->
                  update(
                      shim,
                      LinuxResources.newBuilder().setPids(LinuxPids.newBuilder().setLimit(5))))
          .hasMessageContaining("FAILED_PRECONDITION")
          .hasMessageContaining("no controller pids");
      assertThat(shim.client().state()).isEqualTo(before);
      assertThat(shim.client().events()).noneMatch(event -> event.hasUpdated());
    }
  }
}
