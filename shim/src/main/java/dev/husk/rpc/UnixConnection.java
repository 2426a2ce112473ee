package dev.husk.rpc;

import dev.husk.process.Errno;
import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;

/**
 * Connects to a unix socket, with a bound. A blocking connect(2) waits for ever when the listener's
 * queue is full, as that of a process is that was stopped or hangs.
 */
final class UnixConnection {
  /** For a queue to get room. */
  static final int SECONDS = 10;

  private static final int PAUSE_MILLIS = 20;

  private UnixConnection() {}

  /**
   * A blocking channel.
   *
   * @throws SocketTimeoutException when the listener has no room for that long
   * @throws IOException when nobody listens, or on an interrupt
   */
  static SocketChannel open(UnixDomainSocketAddress to) throws IOException {
    long end = System.nanoTime() + SECONDS * 1_000_000_000L;
    while (true) {
      SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
      boolean connected = false;
      try {
        connected = connect(channel, to);
        if (connected) {
          return channel;
        }
      } finally {
        if (!connected) {
          channel.close();
        }
      }
      if (System.nanoTime() >= end) {
        throw new SocketTimeoutException("the queue of " + to + " is full");
      }
      pause();
    }
  }

  /** A unix socket is connected at once or, with EAGAIN, not at all. */
  private static boolean connect(SocketChannel channel, UnixDomainSocketAddress to)
      throws IOException {
    channel.configureBlocking(false);
    try {
      if (!channel.connect(to)) {
        return false;
      }
    } catch (SocketException e) {
      if (Errno.EAGAIN.text().equals(e.getMessage())) {
        return false;
      }
      throw e;
    }
    channel.configureBlocking(true);
    return true;
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while connecting", e);
    }
  }
}
