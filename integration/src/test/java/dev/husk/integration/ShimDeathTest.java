package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.Event;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.Phase;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Helpers that die, the shim first: a sandbox never outlives its supervision. */
class ShimDeathTest extends RealSandboxes {
  private static final int ROUNDS = Integer.getInteger("husk.death.rounds", 20);
  private static final int CREATE_ROUNDS = Integer.getInteger("husk.death.create.rounds", 50);
  private static final String DAEMONS =
      "for i in 1 2 3 4; do (setsid sh -c 'sleep 600 & sleep 600' &); done; sleep 600";

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void nothingOfTheSandboxSurvivesTheShim(boolean started) throws Exception {
    Bundle bundle = bundle().script(DAEMONS);
    for (int round = 0; round < ROUNDS; round++) {
      try (Observer observer = new Observer();
          Shim shim = Shim.serve(freshId(), bundle)) {
        shim.client().create();
        if (started) {
          shim.client().start();
          Eventually.is(
              Programs.BOUND, () -> shim.client().pids().size() > 8, () -> "all its children");
        }
        shim.killAndAwaitNothing(shim.cgroup());
        shim.succeed(bundle);
        assertThat(observer.escapes()).isEmpty();
      }
    }
  }

  @Test
  void aNewShimOfTheSameIdStartsWhereTheOldOneWasKilled() throws Exception {
    Bundle bundle = bundle().script(DAEMONS);
    String id = freshId();
    try (Shim first = Shim.serve(id, bundle)) {
      first.client().create();
      first.client().start();
      first.husk().process().destroyForcibly().waitFor(Programs.BOUND);
    }
    try (Shim second = Shim.serve(id, bundle)) {
      second.client().create();
      assertThat(second.client().start().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      second.client().delete(true);
      assertThat(second.husk().outcome().status()).isZero();
    }
  }

  @Test
  void aShimKilledWhileItCreatesRunsNothingAndLeavesNothingToItsSuccessor() throws Exception {
    Bundle bundle = bundle().script("echo ran > /tmp/ran; sleep 600").set("/root/readonly", false);
    Random random = new Random(7);
    String id = freshId();
    try (Observer observer = new Observer()) {
      for (int round = 0; round < CREATE_ROUNDS; round++) {
        try (Shim shim = Shim.serve(id, bundle)) {
          Thread creator =
              Thread.ofPlatform()
                  .start(
                      () -> {
                        try {
                          shim.client().create();
                        } catch (io.grpc.StatusRuntimeException e) {
                          assertThat(e.getStatus().isOk()).isFalse();
                        }
                      });
          Thread.sleep(random.nextInt(120));
          shim.husk().process().destroyForcibly().waitFor(Programs.BOUND);
          creator.join(Programs.BOUND);
        }
      }
      assertThat(observer.escapes()).isEmpty();
    }
    try (Shim successor = Shim.serve(id, bundle)) {
      successor.client().create();
      successor.client().delete(false);
      assertThat(successor.husk().outcome().status()).isZero();
    }
    assertThat(bundle.rootfs().resolve("tmp/ran")).doesNotExist();
  }

  @Test
  void aForegroundRunThatIsKilledTakesItsPayloadAlong() throws Exception {
    Bundle bundle = bundle().script("echo up; " + DAEMONS);
    String id = freshId();
    try (Husk husk = Husk.start("run", "--id", id, bundle.toString())) {
      husk.awaitOutput("up");
      husk.process().destroyForcibly().waitFor(Programs.BOUND);
    }
    Outcome next =
        Husk.run(Map.of(), List.of(), "run", "--id", id, bundle.script("exit 3").toString());
    assertThat(next.status()).as("%s", next).isEqualTo(3);
  }

  @Test
  void aKilledDeadmanIsReplacedAndReported() throws Exception {
    Bundle bundle = bundle().script(DAEMONS);
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      List<Long> first = shim.deadmen();
      assertThat(first).hasSize(1);
      Programs.signal(first.getFirst(), "KILL");
      Eventually.is(
          Programs.BOUND,
          () -> shim.deadmen().size() == 1 && !shim.deadmen().equals(first),
          () -> "a new deadman, not " + shim.deadmen());
      Eventually.is(
          Programs.BOUND,
          () ->
              shim.client().events().stream()
                  .anyMatch(event -> event.getWarning().getMessage().contains("deadman")),
          () -> "a warning in " + shim.client().events());
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      shim.killAndAwaitNothing(shim.cgroup());
      shim.succeed(bundle);
    }
  }

  @Test
  void whatAShimAndItsDeadmanLeftRunningEndsWithTheNextUseOfTheIdEvenOneThatFails()
      throws Exception {
    Bundle bundle = bundle().script(DAEMONS);
    String id = freshId();
    Path cgroup;
    try (Shim shim = Shim.serve(id, bundle)) {
      shim.client().create();
      shim.client().start();
      cgroup = shim.cgroup();
      // Stopped, so that it cannot arm another one.
      Programs.signal(shim.husk().process().pid(), "STOP");
      Programs.signal(shim.deadmen().getFirst(), "KILL");
      shim.husk().process().destroyForcibly().waitFor(Programs.BOUND);
    }
    assertThat(cgroup).isDirectory();
    Outcome failed = Husk.run("run", "--id", id, "/nonexistent");
    assertThat(failed.status()).isEqualTo(125);
    assertThat(cgroup).doesNotExist();
  }

  @Test
  void aKilledMonitorEndsTheSandboxAndTheReasonSaysSo() throws Exception {
    Bundle bundle = bundle().script(DAEMONS);
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().start();
      Path cgroup = shim.cgroup();
      Programs.signal(shim.monitor(), "KILL");
      ExitStatus exit = shim.client().await();
      assertThat(exit.getSignal()).isEqualTo(9);
      assertThat(exit.getReason()).contains("monitor");
      assertThat(shim.client().events())
          .extracting(Event::getKindCase)
          .contains(Event.KindCase.WARNING, Event.KindCase.EXITED);
      assertThat(shim.client().pids()).isEmpty();
      shim.client().delete(false);
      assertThat(Files.exists(cgroup)).isFalse();
    }
  }
}
