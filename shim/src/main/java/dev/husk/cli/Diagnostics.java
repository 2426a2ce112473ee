package dev.husk.cli;

import dev.husk.cgroup.LimitStatus;
import dev.husk.process.Stderr;
import dev.husk.sandbox.Event;
import dev.husk.sandbox.Sandbox;
import java.time.Duration;

/** Shows a foreground user what the events of a sandbox warn of. */
final class Diagnostics {
  private Diagnostics() {}

  /** What the config asks for and the operator's choice lets go unenforced. */
  static void reportLimits(Sandbox sandbox) {
    for (LimitStatus limit : sandbox.status().limits()) {
      if (!limit.enforced() && !limit.isDefault()) {
        Stderr.say("warning: " + limit.property() + " is not enforced: " + limit.reason());
      }
    }
  }

  static void report(Sandbox sandbox) {
    try {
      for (Event event : sandbox.events().await(0, Duration.ZERO).events()) {
        if (event.kind() instanceof Event.Warning warning) {
          Stderr.say("warning: " + warning.message());
        } else if (event.kind() instanceof Event.Exited exited && exited.status().oomKilled()) {
          Stderr.say("the payload was " + exited.status().reason());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
