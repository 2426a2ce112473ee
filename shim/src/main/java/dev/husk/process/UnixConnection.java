package dev.husk.process;

import java.io.IOException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * Connects to a unix socket, with a bound. A blocking connect(2) waits for ever when the listener's
 * queue is full, as that of a process is that was stopped or hangs.
 */
public final class UnixConnection {
  private static final int PAUSE_MILLIS = 20;

  private UnixConnection() {}

  /**
   * A blocking channel.
   *
   * @param time for the queue to get room
   * @throws SocketTimeoutException when it has none for that long
   * @throws IOException when nobody listens, or on an interrupt
   */
  public static SocketChannel open(UnixDomainSocketAddress to, Duration time) throws IOException {
    long start = System.nanoTime();
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
      if (System.nanoTime() - start >= time.toNanos()) {
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
