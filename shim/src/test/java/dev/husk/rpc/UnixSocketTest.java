package dev.husk.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(30)
class UnixSocketTest {
  @TempDir Path directory;

  /** gRPC's server closes the stream that it writes to, before the socket. */
  enum WayToClose {
    OUTPUT,
    INPUT,
    SOCKET;

    Closeable of(UnixSocket socket) {
      return switch (this) {
        case OUTPUT -> socket.getOutputStream();
        case INPUT -> socket.getInputStream();
        case SOCKET -> socket;
      };
    }
  }

  @ParameterizedTest
  @EnumSource
  void aClientThatStillWritesGetsTheLastAnswer(WayToClose way) throws Exception {
    try (Pair pair = new Pair();
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      OutputStream out = pair.served.getOutputStream();
      InputStream in = pair.served.getInputStream();
      Future<byte[]> received = threads.submit(in::readAllBytes);
      out.write(bytes("the last answer"));
      CompletableFuture<Void> closing =
          CompletableFuture.runAsync(() -> close(way.of(pair.served)), threads);
      ByteBuffer answer = ByteBuffer.allocate(100);
      // The end of what is sent shows that the close has begun; only then does the client write.
      while (pair.client.read(answer) >= 0) {}
      assertThat(pair.client.write(ByteBuffer.wrap(bytes("an acknowledgement")))).isEqualTo(18);
      assertThat(closing).isNotDone();
      assertThat(StandardCharsets.US_ASCII.decode(answer.flip()).toString())
          .isEqualTo("the last answer");
      pair.client.close();
      closing.join();
      assertThat(received.get()).isEqualTo(bytes("an acknowledgement"));
    }
  }

  @Test
  void aClientThatNeverHangsUpDoesNotHoldTheCloseForEver() throws Exception {
    try (Pair pair = new Pair()) {
      pair.served.close();
      assertThat(pair.closes.getCount()).isZero();
      assertThat(pair.served.isClosed()).isTrue();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static void close(Closeable closeable) {
    try (closeable) {
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private final class Pair implements AutoCloseable {
    final CountDownLatch closes = new CountDownLatch(1);
    final SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX);
    final UnixSocket served;

    Pair() throws Exception {
      UnixDomainSocketAddress address = UnixDomainSocketAddress.of(directory.resolve("s"));
      try (ServerSocketChannel listening = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        listening.bind(address);
        client.connect(address);
        served = new UnixSocket(listening.accept(), address, 0, closes::countDown);
      }
    }

    @Override
    public void close() throws IOException {
      client.close();
      served.close();
    }
  }
}
