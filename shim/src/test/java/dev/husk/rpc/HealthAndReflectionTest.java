package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.husk.v1.SandboxServiceGrpc;
import io.grpc.health.v1.HealthCheckRequest;
import io.grpc.health.v1.HealthCheckResponse;
import io.grpc.health.v1.HealthCheckResponse.ServingStatus;
import io.grpc.health.v1.HealthGrpc;
import io.grpc.reflection.v1.ServerReflectionGrpc;
import io.grpc.reflection.v1.ServerReflectionRequest;
import io.grpc.reflection.v1.ServerReflectionResponse;
import io.grpc.reflection.v1.ServiceResponse;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HealthAndReflectionTest {
  @ParameterizedTest
  @ValueSource(strings = {"", SandboxServiceGrpc.SERVICE_NAME})
  void theServerServesUntilItStops(String service) throws Exception {
    try (TestServer test = new TestServer()) {
      HealthCheckRequest request = HealthCheckRequest.newBuilder().setService(service).build();
      HealthGrpc.HealthBlockingStub health =
          HealthGrpc.newBlockingStub(test.clients.channel())
              .withDeadlineAfter(10, TimeUnit.SECONDS);
      assertThat(health.check(request).getStatus()).isEqualTo(ServingStatus.SERVING);
      Iterator<HealthCheckResponse> watch = health.watch(request);
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.SERVING);
      Thread stopping = Thread.ofVirtual().start(() -> test.server.stop(Duration.ofMillis(500)));
      assertThat(watch.next().getStatus()).isEqualTo(ServingStatus.NOT_SERVING);
      stopping.join();
    }
  }

  @Test
  void reflectionListsAllServices() throws Exception {
    try (TestServer test = new TestServer()) {
      ServerReflectionResponse answer =
          reflect(test, ServerReflectionRequest.newBuilder().setListServices("*").build());
      assertThat(answer.getListServicesResponse().getServiceList())
          .extracting(ServiceResponse::getName)
          .containsExactlyInAnyOrder(
              "husk.v1.SandboxService",
              "grpc.health.v1.Health",
              "grpc.reflection.v1.ServerReflection",
              "grpc.reflection.v1alpha.ServerReflection");
    }
  }

  @Test
  void reflectionKnowsTheErrorDetail() throws Exception {
    try (TestServer test = new TestServer()) {
      ServerReflectionResponse answer =
          reflect(
              test,
              ServerReflectionRequest.newBuilder()
                  .setFileContainingSymbol("husk.v1.ErrorDetail")
                  .build());
      assertThat(answer.getFileDescriptorResponse().getFileDescriptorProtoCount()).isPositive();
    }
  }

  private static ServerReflectionResponse reflect(TestServer test, ServerReflectionRequest request)
      throws Exception {
    CompletableFuture<ServerReflectionResponse> answer = new CompletableFuture<>();
    StreamObserver<ServerReflectionRequest> requests =
        ServerReflectionGrpc.newStub(test.clients.channel())
            .serverReflectionInfo(
                new StreamObserver<>() {
                  @Override
                  public void onNext(ServerReflectionResponse value) {
                    answer.complete(value);
                  }

                  @Override
                  public void onError(Throwable error) {
                    answer.completeExceptionally(error);
                  }

                  @Override
                  public void onCompleted() {}
                });
    requests.onNext(request);
    requests.onCompleted();
    return answer.get(10, TimeUnit.SECONDS);
  }
}
