package dev.husk.rpc;

import java.net.SocketAddress;
import jdk.net.UnixDomainPrincipal;

/** The client's end of a connection; unix clients have no address, so it names the user. */
final class PeerAddress extends SocketAddress {
  private static final long serialVersionUID = 1L;

  private final transient UnixDomainPrincipal peer;

  PeerAddress(UnixDomainPrincipal peer) {
    this.peer = peer;
  }

  UnixDomainPrincipal peer() {
    return peer;
  }

  @Override
  public String toString() {
    return "unix peer of user " + peer.user().getName() + ", group " + peer.group().getName();
  }
}
