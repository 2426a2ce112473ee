package dev.husk.rpc;

import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import javax.net.SocketFactory;

/** Connects gRPC's client to one unix socket, whatever address it asks for. */
abstract class UnixSocketFactory extends SocketFactory {
  private final UnixDomainSocketAddress address;

  UnixSocketFactory(UnixDomainSocketAddress address) {
    this.address = address;
  }

  /** A new connection to that address. */
  abstract SocketChannel connect(UnixDomainSocketAddress to) throws IOException;

  @Override
  public Socket createSocket() throws IOException {
    return new UnixSocket(connect(address), address, 0, () -> {});
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
}
