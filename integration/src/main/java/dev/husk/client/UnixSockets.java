package dev.husk.client;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.net.SocketImpl;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import javax.net.SocketFactory;

/** Connects gRPC's client to one unix socket, whatever address it asks for. */
public final class UnixSockets extends SocketFactory {
  private final UnixDomainSocketAddress address;
  private final Queue<SocketChannel> open = new ConcurrentLinkedQueue<>();
  private volatile boolean vanished;

  public UnixSockets(Path path) {
    address = UnixDomainSocketAddress.of(path);
  }

  /** All connections end as if their process had been killed, and there are no new ones. */
  public void vanish() throws IOException {
    vanished = true;
    for (SocketChannel channel : open) {
      channel.close();
    }
  }

  @Override
  public Socket createSocket() throws IOException {
    if (vanished) {
      throw new IOException("this client has vanished");
    }
    SocketChannel channel = SocketChannel.open(address);
    open.add(channel);
    return new UnixSocket(channel, address);
  }

  @Override
  public Socket createSocket(String host, int port) throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(String host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port) throws IOException {
    return createSocket();
  }

  @Override
  public Socket createSocket(InetAddress host, int port, InetAddress local, int localPort)
      throws IOException {
    return createSocket();
  }

  private static final class UnixSocket extends Socket {
    private final SocketChannel channel;
    private final UnixDomainSocketAddress address;

    UnixSocket(SocketChannel channel, UnixDomainSocketAddress address) throws IOException {
      super((SocketImpl) null);
      this.channel = channel;
      this.address = address;
    }

    @Override
    public InputStream getInputStream() {
      return Channels.newInputStream(channel);
    }

    @Override
    public OutputStream getOutputStream() {
      return Channels.newOutputStream(channel);
    }

    @Override
    public SocketAddress getRemoteSocketAddress() {
      return address;
    }

    @Override
    public void setTcpNoDelay(boolean on) {}

    @Override
    public void setSoTimeout(int timeout) {}

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
