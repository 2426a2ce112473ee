package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.v1.StateRequest;
import io.grpc.StatusRuntimeException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class HuskClientTest {
  private static Failure refused(ThrowingCallable call) {
    return Objects.requireNonNull(catchThrowableOfType(HuskException.class, call)).failure();
  }

  @Test
  void everyCallReachesTheSandboxOfTheId() throws Exception {
    try (TestServer test = new TestServer()) {
      test.createSandbox("a");
      FakeSandbox b = test.createSandbox("b");
      try (HuskClient client = HuskClient.connect("b", test.socket)) {
        assertThat(client.state().text("id")).isEqualTo("b");
        assertThat(client.processes().objects("processes")).hasSize(2);
        assertThat(client.update(Resources.none()).text("phase")).isEqualTo("PHASE_CREATED");
        assertThat(b.lastUpdate()).isEqualTo(Resources.none());
        b.start().toCompletableFuture().get(10, TimeUnit.SECONDS);
        assertThat(client.pause().text("phase")).isEqualTo("PHASE_PAUSED");
        assertThat(client.kill("HUP", true).isTrue("pending")).isTrue();
        assertThat(b.lastSignal()).isEqualTo(1);
        assertThat(b.lastWholeTree()).isTrue();
        assertThat(client.resume().text("phase")).isEqualTo("PHASE_RUNNING");
        assertThat(client.kill("", false).names()).isEmpty();
        assertThat(client.await().number("code")).contains(143L);
        client.delete(false);
        assertThat(test.shim.sandboxes()).hasSize(1);
      }
    }
  }

  @Test
  void aRefusalHasTheShimsOwnWords() throws Exception {
    try (TestServer test = new TestServer();
        HuskClient client = HuskClient.connect("nobody", test.socket)) {
      Failure failure = refused(client::state);
      assertThat(failure.kind()).isEqualTo(FailureKind.NOT_FOUND);
      assertThat(failure.where()).isEqualTo("sandbox nobody");
      StatusRuntimeException asServed =
          catchThrowableOfType(
              StatusRuntimeException.class,
              () -> test.client().state(StateRequest.newBuilder().setId("nobody").build()));
      assertThat(failure.message())
          .isEqualTo(Objects.requireNonNull(asServed).getStatus().getDescription());
    }
  }

  @Test
  void aShimThatTakesNoConnectionIsGivenUp(@TempDir Path temp) throws Exception {
    Path path = temp.resolve("shim.sock");
    try (ServerSocketChannel stopped = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        SocketChannel first = SocketChannel.open(StandardProtocolFamily.UNIX);
        SocketChannel second = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      // As many as the queue holds: one more than its length.
      stopped.bind(UnixDomainSocketAddress.of(path), 1);
      assertThat(first.connect(UnixDomainSocketAddress.of(path))).isTrue();
      assertThat(second.connect(UnixDomainSocketAddress.of(path))).isTrue();
      Failure failure = refused(() -> HuskClient.connect("x", path));
      assertThat(failure).isInstanceOf(RpcFailure.NotAccepting.class);
      assertThat(failure.kind()).isEqualTo(FailureKind.TIMEOUT);
    }
  }

  @Test
  void aMissingShimIsSaidToBe(@TempDir Path temp) throws Exception {
    Path missing = temp.resolve("shim.sock");
    Failure failure = refused(() -> HuskClient.connect("x", missing));
    assertThat(failure).isInstanceOf(RpcFailure.NoShim.class);
    assertThat(failure.message()).contains("\"x\"").contains(missing.toString());
    // The file that a killed shim leaves.
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(missing));
    }
    assertThat(refused(() -> HuskClient.connect("x", missing)).why()).contains("refused");
    assertThat(refused(() -> HuskClient.connect("x", temp.resolve("y".repeat(120)))))
        .isInstanceOf(RpcFailure.SocketPathTooLong.class);
  }

  /** A block of headers may go on in CONTINUATION frames without end. */
  @Test
  void whoSendsHeadersWithoutEndIsGivenUp(@TempDir Path temp) throws Exception {
    Path path = temp.resolve("shim.sock");
    AtomicLong sent = new AtomicLong();
    CountDownLatch over = new CountDownLatch(1);
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(path));
      Thread.ofVirtual()
          .start(
              () -> {
                try (SocketChannel client = other.accept()) {
                  client.write(frame(4, 0, 0));
                  client.write(frame(1, 3, 0));
                  while (true) {
                    sent.addAndGet(client.write(frame(9, 3, 16_000)));
                  }
                } catch (java.io.IOException e) {
                  over.countDown();
                }
              });
      try (HuskClient client = HuskClient.connect("x", path)) {
        assertThat(refused(client::state)).isInstanceOf(RpcFailure.NoAnswer.class);
      }
      over.await();
      // What fits the socket's buffers is sent before it is looked at.
      assertThat(sent.get()).isLessThan(4 << 20);
    }
  }

  /** A frame of that many bytes: one header, "a: b", again and again, in the form of HPACK. */
  private static ByteBuffer frame(int type, int stream, int length) {
    byte[] field = {0, 1, 'a', 1, 'b'};
    ByteBuffer frame = ByteBuffer.allocate(9 + length);
    frame.put((byte) (length >> 16)).putShort((short) length).put((byte) type).put((byte) 0);
    frame.putInt(stream);
    while (frame.hasRemaining()) {
      frame.put(field);
    }
    return frame.flip();
  }

  @Test
  void whoHangsUpIsNoShim(@TempDir Path temp) throws Exception {
    Path path = temp.resolve("shim.sock");
    try (ServerSocketChannel other = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      other.bind(UnixDomainSocketAddress.of(path));
      Thread.ofVirtual()
          .start(
              () -> {
                try {
                  while (true) {
                    SocketChannel client = other.accept();
                    client.close();
                  }
                } catch (java.io.IOException e) {
                  // The end of the test.
                }
              });
      try (HuskClient client = HuskClient.connect("x", path)) {
        Failure failure = refused(client::state);
        assertThat(failure).isInstanceOf(RpcFailure.NoAnswer.class);
        assertThat(failure.why()).contains("UNAVAILABLE");
      }
    }
  }
}
