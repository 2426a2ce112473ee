package dev.husk.rpc;

import static dev.husk.rpc.TestServer.eventually;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.husk.v1.InfoRequest;
import dev.husk.v1.SandboxServiceGrpc;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ConnectionsTest {
  @Test
  void twoHundredClientsAtOnceAreServed() throws Exception {
    try (TestServer test = new TestServer();
        var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<String>> answers = new ArrayList<>();
      for (int i = 0; i < 200; i++) {
        answers.add(
            threads.submit(
                () ->
                    SandboxServiceGrpc.newBlockingStub(test.clients.channel())
                        .withDeadlineAfter(30, TimeUnit.SECONDS)
                        .info(InfoRequest.getDefaultInstance())
                        .getInfo()
                        .getVersion()));
      }
      for (Future<String> answer : answers) {
        assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("0.1.0");
      }
      assertThat(test.server.counts().connections()).isEqualTo(200);
      test.clients.vanish();
      eventually(() -> test.server.counts().connections() == 0);
    }
  }

  @Test
  void connectionsBeyondTheBoundAreTurnedAwayUntilOneEnds() throws Exception {
    try (TestServer test = new TestServer(TestServer.bounds(4, 16, Duration.ofMinutes(30)))) {
      List<SocketChannel> silent = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        silent.add(test.clients.connect());
      }
      eventually(() -> test.server.counts().connections() == 4);
      assertThatThrownBy(() -> test.client().info(InfoRequest.getDefaultInstance()))
          .isInstanceOfSatisfying(
              StatusRuntimeException.class,
              // UNAVAILABLE when the client's first write comes too late for it to read why.
              e ->
                  assertThat(e.getStatus().getCode())
                      .isIn(Status.Code.RESOURCE_EXHAUSTED, Status.Code.UNAVAILABLE));
      assertThat(test.server.counts().turnedAway()).isPositive();
      assertThat(test.server.counts().connections()).isEqualTo(4);
      assertThat(test.log).anySatisfy(line -> assertThat(line).contains("4 are open"));
      silent.getFirst().close();
      eventually(() -> test.server.counts().connections() == 3);
      assertThat(test.client().info(InfoRequest.getDefaultInstance()).hasInfo()).isTrue();
    }
  }

  @Test
  void whoIsTurnedAwayCanReadWhy() throws Exception {
    try (TestServer test = new TestServer(TestServer.bounds(0, 16, Duration.ofMinutes(30)))) {
      ByteBuffer answer = readToEnd(test.clients.connect());
      assertThat(answer).isEqualTo(TurnAway.frames("this shim already has 0 connections"));
    }
  }

  @Test
  void aSilentConnectionIsClosedAfterTheIdleTime() throws Exception {
    try (TestServer test = new TestServer(TestServer.bounds(4, 16, Duration.ofSeconds(1)))) {
      SocketChannel silent = test.clients.connect();
      readToEnd(silent);
      eventually(() -> test.server.counts().connections() == 0);
    }
  }

  @Test
  void garbageEndsItsOwnConnectionOnly() throws Exception {
    try (TestServer test = new TestServer()) {
      SocketChannel garbage = test.clients.connect();
      garbage.write(
          ByteBuffer.wrap("GET / HTTP/1.1\r\n\r\n".repeat(20).getBytes(StandardCharsets.US_ASCII)));
      eventually(() -> test.server.counts().connections() == 0);
      assertThat(test.client().info(InfoRequest.getDefaultInstance()).hasInfo()).isTrue();
    }
  }

  private static ByteBuffer readToEnd(SocketChannel channel) throws Exception {
    ByteBuffer buffer = ByteBuffer.allocate(4096);
    while (channel.read(buffer) >= 0) {}
    return buffer.flip();
  }
}
