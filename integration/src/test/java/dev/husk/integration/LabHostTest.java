package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The lab's machine is the host that its tests take it for, and husk works there. */
@Tag("lab")
class LabHostTest extends RealSandboxes {
  private static final Path SAMPLES = Path.of("../oci-config-samples").toAbsolutePath().normalize();

  @Test
  void isRunBySystemd() throws Exception {
    assertThat(Files.readString(Path.of("/proc/1/comm")).strip()).isEqualTo("systemd");
    assertThat(Programs.output("systemctl", "is-active", "multi-user.target", "dbus.service"))
        .isEqualTo("active\nactive\n");
  }

  @Test
  void hasNoCgroupsButVersionTwo() throws Exception {
    assertThat(CgroupV2.mount()).isEqualTo(Path.of("/sys/fs/cgroup"));
    assertThat(Files.readAllLines(Path.of("/proc/self/cgroup"))).hasSize(1);
  }

  @Test
  void hasTheControllersThatItsKernelHasAndHandsThemDown() throws Exception {
    Path root = CgroupV2.mount();
    String here = Files.readString(Path.of("/proc/self/cgroup")).strip().substring("0::/".length());

    assertThat(controllers(root.resolve("cgroup.controllers")))
        .containsExactlyInAnyOrder("cpu", "io", "memory", "pids");
    for (Path cgroup = root.resolve(here); !cgroup.equals(root); cgroup = cgroup.getParent()) {
      assertThat(controllers(cgroup.resolve("cgroup.controllers")))
          .as("controllers of %s", cgroup)
          .containsExactlyInAnyOrder("cpu", "io", "memory", "pids");
    }
  }

  @Test
  void runsTheSampleHello() throws Exception {
    Outcome outcome = Husk.run("run", SAMPLES.resolve("hello").toString());

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.output()).startsWith("Hello from hello: pid 1, uid 0");
    assertThat(outcome.status()).isZero();
  }

  /** Read back inside by the sample, and outside at P, by which the kernel enforces them. */
  @Test
  void enforcesTheLimitsOfTheSampleLimits() throws Exception {
    Outcome outcome = Husk.run("run", SAMPLES.resolve("limits").toString());

    assertThat(outcome.errors()).isEmpty();
    assertThat(outcome.output().lines())
        .containsExactly(
            "pids.max: 64", "memory.max: 67108864", "memory.swap.max: 0", "cpu.max: 50000 100000");
    assertThat(outcome.status()).isZero();
  }

  private static List<String> controllers(Path file) throws Exception {
    return List.of(Files.readString(file).strip().split(" "));
  }
}
