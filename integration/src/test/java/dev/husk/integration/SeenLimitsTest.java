package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** What {@code husk tree} and {@code husk doctor} tell where limits are real. */
@Tag("lab")
class SeenLimitsTest extends RealSandboxes {

  @Test
  void limitsAndUseAreShownAsTheKernelHasThem() throws Exception {
    Bundle bundle =
        bundle()
            .script("dd if=/dev/zero of=/dev/shm/x bs=1024 count=512 2>/dev/null; sleep 600 & wait")
            .set("/linux/resources", Bundle.object("memory", Bundle.object("limit", 67108864)))
            .set("/linux/resources/pids", Bundle.object("limit", 50))
            .set("/linux/resources/cpu", Bundle.object("quota", 50000, "period", 100000));
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Eventually.is(Programs.BOUND, () -> shim.client().pids().size() == 3, () -> "3 processes");
      Outcome outcome = Husk.run("tree", "--json", shim.id());
      assertThat(outcome.status()).isZero();
      Map<String, Object> sandbox =
          JsonTree.maps(JsonTree.object(outcome.output()).get("sandboxes")).getFirst();
      Map<String, Object> cgroup = JsonTree.map(sandbox.get("cgroup"));
      assertThat(JsonTree.map(cgroup.get("limits")))
          .containsEntry("memory.max", "67108864")
          .containsEntry("pids.max", "50")
          .containsEntry("cpu.max", "50000 100000");
      Map<String, Object> usage = JsonTree.map(cgroup.get("usage"));
      assertThat(usage).containsEntry("pids", 3L);
      assertThat((long) usage.get("memoryBytes")).isBetween(512L << 10, 64L << 20);
      assertThat((long) usage.get("cpuMicros")).isPositive();
      assertThat(Husk.run("tree", shim.id()).output())
          .contains("pids 3 of 50")
          .contains(" of 64 MiB")
          .contains("cpu.max 50000 100000");
    }
  }

  @Test
  void theDoctorSeesSystemdAndEveryControllerThatThisMachineHas() throws Exception {
    Outcome outcome = Husk.run("doctor");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.output())
        .containsPattern("yes +mode +unified: cgroup v2 at /sys/fs/cgroup")
        .containsPattern("yes +memory ")
        .containsPattern("yes +pids ")
        .containsPattern("yes +clone3-pidfd-autokill ")
        .containsPattern("yes +manager +systemd manages this host")
        .containsPattern("yes +system-bus ");
  }
}
