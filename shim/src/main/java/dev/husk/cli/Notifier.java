package dev.husk.cli;

import dev.husk.process.SdNotify;
import dev.husk.process.Stderr;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Tells the service manager how the shim does, on a thread of its own: the library behind it takes
 * longer to load than the rest of serve. Without a manager nothing happens.
 */
final class Notifier {
  /** Bounds the wait of a shim that is about to end. */
  private static final Duration PATIENCE = Duration.ofSeconds(2);

  private final Optional<Thread> thread;

  private Notifier(Optional<Thread> thread) {
    this.thread = thread;
  }

  /** Sends a state of sd_notify(3) such as {@code READY=1}. */
  static Notifier send(String state) {
    String address = SdNotify.address();
    if (address.isEmpty()) {
      return new Notifier(Optional.empty());
    }
    return new Notifier(
        Optional.of(
            Thread.ofPlatform().daemon().name("husk-notify").start(() -> deliver(address, state))));
  }

  private static void deliver(String address, String state) {
    try {
      SdNotify.send(address, state);
    } catch (IOException e) {
      Stderr.say("cannot tell systemd " + state + ": " + e.getMessage());
    }
  }

  /** Waits, bounded, until it is sent. */
  void await() {
    if (thread.isPresent()) {
      try {
        thread.get().join(PATIENCE);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
