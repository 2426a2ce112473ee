package dev.husk.systemd;

import dev.husk.process.ErrnoException;
import dev.husk.process.SysFiles;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/**
 * What there is of systemd, from this process' point of view.
 *
 * @param running systemd is the host's manager: sd_booted(3)
 * @param firstProcess the name of pid 1; empty when it cannot be read
 * @param systemBus whether the system bus takes connections
 * @param userBus where the user's own bus would be
 * @param userBusReachable whether it takes connections, behind which the user's manager is
 */
public record SystemdHost(
    boolean running,
    String firstProcess,
    Path systemBus,
    boolean systemBusReachable,
    Path userBus,
    boolean userBusReachable) {
  private static final Path BOOTED = Path.of("/run/systemd/system");
  private static final Path SYSTEM_BUS = Path.of("/run/dbus/system_bus_socket");

  /** Whether systemd is the host's manager: sd_booted(3). */
  public static boolean booted() {
    return Files.isDirectory(BOOTED);
  }

  /** The bus behind which this user's manager is: the system's for root. */
  public static Path bus(Map<String, String> environment, int uid) {
    return uid == 0 ? SYSTEM_BUS : userBus(environment, uid);
  }

  private static Path userBus(Map<String, String> environment, int uid) {
    String runtime = environment.getOrDefault("XDG_RUNTIME_DIR", "");
    return Path.of(runtime.startsWith("/") ? runtime : "/run/user/" + Integer.toUnsignedString(uid))
        .resolve("bus");
  }

  /** Looks; a connection is tried and closed at once, and none waits. */
  public static SystemdHost look(Map<String, String> environment, int uid) {
    Path userBus = userBus(environment, uid);
    return new SystemdHost(
        booted(), nameOfFirst(), SYSTEM_BUS, answers(SYSTEM_BUS), userBus, answers(userBus));
  }

  private static String nameOfFirst() {
    try {
      return SysFiles.read(Path.of("/proc/1/comm")).strip();
    } catch (ErrnoException e) {
      return "";
    }
  }

  private static boolean answers(Path socket) {
    try (SocketChannel channel = SocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      channel.configureBlocking(false);
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException | RuntimeException e) {
      return false;
    }
  }
}
