package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Makes one system call after the other fail, or the process that makes it die there: strace counts
 * the calls of each thread and process of husk, its launcher and bwrap included.
 *
 * @param calls as strace names them, with commas between
 * @param what to happen: {@code error=EIO}, or {@code signal=SIGKILL}
 * @param most the last call to be tried, when it is not the run that ends first
 */
record Injection(String calls, String what, int most) {
  /** Of what is run in the rounds. */
  static final int PAYLOAD_STATUS = 7;

  private static final Optional<Path> STRACE = Programs.find("strace");

  /**
   * Who runs husk.
   *
   * @param wrapper of a plain run
   * @param underStrace what does the same as arguments of strace
   */
  record Runner(List<String> wrapper, List<String> underStrace) {
    static final Runner SELF = new Runner(List.of(), List.of());
  }

  /** After a round, with its number for a message. */
  interface Check {
    void run(String round) throws Exception;
  }

  static boolean isPossible() {
    return STRACE.isPresent();
  }

  private boolean kills() {
    return what.startsWith("signal=");
  }

  /** It is strace that changes the user, so that setuid programs work. */
  private List<String> wrapper(Runner runner, Path log, int number) {
    List<String> command =
        new ArrayList<>(
            List.of(
                STRACE.orElseThrow().toString(),
                "-f",
                "-o",
                log.toString(),
                "-e",
                "trace=" + calls,
                "-e",
                "inject=" + calls + ":" + what + ":when=" + number));
    // Much faster, but it sets no_new_privs.
    if (runner.underStrace().isEmpty()) {
      command.add("--seccomp-bpf");
    }
    command.addAll(runner.underStrace());
    return command;
  }

  /**
   * Runs a sandbox that ends with {@link #PAYLOAD_STATUS} again and again, until no call is left to
   * fail. Each run ends by itself, and either well, or with a message of husk's own, or before husk
   * itself has begun. A run that was killed is followed by one of the same id, which succeeds.
   *
   * @param log for strace
   * @return the number of runs in which something was injected
   */
  int run(Runner runner, Path log, List<String> arguments, Check nothingLeft) throws Exception {
    int rounds = 0;
    for (int number = 1; number <= most; number++) {
      String round = calls + " " + what + " " + number;
      String id = RealSandboxes.freshId();
      List<String> all = new ArrayList<>(List.of("run", "--id", id));
      all.addAll(arguments);
      String[] command = all.toArray(new String[0]);
      Outcome outcome = Husk.run(Map.of(), wrapper(runner, log, number), command);
      boolean well = outcome.status() == PAYLOAD_STATUS;
      boolean hit = kills() ? !well : Files.readString(log).contains("(INJECTED)");
      if (!hit) {
        assertThat(well).as("%s: %s", round, outcome).isTrue();
        break;
      }
      rounds++;
      assertThat(outcome.status()).as("%s: %s", round, outcome).isNotZero();
      if (outcome.status() == 125) {
        assertThat(outcome.errors()).as(round).contains("husk: ");
      }
      if (kills()) {
        Outcome successor = Husk.run(Map.of(), runner.wrapper(), command);
        assertThat(successor.status())
            .as("the next after %s: %s", round, successor)
            .isEqualTo(PAYLOAD_STATUS);
      }
      nothingLeft.run(round);
    }
    return rounds;
  }
}
