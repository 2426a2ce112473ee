package dev.husk.rpc;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/**
 * Who may talk to the shim: its own effective user and root, by the kernel's word ({@code
 * SO_PEERCRED}, unix(7)). Users compare by number.
 */
final class OwnPeers {
  private final UserPrincipal own;

  private OwnPeers(UserPrincipal own) {
    this.own = own;
  }

  /**
   * @param madeByUs a file that this process has just created and that its user owns therefore
   */
  static OwnPeers ownersOf(Path madeByUs) throws IOException {
    return new OwnPeers(Files.getOwner(madeByUs));
  }

  /** The user and group at the other end when it connected. */
  static UnixDomainPrincipal of(SocketChannel channel) throws IOException {
    return channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
  }

  boolean admit(UnixDomainPrincipal peer) throws IOException {
    // The name service is asked for root only for a stranger, so that it cannot slow own clients.
    return peer.user().equals(own) || peer.user().equals(root());
  }

  private static UserPrincipal root() throws IOException {
    return FileSystems.getDefault().getUserPrincipalLookupService().lookupPrincipalByName("0");
  }
}
