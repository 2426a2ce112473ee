package dev.husk.rpc;

import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channel;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import jdk.net.UnixDomainPrincipal;
import org.jspecify.annotations.Nullable;

/**
 * The listening unix socket in the form that gRPC's server takes. {@link #accept} returns admitted
 * peers only and fails only when closed: gRPC ends the whole server on any other exception.
 */
final class UnixServerSocket extends ServerSocket {
  /** One byte less than {@code sun_path} holds beside its NUL (unix(7)): so the JDK has it. */
  static final int LONGEST_PATH = 106;

  private static final long PAUSE_MILLIS = 50;

  private final Path path;
  private final ServerSocketChannel channel;
  private final boolean madeDirectory;
  private final OwnPeers peers;
  private final int mostConnections;
  private final SparseLog log;
  private final AtomicInteger connections = new AtomicInteger();
  private final LongAdder rejectedPeers = new LongAdder();
  private final LongAdder turnedAway = new LongAdder();

  private UnixServerSocket(
      Path path,
      ServerSocketChannel channel,
      boolean madeDirectory,
      OwnPeers peers,
      int mostConnections,
      SparseLog log)
      throws IOException {
    this.path = path;
    this.channel = channel;
    this.madeDirectory = madeDirectory;
    this.peers = peers;
    this.mostConnections = mostConnections;
    this.log = log;
  }

  /**
   * Listens on a path; connections are taken from the first {@link #accept} on.
   *
   * @throws HuskException {@link RpcFailure}
   */
  static UnixServerSocket listen(Path path, int mostConnections, Consumer<String> log)
      throws HuskException {
    SocketPlace.Bound bound = SocketPlace.listen(path);
    ServerSocketChannel channel = bound.channel();
    try {
      OwnPeers peers = OwnPeers.ownersOf(path);
      return new UnixServerSocket(
          path, channel, bound.madeDirectory(), peers, mostConnections, new SparseLog(log));
    } catch (IOException e) {
      closeQuietly(channel);
      throw new HuskException(
          new RpcFailure.SocketRefused(
              path,
              "its owner cannot be read: " + e.getMessage(),
              "check the directory's file system",
              FailureKind.INTERNAL),
          e);
    }
  }

  /** Nothing: the socket listens already, so that its failures are husk's own. */
  @Override
  public void bind(SocketAddress endpoint) {}

  @Override
  public Socket accept() throws IOException {
    while (true) {
      SocketChannel client;
      try {
        client = channel.accept();
      } catch (ClosedChannelException e) {
        throw new SocketException("closed");
      } catch (IOException e) {
        log.say("accept on " + path + " failed, trying again: " + e.getMessage());
        pause();
        continue;
      }
      UnixSocket admitted = admit(client);
      if (admitted != null) {
        return admitted;
      }
    }
  }

  private @Nullable UnixSocket admit(SocketChannel client) {
    try {
      UnixDomainPrincipal peer = OwnPeers.of(client);
      if (!peers.admit(peer)) {
        rejectedPeers.increment();
        log.say("closed a connection on " + path + " from user " + peer.user().getName());
        client.close();
        return null;
      }
      if (connections.incrementAndGet() > mostConnections) {
        connections.decrementAndGet();
        turnedAway.increment();
        log.say("closed a connection on " + path + ": " + mostConnections + " are open");
        TurnAway.tellAndClose(client, mostConnections);
        return null;
      }
      return new UnixSocket(
          client, new PeerAddress(peer), UnixSocket.CLIENT_PREFACE, connections::decrementAndGet);
    } catch (IOException e) {
      // The peer is gone already.
      closeQuietly(client);
      return null;
    }
  }

  private static void closeQuietly(Channel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Nothing is left to release.
    }
  }

  private static void pause() throws SocketException {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      throw new SocketException("interrupted");
    }
  }

  @Override
  public SocketAddress getLocalSocketAddress() {
    return UnixDomainSocketAddress.of(path);
  }

  @Override
  public boolean isClosed() {
    return !channel.isOpen();
  }

  /** Stops listening, and removes the socket's file and the directory that was made for it. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      // The file goes first: whoever starts on the same path after the close keeps his.
      unlink();
      channel.close();
    }
  }

  /** Removes the socket's file, and its directory if it was made for it and holds nothing else. */
  void unlink() throws IOException {
    Files.deleteIfExists(path);
    if (madeDirectory) {
      try {
        Files.deleteIfExists(path.getParent());
      } catch (DirectoryNotEmptyException e) {
        // Somebody uses it too.
      }
    }
  }

  int connections() {
    return connections.get();
  }

  long rejectedPeers() {
    return rejectedPeers.sum();
  }

  long turnedAway() {
    return turnedAway.sum();
  }
}
