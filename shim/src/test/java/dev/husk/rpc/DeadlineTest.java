package dev.husk.rpc;

import static dev.husk.rpc.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.v1.CreateRequest;
import dev.husk.v1.ListRequest;
import dev.husk.v1.Phase;
import dev.husk.v1.StateRequest;
import dev.husk.v1.WaitRequest;
import io.grpc.Context;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class DeadlineTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  @Test
  void anOperationWithoutClientDeadlineIsAnsweredByTheServers() throws Exception {
    try (TestServer test = new TestServer(TestServer.answerIn(SHORT))) {
      CompletableFuture<Void> mayGoOn = test.shim.hold();
      assertThatThrownBy(() -> test.patientClient().create(CreateRequest.getDefaultInstance()))
          .hasMessageContaining("DEADLINE_EXCEEDED")
          .hasMessageContaining("ask State how it went on");
      assertPhase(test, Phase.PHASE_CREATING);
      mayGoOn.complete(null);
      assertPhase(test, Phase.PHASE_CREATED);
    }
  }

  @Test
  void theClientsLongerDeadlineCounts() throws Exception {
    try (TestServer test = new TestServer(TestServer.answerIn(SHORT))) {
      CompletableFuture<Void> mayGoOn = test.shim.hold();
      mayGoOn.completeOnTimeout(null, SHORT.toMillis() * 3, TimeUnit.MILLISECONDS);
      test.client().create(CreateRequest.getDefaultInstance());
      assertPhase(test, Phase.PHASE_CREATED);
    }
  }

  @Test
  void theClientsShorterDeadlineEndsTheWaitingAndNotTheOperation() throws Exception {
    try (TestServer test = new TestServer()) {
      CompletableFuture<Void> mayGoOn = test.shim.hold();
      assertThatThrownBy(
              () ->
                  test.patientClient()
                      .withDeadlineAfter(200, TimeUnit.MILLISECONDS)
                      .create(CreateRequest.getDefaultInstance()))
          .hasMessageContaining("DEADLINE_EXCEEDED");
      mayGoOn.complete(null);
      assertPhase(test, Phase.PHASE_CREATED);
    }
  }

  @Test
  void aCancelledOperationGoesOn() throws Exception {
    try (TestServer test = new TestServer()) {
      CompletableFuture<Void> mayGoOn = test.shim.hold();
      Context.CancellableContext context = Context.current().withCancellation();
      context.run(
          () -> test.asyncClient().create(CreateRequest.getDefaultInstance(), new Ignore<>()));
      eventually(() -> !test.shim.sandboxes().isEmpty());
      context.cancel(null);
      mayGoOn.complete(null);
      assertPhase(test, Phase.PHASE_CREATED);
    }
  }

  @Test
  void waitOutlastsTheServersDeadline() throws Exception {
    try (TestServer test = new TestServer(TestServer.answerIn(SHORT));
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      FakeSandbox sandbox = test.createSandbox("a");
      var wait = threads.submit(() -> test.client().wait(WaitRequest.getDefaultInstance()));
      Thread.sleep(SHORT.toMillis() * 2);
      assertThat(wait.isDone()).isFalse();
      sandbox.kill(15, false);
      assertThat(wait.get(5, TimeUnit.SECONDS).getExit().getCode()).isEqualTo(143);
    }
  }

  @Test
  void readsAreAnsweredWhileAnOperationIsStuck() throws Exception {
    try (TestServer test = new TestServer()) {
      CompletableFuture<Void> mayGoOn = test.shim.hold();
      test.asyncClient().create(CreateRequest.getDefaultInstance(), new Ignore<>());
      eventually(() -> !test.shim.sandboxes().isEmpty());
      assertPhase(test, Phase.PHASE_CREATING);
      assertThat(test.client().list(ListRequest.getDefaultInstance()).getSandboxesCount())
          .isEqualTo(1);
      mayGoOn.complete(null);
    }
  }

  private static void assertPhase(TestServer test, Phase phase) {
    assertThat(test.client().state(StateRequest.getDefaultInstance()).getSandbox().getPhase())
        .isEqualTo(phase);
  }

  /** Takes any outcome. */
  static final class Ignore<T> implements StreamObserver<T> {
    @Override
    public void onNext(T value) {}

    @Override
    public void onError(Throwable error) {}

    @Override
    public void onCompleted() {}
  }
}
