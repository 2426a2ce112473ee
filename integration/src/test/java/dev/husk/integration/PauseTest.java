package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.v1.ErrorDetail;
import dev.husk.v1.Event;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.KillRequest;
import dev.husk.v1.PauseRequest;
import dev.husk.v1.Phase;
import dev.husk.v1.ResumeRequest;
import dev.husk.v1.Sandbox;
import io.grpc.StatusRuntimeException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Frozen sandboxes. */
@Tag("lab-too")
class PauseTest extends RealSandboxes {
  /** Its file grows as long as it runs. */
  private static final String COUNTING =
      "trap 'exit 7' TERM; while :; do echo x >> /tmp/count; sleep 0.02; done";

  private Bundle counting() throws Exception {
    return bundle().script(COUNTING).set("/root/readonly", false);
  }

  private static Sandbox pause(Shim shim) {
    return shim.client().calls().pause(PauseRequest.getDefaultInstance()).getSandbox();
  }

  private static Sandbox resume(Shim shim) {
    return shim.client().calls().resume(ResumeRequest.getDefaultInstance()).getSandbox();
  }

  private static boolean kill(Shim shim, String signal, boolean wholeTree) {
    return shim.client()
        .calls()
        .kill(KillRequest.newBuilder().setSignal(signal).setWholeTree(wholeTree).build())
        .getPending();
  }

  private static void started(Shim shim, Bundle bundle) throws Exception {
    shim.client().create();
    shim.client().start();
    awaitGrowth(bundle);
  }

  private static long count(Bundle bundle) throws Exception {
    Path file = bundle.rootfs().resolve("tmp/count");
    return Files.exists(file) ? Files.size(file) : 0;
  }

  private static void awaitGrowth(Bundle bundle) throws Exception {
    long before = count(bundle);
    Eventually.is(
        Programs.BOUND, () -> count(bundle) > before + 2, () -> "a payload that counts on");
  }

  private static void refused(ThrowingCallable call, String why) throws Exception {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    ErrorDetail detail = Client.detail(error);
    assertThat(detail.getWhy()).isEqualTo(why);
    assertThat(detail.getRemedy()).isNotEmpty();
  }

  @Test
  void aPausedSandboxDoesNothingUntilItIsResumed() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      refused(() -> pause(shim), "cannot pause while created");
      shim.client().start();
      awaitGrowth(bundle);
      refused(() -> resume(shim), "cannot resume while running");

      assertThat(pause(shim).getPhase()).isEqualTo(Phase.PHASE_PAUSED);
      assertThat(Files.readString(shim.cgroup().resolve("cgroup.events"))).contains("frozen 1");
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_PAUSED);
      assertThat(shim.client().state().hasStartedAt()).isTrue();
      assertThat(Files.readString(Path.of("/run/husk", shim.id(), "state.json")))
          .contains("\"status\":\"paused\"");
      long still = count(bundle);
      refused(() -> pause(shim), "cannot pause while paused");
      refused(shim.client()::start, "cannot start while paused");
      refused(() -> shim.client().delete(false), "cannot delete while paused");
      assertThat(shim.client().pids()).hasSizeGreaterThanOrEqualTo(2);
      assertThat(count(bundle)).isEqualTo(still);

      assertThat(resume(shim).getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      awaitGrowth(bundle);
      shim.client().kill("TERM");
      assertThat(shim.client().await().getCode()).isEqualTo(7);
      refused(() -> pause(shim), "cannot pause while stopped");
      refused(() -> resume(shim), "cannot resume while stopped");
      assertThat(shim.client().events())
          .extracting(Event::getKindCase)
          .containsExactly(
              Event.KindCase.CREATED,
              Event.KindCase.STARTED,
              Event.KindCase.PAUSED,
              Event.KindCase.RESUMED,
              Event.KindCase.EXITED);
    }
  }

  @Test
  void aSignalWaitsForResumeAndSaysSo() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      started(shim, bundle);
      pause(shim);
      assertThat(kill(shim, "TERM", false)).isTrue();
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_PAUSED);
      resume(shim);
      ExitStatus exit = shim.client().await();
      assertThat(exit.getCode()).isEqualTo(7);
      assertThat(exit.getSignal()).isZero();
    }
  }

  @Test
  void aKillEndsThePausedAtOnceWithItsExactStatus() throws Exception {
    for (boolean wholeTree : new boolean[] {false, true}) {
      Bundle bundle = counting();
      try (Shim shim = Shim.serve(bundle)) {
        started(shim, bundle);
        pause(shim);
        long still = count(bundle);
        assertThat(kill(shim, "KILL", wholeTree)).isFalse();
        ExitStatus exit = shim.client().await();
        assertThat(exit.getSignal()).isEqualTo(9);
        assertThat(exit.getExact()).as("%s", exit).isEqualTo(ProcFs.kernelRecordsExits());
        assertThat(count(bundle)).as("what it did after the kill").isEqualTo(still);
        assertThat(shim.client().pids()).isEmpty();
        shim.client().delete(false);
        assertThat(shim.husk().outcome().status()).isZero();
      }
    }
  }

  @Test
  void aForcedDeleteEndsThePaused() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      started(shim, bundle);
      pause(shim);
      Path cgroup = shim.cgroup();
      shim.client().delete(true);
      assertThat(cgroup).doesNotExist();
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void theShimsDeathEndsThePaused() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      started(shim, bundle);
      pause(shim);
      shim.killAndAwaitNothing(shim.cgroup());
      shim.succeed(bundle);
    }
  }

  @Test
  void aTerminatedShimTakesThePausedWithIt() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      started(shim, bundle);
      pause(shim);
      shim.husk().signal("TERM");
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void aKilledMonitorEndsThePaused() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      started(shim, bundle);
      pause(shim);
      assertThat(Programs.signal(shim.monitor(), "KILL")).isTrue();
      assertThat(shim.client().await().getSignal()).isEqualTo(9);
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_STOPPED);
    }
  }

  @Test
  void whatTheInsideFreezesAndThawsByItselfIsItsOwn() throws Exception {
    Bundle bundle = counting();
    try (Shim shim = Shim.serve(bundle)) {
      started(shim, bundle);
      Path own = Files.createDirectory(shim.cgroup().resolve("payload/own"));
      long payload = shim.client().state().getPid();
      Files.writeString(own.resolve("cgroup.procs"), Long.toString(payload));
      Files.writeString(own.resolve("cgroup.freeze"), "1");
      awaitEvents(own, "frozen 1");

      pause(shim);
      Files.writeString(own.resolve("cgroup.freeze"), "0");
      assertThat(Files.readString(own.resolve("cgroup.events"))).contains("frozen 1");
      assertThat(Files.readString(shim.cgroup().resolve("cgroup.events"))).contains("frozen 1");
      Files.writeString(own.resolve("cgroup.freeze"), "1");

      resume(shim);
      assertThat(Files.readString(own.resolve("cgroup.events"))).contains("frozen 1");
      assertThat(Files.readString(shim.cgroup().resolve("cgroup.events"))).contains("frozen 0");
      Files.writeString(own.resolve("cgroup.freeze"), "0");
      awaitGrowth(bundle);
    }
  }

  private static void awaitEvents(Path cgroup, String events) throws Exception {
    Eventually.is(
        Duration.ofSeconds(10),
        () -> Files.readString(cgroup.resolve("cgroup.events")).contains(events),
        () -> events);
  }

  @Test
  void aThousandProcessesAreFrozenAndKilled() throws Exception {
    Bundle bundle =
        bundle().script("i=0; while [ $i -lt 1000 ]; do sleep 600 & i=$((i+1)); done; wait");
    try (Shim shim = Shim.serve(bundle, "--no-default-limits")) {
      shim.client().create();
      shim.client().start();
      Eventually.is(
          Programs.BOUND, () -> shim.client().pids().size() > 1000, () -> "1000 processes");
      pause(shim);
      assertThat(Files.readString(shim.cgroup().resolve("cgroup.events"))).contains("frozen 1");
      kill(shim, "KILL", true);
      assertThat(shim.client().await().getSignal()).isEqualTo(9);
      assertThat(shim.client().pids()).isEqualTo(List.of());
    }
  }
}
