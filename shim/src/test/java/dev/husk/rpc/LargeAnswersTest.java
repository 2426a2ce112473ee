package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.v1.PidsRequest;
import dev.husk.v1.PidsResponse;
import dev.husk.v1.SandboxServiceGrpc;
import dev.husk.v1.StateRequest;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.Metadata;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class LargeAnswersTest {
  /** A hundred bytes each: more than a client that does not read lets be sent. */
  private static final int MANY = 5_000;

  private static StatusRuntimeException refusal(TestServer test) {
    return Objects.requireNonNull(
        catchThrowableOfType(
            StatusRuntimeException.class,
            () -> test.client().pids(PidsRequest.getDefaultInstance())));
  }

  /** A call whose answer nobody reads. */
  private static ClientCall<PidsRequest, PidsResponse> stalled(TestServer test) {
    ClientCall<PidsRequest, PidsResponse> call =
        test.clients.channel().newCall(SandboxServiceGrpc.getPidsMethod(), CallOptions.DEFAULT);
    call.start(new ClientCall.Listener<>() {}, new Metadata());
    call.sendMessage(PidsRequest.getDefaultInstance());
    call.halfClose();
    return call;
  }

  @Test
  void oneIsSentAtATimeAndAClientThatDoesNotReadHoldsUpNoOthers() throws Exception {
    try (TestServer test = new TestServer()) {
      FakeSandbox sandbox = test.createSandbox("a");
      sandbox.crowd(MANY);
      ClientCall<PidsRequest, PidsResponse> stalled = stalled(test);
      TestServer.eventually(
          () -> {
            try {
              test.client().pids(PidsRequest.getDefaultInstance());
              return false;
            } catch (StatusRuntimeException e) {
              assertThat(e.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
              return true;
            }
          });
      assertThat(test.client().state(StateRequest.getDefaultInstance()).getSandbox().getId())
          .isEqualTo("a");
      sandbox.crowd(2);
      assertThat(test.client().pids(PidsRequest.getDefaultInstance()).getProcessesList())
          .hasSize(2);
      sandbox.crowd(MANY);
      stalled.cancel("seen enough", null);
      for (int i = 0; i < 20; i++) {
        assertThat(test.client().pids(PidsRequest.getDefaultInstance()).getProcessesList())
            .hasSize(MANY);
      }
    }
  }

  @Test
  void whatWouldNotFitTheHeapIsRefused() throws Exception {
    try (TestServer test = new TestServer()) {
      test.createSandbox("a").crowd(LargeAnswers.LARGEST / 100);
      StatusRuntimeException refusal = refusal(test);
      assertThat(refusal.getStatus().getCode()).isEqualTo(Code.RESOURCE_EXHAUSTED);
      assertThat(refusal.getStatus().getDescription()).contains("bytes, more than 2097152");
    }
  }
}
