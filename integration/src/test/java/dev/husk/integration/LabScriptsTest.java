package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The lab's scripts with something else in the place of a machine or of its build. */
class LabScriptsTest {
  private static final Path LAB = Path.of("lab").toAbsolutePath();

  @TempDir Path temp;

  /** The script is the machine: descriptor 5 is what it says to the supervisor. */
  private Outcome supervise(String guest, int limit) throws Exception {
    String script =
        """
        set -euo pipefail
        say() { echo "$*" >&2; }
        . "$0/supervise.sh"
        boot=30 LAB_SILENCE=30 LAB_LIMIT=$3
        for pipe in in out err console control; do mkfifo "$1/$pipe"; done
        supervise "$1" bash -c "$2"
        """;
    return Programs.run(
        Map.of(),
        List.of(
            "bash", "-c", script, LAB.toString(), temp.toString(), guest, Integer.toString(limit)));
  }

  @Test
  void anExitThatArrivesInPiecesIsAnExit() throws Exception {
    Outcome outcome =
        supervise(
            "printf exi >&5; sleep 2.5; printf 't ' >&5; sleep 1.5; echo 7 >&5; sleep 60", 50);
    assertThat(outcome).isEqualTo(new Outcome(7, "", ""));
  }

  @Test
  void theTimeIsOverHoweverMuchIsSaid() throws Exception {
    Outcome outcome = supervise("while :; do echo alive >&5; sleep 0.1; done", 2);
    assertThat(outcome.errors()).startsWith("the time of 2 seconds is over");
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(124);
  }

  @Test
  void aMachineThatEndsWithoutAWordHasFailed() throws Exception {
    Outcome outcome = supervise("printf exi >&5", 50);
    assertThat(outcome.errors()).startsWith("the machine ended before the command did");
    assertThat(outcome.status()).isEqualTo(125);
  }

  /** Skipped is what cannot be; what was tried and went wrong is a failure. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "E: Unable to locate package nonsense | 70 | building kernel failed",
        "/bin/sh: 1: nonsense: not found | 70 | building kernel failed",
        "Err:1 Temporary failure resolving 'deb.debian.org' | 77 | cannot be had",
      })
  void aBuildThatFailsIsNoReasonToSkip(String complaint, int status, String message)
      throws Exception {
    assumeTrue(Files.getAttribute(Path.of("/proc/self"), "unix:uid").equals(0), "not root");
    assumeTrue(Programs.find("mke2fs").isPresent(), "no mke2fs");
    Path broken = Files.createDirectory(temp.resolve("bin")).resolve("mmdebstrap");
    Files.writeString(broken, "#!/bin/sh\ncat <<'EOF'\n" + complaint + "\nEOF\nexit 25\n");
    assertThat(broken.toFile().setExecutable(true)).isTrue();
    Map<String, String> environment =
        Map.of(
            "XDG_CACHE_HOME",
            temp.toString(),
            "PATH",
            broken.getParent() + ":" + System.getenv("PATH"));
    Outcome outcome = Programs.run(environment, List.of(LAB.resolve("image").toString(), "kernel"));
    assertThat(outcome.errors()).contains(message);
    assertThat(outcome.status()).as("%s", outcome).isEqualTo(status);
  }
}
