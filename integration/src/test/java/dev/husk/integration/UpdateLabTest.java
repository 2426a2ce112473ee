package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.ExitStatus;
import dev.husk.v1.LinuxCpu;
import dev.husk.v1.LinuxMemory;
import dev.husk.v1.LinuxPids;
import dev.husk.v1.LinuxResources;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.ResumeRequest;
import dev.husk.v1.Sandbox;
import dev.husk.v1.Stats;
import dev.husk.v1.StatsRequest;
import dev.husk.v1.UpdateRequest;
import java.nio.file.Files;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Limits that are changed at run time, by their effect. */
@Tag("lab")
class UpdateLabTest extends RealSandboxes {
  @BeforeEach
  void haveControllers() throws Exception {
    for (String controller : new String[] {"cpu", "memory", "pids"}) {
      assumeTrue(CgroupV2.has(controller), "no controller " + controller + " on cgroup v2");
    }
  }

  private static Sandbox update(Shim shim, LinuxResources.Builder resources) {
    return shim.client()
        .calls()
        .update(UpdateRequest.newBuilder().setResources(resources).build())
        .getSandbox();
  }

  private static LinuxResources.Builder resources() {
    return LinuxResources.newBuilder();
  }

  private static LinuxResources.Builder pids(long limit) {
    return resources().setPids(LinuxPids.newBuilder().setLimit(limit));
  }

  private static LinuxResources.Builder memory(long limit) {
    return resources().setMemory(LinuxMemory.newBuilder().setLimit(limit).setSwap(limit));
  }

  private static Stats stats(Shim shim) {
    return shim.client().calls().stats(StatsRequest.getDefaultInstance()).getStats();
  }

  private Shim running(String script) throws Exception {
    Shim shim = Shim.serve(bundle().script(script));
    shim.client().create();
    shim.client().start();
    return shim;
  }

  private static String read(Shim shim, String file) throws Exception {
    return Files.readString(shim.cgroup().resolve(file)).strip();
  }

  @Test
  void whatMeansNotSetIsRefusedAndChangesNothing() throws Exception {
    try (Shim shim = running("exec sleep 1000")) {
      update(shim, memory(64 << 20));
      String max = Files.readString(shim.cgroup().resolve("memory.max"));
      assertThatThrownBy(
              () -> update(shim, resources().setMemory(LinuxMemory.newBuilder().setLimit(0))))
          .hasMessageContaining("/linux/resources/memory/limit")
          .hasMessageContaining("leave it out");
      assertThatThrownBy(() -> update(shim, resources().setCpu(LinuxCpu.newBuilder().setCpus(""))))
          .hasMessageContaining("/linux/resources/cpu/cpus");
      assertThat(Files.readString(shim.cgroup().resolve("memory.max"))).isEqualTo(max);
      assertThat(shim.client().state().getLimitsList())
          .anyMatch(
              limit -> limit.getFile().equals("memory.max") && limit.getValue().equals("67108864"));
      shim.client().delete(true);
    }
  }

  @Test
  void aForkingPayloadStopsAtItsNewLimitOfProcesses() throws Exception {
    try (Shim shim = running("while :; do sleep 600 & done 2>/dev/null")) {
      Eventually.is(
          Programs.BOUND, () -> stats(shim).getPids().getCurrent() > 30, () -> "many processes");
      assertThat(stats(shim).getPids().getEventsMax()).isZero();
      update(shim, pids(20));
      Eventually.is(
          Programs.BOUND,
          () -> stats(shim).getPids().getEventsMax() > 0,
          () -> "a fork that is refused, not " + stats(shim).getPids());
      assertThat(stats(shim).getPids().getLimit()).isEqualTo(20);
      assertThat(read(shim, "payload/pids.max")).isEqualTo("20");
      // A shell that cannot fork ends, and all of its namespace with it.
      assertThat(shim.client().await().getCode()).isNotZero();
    }
  }

  @Test
  void anAllocationBeyondTheNewLimitOfMemoryIsKilledAndSaidToBe() throws Exception {
    try (Shim shim =
        running(
            "while [ $(cat /sys/fs/cgroup/memory.max) != 33554432 ]; do sleep 0.1; done; tail /dev/zero")) {
      Sandbox updated = update(shim, memory(32 << 20));
      assertThat(updated.getLimitsList())
          .filteredOn(limit -> limit.getFile().equals("memory.max"))
          .allMatch(limit -> limit.getEnforced() && limit.getValue().equals("33554432"));
      ExitStatus exit = shim.client().await();
      assertThat(exit.getSignal()).as("%s", exit).isEqualTo(9);
      assertThat(exit.getOomKilled()).as("%s", exit).isTrue();
      assertThat(stats(shim).getMemoryEvents().getOomKill()).isPositive();
      assertThat(stats(shim).getMemory().getMaxUsage()).isLessThanOrEqualTo(32L << 20);
    }
  }

  @Test
  void aBusyLoopIsHeldBackByItsNewQuota() throws Exception {
    try (Shim shim = running("while :; do :; done")) {
      assertThat(stats(shim).getCpu().getNrThrottled()).isZero();
      update(shim, resources().setCpu(LinuxCpu.newBuilder().setQuota(20_000).setPeriod(100_000)));
      Eventually.is(
          Programs.BOUND,
          () -> stats(shim).getCpu().getNrThrottled() > 3,
          () -> "a loop that is held back, not " + stats(shim).getCpu());
      assertThat(read(shim, "cpu.max")).isEqualTo("20000 100000");
      update(shim, resources().setCpu(LinuxCpu.newBuilder().setQuota(-1)));
      assertThat(read(shim, "cpu.max")).startsWith("max ");
    }
  }

  @Test
  void aPausedSandboxRunsOnWithItsNewLimits() throws Exception {
    try (Shim shim = running("sleep 600 & wait")) {
      shim.client().calls().pause(PauseRequest.getDefaultInstance());
      update(shim, pids(77));
      update(shim, memory(128 << 20));
      shim.client().calls().resume(ResumeRequest.getDefaultInstance());
      assertThat(read(shim, "pids.max")).isEqualTo("77");
      assertThat(read(shim, "payload/memory.max")).isEqualTo(Integer.toString(128 << 20));
    }
  }

  @Test
  void whatIsRefusedChangesNothing() throws Exception {
    try (Shim shim = running("sleep 600 & wait")) {
      update(shim, pids(77));
      Sandbox before = shim.client().state();
      LinuxResources.Builder half = pids(55).setCpu(LinuxCpu.newBuilder().setCpus("0"));
      // The lab's kernel has no cpuset.
      assertThatThrownBy(() -> update(shim, half)).hasMessageContaining("cpuset");
      assertThat(shim.client().state()).isEqualTo(before);
      assertThat(read(shim, "pids.max")).isEqualTo("77");
      LinuxResources.Builder tooSmall =
          resources()
              .setMemory(
                  LinuxMemory.newBuilder().setLimit(4096).setSwap(4096).setCheckBeforeUpdate(true));
      assertThatThrownBy(() -> update(shim, tooSmall)).hasMessageContaining("memory");
      assertThat(shim.client().state()).isEqualTo(before);
    }
  }
}
