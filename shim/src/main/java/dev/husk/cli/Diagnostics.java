package dev.husk.cli;

import dev.husk.sandbox.Event;
import dev.husk.sandbox.Sandbox;
import java.time.Duration;

/** Shows a foreground user what the events of a sandbox warn of. */
final class Diagnostics {
  private Diagnostics() {}

  static void report(Sandbox sandbox) {
    try {
      for (Event event : sandbox.events().await(0, Duration.ZERO).events()) {
        if (event.kind() instanceof Event.Warning warning) {
          System.err.println("husk: warning: " + warning.message());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
