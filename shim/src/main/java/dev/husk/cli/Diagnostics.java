package dev.husk.cli;

import dev.husk.cgroup.LimitStatus;
import dev.husk.process.Stderr;
import dev.husk.sandbox.Event;
import dev.husk.sandbox.Sandbox;
import java.time.Duration;

/** Shows a foreground user what the events of a sandbox warn of. */
final class Diagnostics {
  private final Sandbox sandbox;

  /** The last event that was looked at. */
  private long seen;

  Diagnostics(Sandbox sandbox) {
    this.sandbox = sandbox;
  }

  /** What the config asks for and the operator's choice lets go unenforced. */
  void reportLimits() {
    for (LimitStatus limit : sandbox.status().limits()) {
      if (!limit.enforced() && !limit.isDefault()) {
        Stderr.say("warning: " + limit.property() + " is not enforced: " + limit.reason());
      }
    }
  }

  /** What has happened since the last report: of a payload that never ends, this is before it. */
  void report() {
    try {
      for (Event event : sandbox.events().await(seen, Duration.ZERO).events()) {
        seen = event.sequence();
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
