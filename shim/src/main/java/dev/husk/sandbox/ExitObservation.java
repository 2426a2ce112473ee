package dev.husk.sandbox;

import dev.husk.process.Child;
import dev.husk.process.ErrnoException;
import dev.husk.process.Pidfd;
import dev.husk.process.Signal;
import dev.husk.process.WaitStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/** Finds out how a payload ended, once its process has. */
final class ExitObservation {
  /** How long bwrap's monitor, which has nothing left to do, may take to end. */
  private static final int MONITOR_PATIENCE = 2000;

  /** How long whoever adopted the payload may take to reap it, when the monitor is dead. */
  private static final Duration REAP_PATIENCE = Duration.ofMillis(500);

  private ExitObservation() {}

  /**
   * The kernel's record if it has one, else bwrap's summary. Ends and reaps the monitor.
   *
   * @param reasonOfKill why husk itself killed the sandbox; empty when it did not
   * @param fromOutside what others did to end it, as far as it is known
   */
  static ExitStatus observe(
      Payload payload, Optional<String> reasonOfKill, Optional<String> fromOutside, Instant now) {
    Optional<WaitStatus> monitor = endMonitor(payload.monitor());
    Optional<WaitStatus> exact = payload.pidfd().exitStatus();
    if (exact.isEmpty()) {
      payload.pidfd().awaitReaped(REAP_PATIENCE);
      exact = payload.pidfd().exitStatus();
    }
    if (exact.isPresent()) {
      return status(payload, exact.get(), true, reasonOfKill, fromOutside, now);
    }
    WaitStatus summary =
        monitor
            .filter(status -> status.signal().isEmpty())
            .orElse(new WaitStatus(128 + Signal.SIGKILL, OptionalInt.of(Signal.SIGKILL)));
    return status(payload, summary, false, reasonOfKill, fromOutside, now);
  }

  /** Ends and reaps bwrap's outer process; empty when somebody else has reaped it. */
  static Optional<WaitStatus> endMonitor(Child monitor) {
    try (Pidfd pidfd = monitor.pidfd()) {
      if (!pidfd.awaitEnd(MONITOR_PATIENCE)) {
        pidfd.signal(Signal.SIGKILL);
        pidfd.awaitEnd(MONITOR_PATIENCE);
      }
      return monitor.reap();
    } catch (ErrnoException e) {
      return Optional.empty();
    }
  }

  private static ExitStatus status(
      Payload payload,
      WaitStatus status,
      boolean exact,
      Optional<String> reasonOfKill,
      Optional<String> fromOutside,
      Instant now) {
    String how =
        status.signal().isPresent()
            ? "killed by signal " + status.signal().getAsInt()
            : "exited with status " + status.code();
    Optional<String> oom =
        reasonOfKill.isEmpty() && mayBeKill(status, exact)
            ? payload.cgroup().endByOom()
            : Optional.empty();
    Optional<String> why = oom.or(() -> reasonOfKill).or(() -> fromOutside);
    String reason = why.isPresent() ? how + ": " + why.get() : how;
    return new ExitStatus(status.code(), status.signal(), exact, reason, now, oom.isPresent());
  }

  /** Bwrap's summary does not tell an exit with 137 from a death by SIGKILL. */
  private static boolean mayBeKill(WaitStatus status, boolean exact) {
    return status.signal().isPresent()
        ? status.signal().getAsInt() == Signal.SIGKILL
        : !exact && status.code() == 128 + Signal.SIGKILL;
  }
}
