package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.v1.ErrorDetail;
import dev.husk.v1.Event;
import dev.husk.v1.ExitStatus;
import dev.husk.v1.FailureKind;
import dev.husk.v1.ListRequest;
import dev.husk.v1.Phase;
import dev.husk.v1.Sandbox;
import dev.husk.v1.ShutdownRequest;
import dev.husk.v1.WaitRequest;
import dev.husk.v1.WaitResponse;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** The life of a sandbox over gRPC. */
class LifecycleTest extends RealSandboxes {
  /** Removing thousands of cgroups takes longer than what run grants to answers under way. */
  @Test
  void aForcedDeleteOfRunIsAnsweredHoweverLongItTakes() throws Exception {
    Bundle bundle =
        Hostile.withWritableCgroups(
            bundle()
                .script(
                    "cd /sys/fs/cgroup; i=0; while [ $i -lt 4000 ]; do i=$((i+1));"
                        + " echo c$i; done | xargs mkdir; echo made; exec sleep 600"));
    String id = freshId();
    try (Husk husk = Husk.start("run", "--id", id, bundle.toString())) {
      husk.awaitOutput("made");
      try (Client client = Client.ofId(id)) {
        client.awaitServing();
        client.delete(true);
      }
      assertThat(husk.outcome().status()).isEqualTo(137);
    }
  }

  @Test
  void aWholeLife() throws Exception {
    Bundle bundle = bundle().script("sleep 600 & sleep 600 & trap 'exit 7' TERM; wait; wait");
    bundle.set("/annotations", Bundle.object("org.example.key", "value"));
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      assertThat(client.calls().list(ListRequest.getDefaultInstance()).getSandboxesList())
          .isEmpty();

      Sandbox created = client.create().getSandbox();
      assertThat(created.getPhase()).isEqualTo(Phase.PHASE_CREATED);
      assertThat(created.getAnnotationsMap()).containsEntry("org.example.key", "value");
      assertThat(ProcFs.cgroup(created.getPid())).contains(created.getCgroup() + "/payload/init");
      assertThat(created.hasStartedAt()).isFalse();

      Sandbox running = client.start();
      assertThat(running.getPhase()).isEqualTo(Phase.PHASE_RUNNING);
      assertThat(running.getPid()).isEqualTo(created.getPid());
      assertThat(client.state()).isEqualTo(running);
      // The payload, its two children and bwrap's monitor.
      Eventually.is(
          Programs.BOUND, () -> client.pids().size() == 4, () -> "4, not " + client.pids());
      assertThat(client.pids()).allMatch(process -> process.getCgroup().startsWith("payload"));

      Eventually.is(
          Programs.BOUND, () -> client.pids().size() == 4, () -> "4, not " + client.pids());
      client.kill("TERM");
      ExitStatus exit = client.await();
      assertThat(exit.getCode()).isEqualTo(7);
      assertThat(exit.getSignal()).isZero();
      assertThat(exit.getExact()).isEqualTo(ProcFs.kernelRecordsExits());
      assertThat(client.state().getPhase()).isEqualTo(Phase.PHASE_STOPPED);
      assertThat(client.state().getExit()).isEqualTo(exit);
      assertThat(client.pids()).isEmpty();

      assertThat(client.events())
          .extracting(Event::getKindCase)
          .containsExactly(Event.KindCase.CREATED, Event.KindCase.STARTED, Event.KindCase.EXITED);
      assertThat(client.events()).extracting(Event::getSequence).containsExactly(1L, 2L, 3L);

      client.delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void whatDoesNotFitThePhaseIsRefusedWithReasonAndRemedy() throws Exception {
    Bundle bundle = bundle().args("/bin/sleep", "600");
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      refused(client::state, Code.NOT_FOUND, FailureKind.FAILURE_KIND_NOT_FOUND);
      refused(client::start, Code.NOT_FOUND, FailureKind.FAILURE_KIND_NOT_FOUND);
      client.create();
      refused(client::create, Code.ALREADY_EXISTS, FailureKind.FAILURE_KIND_EXISTS);
      refused(
          () -> client.calls().shutdown(ShutdownRequest.getDefaultInstance()),
          Code.FAILED_PRECONDITION,
          FailureKind.FAILURE_KIND_PRECONDITION);
      client.start();
      ErrorDetail twice =
          refused(client::start, Code.FAILED_PRECONDITION, FailureKind.FAILURE_KIND_PRECONDITION);
      assertThat(twice.getWhat()).contains("start");
      assertThat(twice.getWhy()).contains("running");
      refused(
          () -> client.delete(false),
          Code.FAILED_PRECONDITION,
          FailureKind.FAILURE_KIND_PRECONDITION);
      refused(() -> client.kill("NOSUCH"), Code.INVALID_ARGUMENT, FailureKind.FAILURE_KIND_INVALID);
      client.kill("KILL");
      client.await();
      refused(
          () -> client.kill("TERM"),
          Code.FAILED_PRECONDITION,
          FailureKind.FAILURE_KIND_PRECONDITION);
    }
  }

  private static ErrorDetail refused(ThrowingCallable call, Code code, FailureKind kind)
      throws Exception {
    StatusRuntimeException error = catchThrowableOfType(StatusRuntimeException.class, call);
    assertThat(error).isNotNull();
    assertThat(error.getStatus().getCode()).as("%s", error.getMessage()).isEqualTo(code);
    ErrorDetail detail = Client.detail(error);
    assertThat(detail.getKind()).isEqualTo(kind);
    assertThat(List.of(detail.getWhat(), detail.getWhere(), detail.getWhy(), detail.getRemedy()))
        .doesNotContain("");
    assertThat(error.getStatus().getDescription()).contains(detail.getWhy(), detail.getRemedy());
    return detail;
  }

  @Test
  void aKillOfTheWholeTreeLeavesNobody() throws Exception {
    Bundle bundle =
        bundle()
            .script(
                "for i in 1 2 3 4 5 6; do (setsid sh -c 'sleep 600 & sleep 600' &); done; wait; sleep 600");
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create();
      client.start();
      Eventually.is(
          Programs.BOUND, () -> client.pids().size() > 12, () -> "more than " + client.pids());
      client.killTree("KILL");
      ExitStatus exit = client.await();
      assertThat(exit.getCode()).isEqualTo(137);
      assertKilledAsFarAsIsKnown(exit);
      assertThat(client.pids()).isEmpty();
    }
  }

  @Test
  void aForcedDeleteEndsARunningSandbox() throws Exception {
    Bundle bundle = bundle().script("(setsid sleep 600 &); exec sleep 600");
    try (Shim shim = Shim.serve(bundle)) {
      Client client = shim.client();
      client.create();
      client.start();
      client.delete(true);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void aCreatedSandboxCanBeDeletedAndItsProgramNeverRan() throws Exception {
    Bundle bundle = bundle().script("echo ran > /tmp/ran").set("/root/readonly", false);
    try (Shim shim = Shim.serve(bundle)) {
      shim.client().create();
      shim.client().delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
      assertThat(bundle.rootfs().resolve("tmp/ran")).doesNotExist();
    }
  }

  @Test
  void aKilledCreatedSandboxIsStopped() throws Exception {
    try (Shim shim = Shim.serve(bundle())) {
      shim.client().create();
      shim.client().kill("KILL");
      ExitStatus exit = shim.client().await();
      assertThat(exit.getCode()).isEqualTo(137);
      assertKilledAsFarAsIsKnown(exit);
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_STOPPED);
      shim.client().delete(false);
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  /** A kernel that keeps no exit status, where the monitor was killed as well, leaves a guess. */
  private static void assertKilledAsFarAsIsKnown(ExitStatus exit) {
    assertThat(exit.getExact()).as("%s", exit).isEqualTo(ProcFs.kernelRecordsExits());
    if (exit.getExact()) {
      assertThat(exit.getSignal()).isEqualTo(9);
    } else {
      assertThat(exit.getReason()).as("%s", exit).isNotEmpty();
    }
  }

  @Test
  void itEndsWhenEmptyIfAsked() throws Exception {
    try (Shim shim = Shim.serve(bundle().args("/bin/true"), "--exit-when-empty")) {
      shim.client().create();
      shim.client().start();
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void shutdownEndsAnEmptyShimAndByForceAFullOne() throws Exception {
    try (Shim shim = Shim.serve(bundle())) {
      shim.client().calls().shutdown(ShutdownRequest.getDefaultInstance());
      assertThat(shim.husk().outcome().status()).isZero();
    }
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      shim.client().start();
      shim.client().calls().shutdown(ShutdownRequest.newBuilder().setForce(true).build());
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void aTerminatedShimTakesItsSandboxWithIt() throws Exception {
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      shim.client().start();
      shim.husk().signal("TERM");
      assertThat(shim.husk().outcome().status()).isZero();
    }
  }

  @Test
  void everyClientThatWaitsIsTold() throws Exception {
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      shim.client().start();
      List<Client> clients = new ArrayList<>();
      List<CompletableFuture<ExitStatus>> answers = new ArrayList<>();
      try {
        for (int i = 0; i < 6; i++) {
          Client client = Client.ofId(shim.id());
          clients.add(client);
          answers.add(waiting(client));
        }
        shim.client().kill("KILL");
        for (CompletableFuture<ExitStatus> answer : answers) {
          assertThat(answer.get(60, TimeUnit.SECONDS).getCode()).isEqualTo(137);
        }
      } finally {
        for (Client client : clients) {
          client.close();
        }
      }
    }
  }

  @Test
  void clientsThatVanishLeaveNothing() throws Exception {
    try (Shim shim = Shim.serve(bundle().args("/bin/sleep", "600"))) {
      shim.client().create();
      shim.client().start();
      long before = descriptors(shim);
      for (int i = 0; i < 10; i++) {
        try (Client client = Client.ofId(shim.id())) {
          client.state();
          waiting(client);
          client.vanish();
        }
      }
      Eventually.is(
          Programs.BOUND,
          () -> descriptors(shim) <= before + 1,
          () -> "about " + before + " descriptors, not " + descriptors(shim));
      assertThat(shim.client().state().getPhase()).isEqualTo(Phase.PHASE_RUNNING);
    }
  }

  private static long descriptors(Shim shim) throws Exception {
    try (var files = Files.list(java.nio.file.Path.of("/proc/" + shim.husk().pid() + "/fd"))) {
      return files.count();
    }
  }

  private static CompletableFuture<ExitStatus> waiting(Client client) {
    CompletableFuture<ExitStatus> answer = new CompletableFuture<>();
    client
        .asynchronous()
        .wait(
            WaitRequest.getDefaultInstance(),
            new StreamObserver<WaitResponse>() {
              @Override
              public void onNext(WaitResponse response) {
                answer.complete(response.getExit());
              }

              @Override
              public void onError(Throwable error) {
                answer.completeExceptionally(error);
              }

              @Override
              public void onCompleted() {}
            });
    return answer;
  }
}
