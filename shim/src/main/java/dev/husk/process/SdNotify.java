package dev.husk.process;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import jnr.unixsocket.UnixDatagramChannel;
import jnr.unixsocket.UnixSocketAddress;

/**
 * Tells systemd how the service does: sd_notify(3). Through jnr-unixsocket, since the JDK has no
 * datagrams on unix sockets; loaded only when there is somebody to tell.
 */
public final class SdNotify {
  private SdNotify() {}

  /** The socket that the service manager gave us; empty when there is none. */
  public static String address() {
    return System.getenv().getOrDefault("NOTIFY_SOCKET", "");
  }

  /**
   * Sends a state such as {@code READY=1}.
   *
   * @param address path, or with a leading {@code @} an abstract name
   */
  public static void send(String address, String state) throws IOException {
    String name = address.startsWith("@") ? "\0" + address.substring(1) : address;
    try (UnixDatagramChannel channel = UnixDatagramChannel.open()) {
      channel.send(
          ByteBuffer.wrap(state.getBytes(StandardCharsets.UTF_8)), new UnixSocketAddress(name));
    }
  }
}
