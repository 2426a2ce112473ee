package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.ListRequest;
import dev.husk.v1.Phase;
import dev.husk.v1.Sandbox;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code husk run}: a sandbox's whole life in the foreground. */
class RunTest extends RealSandboxes {
  @ParameterizedTest
  @ValueSource(ints = {0, 3, 125, 137, 255})
  void thePayloadsStatusIsItsOwn(int status) throws Exception {
    Outcome outcome = run(bundle().script("exit " + status));

    assertThat(outcome.status()).isEqualTo(status);
    assertThat(outcome.output() + outcome.errors()).isEmpty();
  }

  @Test
  void aDeathBySignalIsItsNumberAnd128() throws Exception {
    // Pid 1 of a namespace is immune to its own signals: only its child dies that way.
    assertThat(run(bundle().script("sh -c 'kill -SEGV $$'; exit $?")).status()).isEqualTo(139);
    Bundle sleeper = bundle().script("echo up; exec sleep 600");
    String id = freshId();
    try (Husk husk = Husk.start("run", "--id", id, sleeper.toString())) {
      husk.awaitOutput("up");
      try (Client client = Client.ofId(id)) {
        client.awaitServing();
        client.killTree("KILL");
      }
      assertThat(husk.outcome().status()).isEqualTo(137);
    }
  }

  @Test
  void standardStreamsAreThePayloads() throws Exception {
    Bundle bundle = bundle().script("while read line; do echo \"got $line\"; done; echo end >&2");
    try (Husk husk = Husk.start("run", bundle.toString())) {
      try (OutputStream input = husk.process().getOutputStream()) {
        input.write("one\ntwo\n".getBytes(StandardCharsets.UTF_8));
      }
      assertThat(husk.outcome()).isEqualTo(new Outcome(0, "got one\ngot two\n", "end\n"));
    }
  }

  @Test
  void aClosedStandardStreamIsNotTakenByAFileOfHusk() throws Exception {
    Bundle bundle = bundle().script("readlink /proc/self/fd/0; readlink /proc/$$/fd/2 >&1");

    Outcome outcome =
        Husk.run(
            Map.of(), List.of("sh", "-c", "exec \"$@\" <&- 2>&-", "sh"), "run", bundle.toString());

    assertThat(outcome).isEqualTo(new Outcome(0, "/dev/null\n/dev/null\n", ""));
  }

  @Test
  void fortyDescriptorsAreEnough() throws Exception {
    Bundle bundle = bundle().script("ulimit -n");

    Outcome outcome =
        Husk.run(
            Map.of(),
            List.of("sh", "-c", "ulimit -n 40; exec \"$@\"", "sh"),
            "run",
            bundle.toString());

    assertThat(outcome).isEqualTo(new Outcome(0, "40\n", ""));
  }

  @Test
  void muchOutputArrivesWhole() throws Exception {
    Outcome outcome = run(bundle().script("yes 0123456789abcde | head -c 20000000"));

    assertThat(outcome.status()).isZero();
    assertThat(outcome.output()).hasSize(20_000_000).endsWith("0123456789abcde\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"TERM", "INT", "HUP", "QUIT"})
  void aSignalGoesToThePayload(String signal) throws Exception {
    Bundle bundle =
        bundle().script("trap 'echo caught; exit 7' " + signal + "; echo up; sleep 600 & wait");
    try (Husk husk = Husk.start("run", bundle.toString())) {
      husk.awaitOutput("up");
      husk.signal(signal);
      assertThat(husk.outcome()).isEqualTo(new Outcome(7, "up\ncaught\n", ""));
    }
  }

  @Test
  void aSecondInterruptKillsAPayloadWithoutHandlers() throws Exception {
    Bundle bundle = bundle().script("echo up; sleep 600 & sleep 600 & exec sleep 600");
    try (Husk husk = Husk.start("run", bundle.toString())) {
      husk.awaitOutput("up");
      husk.signal("INT");
      husk.signal("INT");
      // Two of them at the same moment are one to the kernel.
      while (!husk.process().waitFor(java.time.Duration.ofSeconds(2))) {
        husk.signal("INT");
      }
      assertThat(husk.outcome().status()).isEqualTo(137);
    }
  }

  /** timeout(1) sends its signal to husk and, at once, to husk's process group. */
  @Test
  void oneRequestThatArrivesTwiceIsOne() throws Exception {
    Bundle bundle = bundle().script("trap 'sleep 1; exit 7' TERM; echo up; sleep 600 & wait");
    for (int i = 0; i < 5; i++) {
      try (Husk husk = Husk.start("run", bundle.toString())) {
        husk.awaitOutput("up");
        Programs.output("sh", "-c", "kill -TERM " + husk.pid() + "; kill -TERM " + husk.pid());
        assertThat(husk.outcome()).isEqualTo(new Outcome(7, "up\n", ""));
      }
    }
  }

  @Test
  void daemonsOfThePayloadEndWithIt() throws Exception {
    Bundle bundle =
        bundle().script("for i in 1 2 3 4 5; do (setsid sleep 600 &) ; done; echo up; exit 5");

    assertThat(run(bundle)).isEqualTo(new Outcome(5, "up\n", ""));
  }

  @Test
  void twoRunAtOnceFromOneBundle() throws Exception {
    Bundle bundle = bundle().script("echo up; read line; echo $line; exit 4");
    try (Husk one = Husk.start("run", bundle.toString());
        Husk two = Husk.start("run", bundle.toString())) {
      one.awaitOutput("up");
      two.awaitOutput("up");
      for (Husk husk : List.of(one, two)) {
        try (OutputStream input = husk.process().getOutputStream()) {
          input.write("bye\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(husk.outcome()).isEqualTo(new Outcome(4, "up\nbye\n", ""));
      }
    }
  }

  @Test
  void theApiIsServedMeanwhile() throws Exception {
    Bundle bundle = bundle().script("echo up; read line");
    String id = freshId();
    try (Husk husk = Husk.start("run", "--id", id, bundle.toString())) {
      husk.awaitOutput("up");
      try (Client client = Client.ofId(id)) {
        client.awaitServing();
        List<Sandbox> all =
            client.calls().list(ListRequest.getDefaultInstance()).getSandboxesList();
        assertThat(all).hasSize(1);
        assertThat(all.getFirst().getId()).isEqualTo(id);
        assertThat(all.getFirst().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
        assertThat(all.getFirst().getBundle()).isEqualTo(bundle.toString());
      }
      husk.process().getOutputStream().close();
      assertThat(husk.outcome().status()).isEqualTo(1);
    }
  }

  private static Outcome run(Bundle bundle) throws Exception {
    return Husk.run("run", bundle.toString());
  }
}
