package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Interrupts;
import dev.husk.process.OwnExit;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Signal;
import dev.husk.sandbox.Sandbox;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What the signals of a foreground husk mean. Before there is a sandbox the first ends husk as soon
 * as create has answered, and the second at once; the deadman then clears up. Afterwards they go to
 * the payload, and a second SIGINT or SIGTERM kills the whole sandbox.
 */
final class ForegroundSignals {
  private static final int SIGINT = 2;
  private static final int SIGTERM = 15;

  /** timeout(1) signals its child and then the child's group: that is one request. */
  private static final long SAME_REQUEST = 100_000_000;

  private Optional<Sandbox> sandbox = Optional.empty();
  private OptionalInt early = OptionalInt.empty();
  private boolean asked;
  private int latest;
  private long latestAt;

  /** From now on nothing ends this process behind its back. */
  void catchThem() throws HuskException {
    try {
      Interrupts.handle(true, this::received);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  /**
   * Hands later signals to a sandbox.
   *
   * @return a signal that came before
   */
  synchronized OptionalInt handTo(Sandbox target) {
    sandbox = Optional.of(target);
    return early;
  }

  private synchronized void received(int signal) {
    long now = System.nanoTime();
    boolean repeated = signal == latest && now - latestAt < SAME_REQUEST;
    latest = signal;
    latestAt = now;
    if (repeated) {
      return;
    }
    if (sandbox.isPresent()) {
      boolean end = signal == SIGINT || signal == SIGTERM;
      boolean again = end && asked;
      asked |= end;
      sandbox.get().kill(again ? Signal.SIGKILL : signal, again);
    } else if (early.isPresent()) {
      OwnExit.now(ExitCode.ofSignal(signal));
    } else {
      early = OptionalInt.of(signal);
    }
  }
}
