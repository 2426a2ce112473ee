package dev.husk.rpc;

import java.net.InetAddress;
import java.net.ServerSocket;
import javax.net.ServerSocketFactory;

/** Hands gRPC the socket that listens already. */
final class OneServerSocket extends ServerSocketFactory {
  private final ServerSocket socket;

  OneServerSocket(ServerSocket socket) {
    this.socket = socket;
  }

  @Override
  public ServerSocket createServerSocket() {
    return socket;
  }

  @Override
  public ServerSocket createServerSocket(int port) {
    return socket;
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog) {
    return socket;
  }

  @Override
  public ServerSocket createServerSocket(int port, int backlog, InetAddress address) {
    return socket;
  }
}
