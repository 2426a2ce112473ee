package dev.husk.cli;

import dev.husk.process.SdNotify;
import dev.husk.process.Stderr;
import dev.husk.rpc.LivenessProbe;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * Tells the service manager that the shim is alive as long as its API is: sd_watchdog_enabled(3).
 * Silence makes systemd kill and report it, and the sandbox goes with it.
 */
final class Watchdog {
  private Watchdog() {}

  /**
   * How long to wait before each look, and for its answer: a third of systemd's patience, so that a
   * slow answer does not end it. Empty: systemd does not want to hear from us.
   */
  static Optional<Duration> interval(Map<String, String> environment, long pid) {
    String owner = environment.getOrDefault("WATCHDOG_PID", "");
    try {
      long micros = Long.parseLong(environment.getOrDefault("WATCHDOG_USEC", "0"));
      boolean ours = owner.isEmpty() || Long.parseLong(owner) == pid;
      return ours && micros > 2
          ? Optional.of(Duration.ofNanos(micros * 1000 / 3))
          : Optional.empty();
    } catch (NumberFormatException e) {
      return Optional.empty();
    }
  }

  /** Starts to look after the API at that socket, when systemd wants to be told. */
  static void start(Path socket) {
    String address = SdNotify.address();
    Optional<Duration> interval = interval(System.getenv(), ProcessHandle.current().pid());
    if (!address.isEmpty() && interval.isPresent()) {
      Thread.ofPlatform()
          .daemon()
          .name("husk-watchdog")
          .start(() -> look(address, socket, interval.get()));
    }
  }

  private static void look(String address, Path socket, Duration interval) {
    try {
      while (true) {
        if (LivenessProbe.answers(socket, interval)) {
          SdNotify.send(address, "WATCHDOG=1");
        }
        Thread.sleep(interval);
      }
    } catch (IOException e) {
      Stderr.say("cannot tell systemd that the shim is alive: " + e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
