package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What would lead out of any sandbox is the operator's to allow. */
class HostReachTest extends RealSandboxes {
  private static final String SYS_ADMIN = "CAP_SYS_ADMIN";

  private Bundle withSysAdmin(String script) throws Exception {
    Bundle bundle = bundle().script(script);
    for (String set : List.of("bounding", "permitted", "effective")) {
      bundle.set("/process/capabilities/" + set, List.of(SYS_ADMIN));
    }
    return bundle;
  }

  @Test
  void aPayloadThatCouldSetTheHostsProgramsIsRefused() throws Exception {
    Outcome outcome = Husk.run("run", withSysAdmin("echo ran").toString());

    assertThat(outcome.status()).as("%s", outcome).isEqualTo(125);
    assertThat(outcome.output()).isEmpty();
    assertThat(outcome.errors())
        .contains("/process/capabilities/bounding/0", SYS_ADMIN, "release_agent", "--privileged");
  }

  @Test
  void theOperatorMayTrustIt() throws Exception {
    Bundle bundle = withSysAdmin("mount -t tmpfs none /tmp && echo mounted");

    Outcome outcome = Husk.run("run", "--privileged", bundle.toString());

    assertThat(outcome.output()).as("%s", outcome).isEqualTo("mounted\n");
  }

  /**
   * In a user namespace of its own a payload without any capability could mount the v1 hierarchies,
   * where root's files are its files.
   */
  @Test
  void hierarchiesOfCgroupV1CannotBeMountedFromInside() throws Exception {
    boolean v1 =
        Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
            .anyMatch(line -> !line.startsWith("0::"));
    Bundle bundle =
        bundle().script("unshare -U -m true && echo made; unshare -U -m mount -t cgroup c /tmp");

    Outcome outcome = Husk.run("run", bundle.toString());

    assertThat(outcome.status()).as("%s", outcome).isNotZero();
    assertThat(outcome.output()).as("%s", outcome).isEqualTo(v1 ? "" : "made\n");
  }
}
