package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Sandboxes of an unprivileged user on Debian's own kernel, as a user finds it. */
@Tag("lab-qemu")
class RootlessQemuTest extends RealSandboxes {
  @BeforeAll
  static void haveUserManager() throws Exception {
    UserManager.start();
  }

  @BeforeEach
  void letTheUserIn() throws Exception {
    Programs.output("chmod", "755", temp.toString());
  }

  @AfterEach
  void nothingOfTheUserIsLeft() throws Exception {
    UserManager.awaitNoUnit();
    assertThat(UserManager.states()).isEmpty();
  }

  private Outcome run(String script) throws Exception {
    return Husk.run(Map.of(), UserManager.prefix(), "run", bundle().script(script).toString());
  }

  @Test
  void theAutomountOfBinfmtMiscIsNoObstacle() throws Exception {
    assertThat(Files.readAllLines(Path.of("/proc/self/mountinfo")))
        .anyMatch(line -> line.contains(" /proc/sys/fs/binfmt_misc "));
    String script = "echo x >/proc/sys/fs/binfmt_misc/register || exit 7";
    try {
      Outcome automount = run(script);
      assertThat(automount.status()).as("%s", automount).isEqualTo(7);
      // Whoever looks there has it mounted.
      Programs.output("ls", "/proc/sys/fs/binfmt_misc/");
      Outcome mounted = run(script);
      assertThat(mounted.status()).as("%s", mounted).isEqualTo(7);
    } finally {
      Programs.output("systemctl", "stop", "proc-sys-fs-binfmt_misc.mount");
    }
  }

  @Test
  void theSwitchOfDebianIsNamed() throws Exception {
    Programs.output("sysctl", "-w", "kernel.unprivileged_userns_clone=0");
    try {
      assertThat(run("exit 0").errors())
          .contains("user namespace", "sysctl kernel/unprivileged_userns_clone=1");
      Outcome doctor = Husk.run(Map.of(), UserManager.prefix(), "doctor");
      assertThat(doctor.status()).isEqualTo(1);
      assertThat(List.of(doctor.output().split("\n")))
          .anyMatch(line -> line.contains("unprivileged_userns_clone is 0"));
    } finally {
      Programs.output("sysctl", "-w", "kernel.unprivileged_userns_clone=1");
    }
  }
}
