package dev.husk.rpc;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Whether a server still takes and answers connections: it has to accept one, and to greet it with
 * HTTP/2's first frame, SETTINGS (RFC 9113, 3.4). The kernel alone would complete a connect even if
 * the process hung.
 */
public final class LivenessProbe {
  private static final byte[] PREFACE =
      "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final byte SETTINGS = 4;
  private static final int FRAME_HEADER = 9;
  private static final int TYPE = 3;

  private LivenessProbe() {}

  /** Asks, for that time at most. */
  public static boolean answers(Path socket, Duration time) {
    long deadline = System.nanoTime() + time.toNanos();
    try (Selector selector = Selector.open();
        SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      if (!channel.connect(UnixDomainSocketAddress.of(socket))) {
        return false; // its backlog is full
      }
      ByteBuffer hello = ByteBuffer.allocate(PREFACE.length + FRAME_HEADER);
      hello.put(PREFACE).put(new byte[] {0, 0, 0, SETTINGS, 0, 0, 0, 0, 0}).flip();
      channel.write(hello);
      channel.register(selector, SelectionKey.OP_READ);
      ByteBuffer frame = ByteBuffer.allocate(FRAME_HEADER);
      while (frame.hasRemaining()) {
        long left = (deadline - System.nanoTime()) / 1_000_000;
        if (left <= 0) {
          return false;
        }
        selector.select(left);
        selector.selectedKeys().clear();
        if (channel.read(frame) < 0) {
          return false;
        }
      }
      return frame.get(TYPE) == SETTINGS;
    } catch (IOException e) {
      return false;
    }
  }
}
