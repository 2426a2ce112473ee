package dev.husk.rpc;

import static dev.husk.rpc.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.v1.DeleteRequest;
import dev.husk.v1.EventsRequest;
import dev.husk.v1.EventsResponse;
import dev.husk.v1.SandboxServiceGrpc.SandboxServiceStub;
import dev.husk.v1.StateRequest;
import dev.husk.v1.WaitRequest;
import dev.husk.v1.WaitResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LongCallsTest {
  private static final int CALLS = 100;

  @Test
  void nothingIsLeftOfCancelledCalls() throws Exception {
    try (TestServer test = new TestServer()) {
      FakeSandbox sandbox = test.createSandbox("a");
      SandboxServiceStub client = test.asyncClient();
      Context.CancellableContext context = Context.current().withCancellation();
      for (int i = 0; i < CALLS; i++) {
        context.run(
            () -> {
              client.wait(WaitRequest.getDefaultInstance(), new Outcome<>());
              client.events(EventsRequest.getDefaultInstance(), new Outcome<>());
            });
      }
      eventually(() -> waits(test) == CALLS && streams(test) == CALLS);
      context.cancel(null);
      eventually(() -> waits(test) == 0 && streams(test) == 0);
      assertThat(sandbox.exitDependents()).isEqualTo(1);
    }
  }

  @Test
  void waitsWithShortDeadlinesDoNotPileUp() throws Exception {
    try (TestServer test = new TestServer()) {
      FakeSandbox sandbox = test.createSandbox("a");
      for (int i = 0; i < 20; i++) {
        assertThatThrownBy(
                () ->
                    test.patientClient()
                        .withDeadlineAfter(20, TimeUnit.MILLISECONDS)
                        .wait(WaitRequest.getDefaultInstance()))
            .hasMessageContaining("DEADLINE_EXCEEDED");
      }
      eventually(() -> waits(test) == 0);
      assertThat(sandbox.exitDependents()).isEqualTo(1);
    }
  }

  @Test
  void nothingIsLeftOfAClientThatVanishes() throws Exception {
    try (TestServer test = new TestServer()) {
      FakeSandbox sandbox = test.createSandbox("a");
      eventually(() -> test.server.counts().connections() == 1);
      try (UnixClients vanishing = new UnixClients(test.socket)) {
        SandboxServiceStub client = dev.husk.v1.SandboxServiceGrpc.newStub(vanishing.channel());
        client.wait(WaitRequest.getDefaultInstance(), new Outcome<>());
        client.events(EventsRequest.getDefaultInstance(), new Outcome<>());
        eventually(() -> waits(test) == 1 && streams(test) == 1);
        vanishing.vanish();
        eventually(() -> waits(test) == 0 && streams(test) == 0);
        eventually(() -> test.server.counts().connections() == 1);
      }
      assertThat(sandbox.exitDependents()).isEqualTo(1);
      assertThat(test.client().state(StateRequest.getDefaultInstance()).hasSandbox()).isTrue();
    }
  }

  @Test
  void callsBeyondTheBoundAreRefusedAndLaterOnesServed() throws Exception {
    try (TestServer test = new TestServer(TestServer.bounds(256, 3, Duration.ofMinutes(30)))) {
      test.createSandbox("a");
      Context.CancellableContext context = Context.current().withCancellation();
      SandboxServiceStub client = test.asyncClient();
      context.run(
          () -> {
            client.wait(WaitRequest.getDefaultInstance(), new Outcome<>());
            client.events(EventsRequest.getDefaultInstance(), new Outcome<>());
            client.events(EventsRequest.getDefaultInstance(), new Outcome<>());
          });
      eventually(() -> waits(test) + streams(test) == 3);
      assertThatThrownBy(() -> test.client().wait(WaitRequest.getDefaultInstance()))
          .hasMessageContaining("RESOURCE_EXHAUSTED")
          .hasMessageContaining("bound of 3");
      assertThatThrownBy(() -> test.client().events(EventsRequest.getDefaultInstance()).hasNext())
          .hasMessageContaining("RESOURCE_EXHAUSTED");
      context.cancel(null);
      eventually(() -> waits(test) + streams(test) == 0);
      assertThat(test.client().events(EventsRequest.getDefaultInstance()).hasNext()).isTrue();
    }
  }

  @Test
  void allWaitersOfASandboxAreAnsweredAtOnce() throws Exception {
    try (TestServer test = new TestServer()) {
      test.createSandbox("a");
      SandboxServiceStub client = test.asyncClient();
      List<Outcome<WaitResponse>> outcomes = new ArrayList<>();
      for (int i = 0; i < CALLS; i++) {
        Outcome<WaitResponse> outcome = new Outcome<>();
        outcomes.add(outcome);
        client.wait(WaitRequest.getDefaultInstance(), outcome);
      }
      eventually(() -> waits(test) == CALLS);
      test.client().delete(DeleteRequest.newBuilder().setForce(true).build());
      for (Outcome<WaitResponse> outcome : outcomes) {
        outcome.end.get(5, TimeUnit.SECONDS);
        assertThat(outcome.values.getFirst().getExit().getCode()).isEqualTo(137);
      }
      assertThat(waits(test)).isZero();
    }
  }

  @Test
  void aStoppingServerEndsWaitAndEventsWithUnavailable() throws Exception {
    try (TestServer test = new TestServer()) {
      test.createSandbox("a");
      Outcome<WaitResponse> wait = new Outcome<>();
      Outcome<EventsResponse> events = new Outcome<>();
      test.asyncClient().wait(WaitRequest.getDefaultInstance(), wait);
      test.asyncClient().events(EventsRequest.getDefaultInstance(), events);
      eventually(() -> waits(test) == 1 && streams(test) == 1);
      long begin = System.nanoTime();
      test.server.stop(Duration.ofSeconds(5));
      assertThat(Duration.ofNanos(System.nanoTime() - begin)).isLessThan(Duration.ofSeconds(4));
      assertUnavailable(wait);
      assertUnavailable(events);
      assertThat(test.socket).doesNotExist();
    }
  }

  private static void assertUnavailable(Outcome<?> outcome) {
    assertThatThrownBy(() -> outcome.end.get(5, TimeUnit.SECONDS))
        .cause()
        .isInstanceOfSatisfying(
            StatusRuntimeException.class,
            e -> {
              assertThat(e.getStatus().getCode()).isEqualTo(Status.Code.UNAVAILABLE);
              assertThat(e.getStatus().getDescription()).isEqualTo("the shim is ending");
            });
  }

  private static int waits(TestServer test) {
    return test.server.counts().waits();
  }

  private static int streams(TestServer test) {
    return test.server.counts().eventStreams();
  }

  /** What came of a call. */
  private static final class Outcome<T> implements StreamObserver<T> {
    final List<T> values = new ArrayList<>();
    final CompletableFuture<Void> end = new CompletableFuture<>();

    @Override
    public void onNext(T value) {
      values.add(value);
    }

    @Override
    public void onError(Throwable error) {
      end.completeExceptionally(error);
    }

    @Override
    public void onCompleted() {
      end.complete(null);
    }
  }
}
