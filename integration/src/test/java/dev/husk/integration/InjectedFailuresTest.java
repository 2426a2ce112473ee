package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/**
 * A sandbox's life with a failure injected after each of its steps: nothing hangs, nothing is left.
 * Where systemd runs, in scopes of it.
 */
@Tag("lab-too")
class InjectedFailuresTest extends RealSandboxes {
  /** What only this host is fast enough for. */
  private static final List<Injection> MANY =
      List.of(
          new Injection("openat", "error=EMFILE", 90),
          new Injection("mount", "error=EPERM", 40),
          new Injection("pipe2", "error=EMFILE", 10),
          new Injection("socketpair", "error=EMFILE", 10),
          new Injection("setns", "error=EPERM", 10),
          new Injection("unshare", "error=EPERM", 10),
          new Injection("prctl", "error=EPERM", 20),
          new Injection("pivot_root", "error=EPERM", 10),
          new Injection("mount", "signal=SIGKILL", 40),
          new Injection("setns,unshare,pivot_root", "signal=SIGKILL", 10));

  private static final List<Injection> FEW =
      List.of(
          new Injection("mkdir", "error=EIO", 30),
          new Injection("clone3", "error=EAGAIN", 12),
          new Injection("rename", "error=EIO", 10),
          new Injection("ftruncate", "error=EIO", 5),
          new Injection("pwrite64", "error=ENOSPC", 10),
          new Injection("connect", "error=ECONNREFUSED", 10),
          new Injection("mkdir", "signal=SIGKILL", 30),
          new Injection("clone3", "signal=SIGKILL", 12),
          new Injection("connect", "signal=SIGKILL", 10),
          new Injection("rename", "signal=SIGKILL", 10));

  @BeforeEach
  void haveStrace() {
    assumeTrue(Injection.isPossible(), "no strace");
  }

  @Test
  void afterAnyStepNothingHangsAndNothingIsLeft() throws Exception {
    boolean scopes = Systemd.runs();
    List<String> arguments =
        List.of(
            "--cgroup-manager=" + (scopes ? "systemd" : "cgroupfs"),
            bundle().script("exit " + Injection.PAYLOAD_STATUS).toString());
    Leftovers before = Leftovers.now();
    Path log = temp.resolve("strace.log");
    int rounds = 0;
    for (Injection injection : FEW) {
      rounds +=
          injection.run(
              Injection.Runner.SELF, log, arguments, round -> nothingSince(before, round));
    }
    if (!scopes) {
      for (Injection injection : MANY) {
        rounds +=
            injection.run(
                Injection.Runner.SELF, log, arguments, round -> nothingSince(before, round));
      }
    }
    Files.delete(log);
    Measured.say(
        "failures injected into %d runs: nothing hung, nothing was left".formatted(rounds));
    assertThat(rounds).isGreaterThan(20);
  }

  private static void nothingSince(Leftovers before, String round) throws Exception {
    try {
      before.assertNothingSince();
      if (Systemd.runs()) {
        Systemd.awaitNone("husk-");
      }
    } catch (AssertionError e) {
      throw new AssertionError("after " + round + ": " + e.getMessage(), e);
    }
  }
}
