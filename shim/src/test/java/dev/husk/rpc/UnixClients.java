package dev.husk.rpc;

import io.grpc.ManagedChannel;
import io.grpc.okhttp.OkHttpChannelBuilder;
import java.io.IOException;
import java.net.ConnectException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** gRPC clients on a unix socket, and what no well-behaved client does. */
final class UnixClients extends UnixSocketFactory implements AutoCloseable {
  /** What gRPC clients take by default; okhttp's own default is no bound. */
  private static final int HEADER_BYTES = 8192;

  private final UnixDomainSocketAddress address;
  private final Queue<SocketChannel> sockets = new ConcurrentLinkedQueue<>();
  private final Queue<ManagedChannel> channels = new ConcurrentLinkedQueue<>();
  private volatile boolean vanished;

  UnixClients(Path path) {
    this(UnixDomainSocketAddress.of(path));
  }

  private UnixClients(UnixDomainSocketAddress address) {
    super(address);
    this.address = address;
  }

  /** A new gRPC channel; connects at its first call. */
  ManagedChannel channel() {
    ManagedChannel channel =
        OkHttpChannelBuilder.forAddress("localhost", 1)
            .usePlaintext()
            .socketFactory(this)
            .maxInboundMetadataSize(HEADER_BYTES)
            .build();
    channels.add(channel);
    return channel;
  }

  /** A connection that says nothing. */
  SocketChannel connect() throws IOException {
    return connect(address);
  }

  /**
   * All connections end as if their processes had been killed; gRPC would repeat its calls on a new
   * connection, so there are none any more.
   */
  void vanish() throws IOException {
    vanished = true;
    for (SocketChannel socket : sockets) {
      socket.close();
    }
  }

  @Override
  SocketChannel connect(UnixDomainSocketAddress to) throws IOException {
    if (vanished) {
      throw new ConnectException("this client has vanished");
    }
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    sockets.add(channel);
    channel.connect(to);
    return channel;
  }

  @Override
  public void close() throws IOException {
    for (ManagedChannel channel : channels) {
      channel.shutdownNow();
    }
    vanish();
  }
}
