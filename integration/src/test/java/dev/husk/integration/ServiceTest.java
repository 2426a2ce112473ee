package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.husk.v1.Process;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The shim as a service of systemd, from the template that husk ships. */
@Tag("lab")
class ServiceTest extends RealSandboxes {
  private static final Path TEMPLATE =
      Path.of("../shim/src/main/dist/husk@.service").toAbsolutePath().normalize();
  private static final Path UNITS = Path.of("/run/systemd/system");
  private static final Path BUNDLES = Path.of("/var/lib/husk");

  private final String id = freshId();
  private final String unit = "husk@" + id + ".service";

  @BeforeEach
  void install() throws Exception {
    assumeTrue(Systemd.runs(), "no systemd here");
    Files.copy(TEMPLATE, UNITS.resolve("husk@.service"));
    Files.createDirectories(BUNDLES);
    Files.createSymbolicLink(BUNDLES.resolve(id), bundle().script("sleep 600 & sleep 600").path());
    Programs.output("systemctl", "daemon-reload");
  }

  @AfterEach
  void uninstall() throws Exception {
    if (Systemd.runs()) {
      Programs.run(Map.of(), List.of("systemctl", "stop", unit));
      Programs.run(Map.of(), List.of("systemctl", "reset-failed", unit));
      Files.deleteIfExists(UNITS.resolve("husk@.service"));
      Programs.output("rm", "-rf", UNITS.resolve(unit + ".d").toString());
      Files.deleteIfExists(BUNDLES.resolve(id));
      Files.deleteIfExists(BUNDLES);
      Programs.output("systemctl", "daemon-reload");
      Programs.run(Map.of(), List.of("systemctl", "stop", "system-husk.slice"));
    }
  }

  private long shimPid() throws Exception {
    return Long.parseLong(Systemd.show(unit, "MainPID").get("MainPID"));
  }

  @Test
  void theSandboxLiesInTheServiceAndEndsWithIt() throws Exception {
    Programs.output("systemctl", "start", unit);
    String cgroup = "/system.slice/system-husk.slice/" + unit;
    assertThat(ProcFs.cgroup(shimPid())).hasValue(cgroup + "/supervisor");
    List<Long> inside;
    try (Client client = Client.ofId(id)) {
      client.create();
      client.start();
      Eventually.is(Programs.BOUND, () -> client.pids().size() > 2, () -> "the payload's children");
      assertThat(client.state().getCgroup()).isEqualTo(cgroup + "/" + id);
      inside = client.pids().stream().map(Process::getPid).map(Long::valueOf).toList();
      for (long pid : inside) {
        assertThat(ProcFs.cgroup(pid)).hasValue(cgroup + "/" + id + "/payload/init");
      }
    }
    Programs.output("systemctl", "stop", unit);
    assertThat(Systemd.show(unit, "ActiveState", "Result"))
        .containsEntry("ActiveState", "inactive")
        .containsEntry("Result", "success");
    assertThat(inside).noneMatch(pid -> Files.exists(Path.of("/proc/" + pid)));
    assertThat(Path.of("/run/husk/" + id)).doesNotExist();
  }

  @Test
  void aShimThatHangsIsFoundByTheWatchdogAndItsSandboxEnds() throws Exception {
    Path settings = Files.createDirectories(UNITS.resolve(unit + ".d")).resolve("short.conf");
    Files.writeString(settings, "[Service]\nWatchdogSec=3\nTimeoutAbortSec=2\nTimeoutStopSec=5\n");
    Programs.output("systemctl", "daemon-reload");
    Programs.output("systemctl", "start", unit);
    List<Long> inside;
    try (Client client = Client.ofId(id)) {
      client.create();
      client.start();
      inside = client.pids().stream().map(Process::getPid).map(Long::valueOf).toList();
    }
    // Far longer than the watchdog's patience: the shim is heard of.
    Thread.sleep(8000);
    assertThat(Systemd.show(unit, "ActiveState")).containsEntry("ActiveState", "active");

    Programs.signal(shimPid(), "STOP");
    Eventually.is(
        Programs.BOUND,
        () -> Systemd.show(unit, "ActiveState").containsValue("failed"),
        () -> "the watchdog's verdict, not " + Systemd.show(unit, "ActiveState", "Result"));
    assertThat(Systemd.show(unit, "Result")).containsEntry("Result", "watchdog");
    assertThat(inside).noneMatch(pid -> Files.exists(Path.of("/proc/" + pid)));
    Programs.output("rm", "-rf", "/run/husk/" + id);
  }
}
