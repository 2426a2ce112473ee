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
  private static final int SIGHUP = 1;

  private Optional<Sandbox> sandbox = Optional.empty();
  private OptionalInt early = OptionalInt.empty();
  private boolean asked;

  /** From now on nothing ends this process behind its back. */
  void catchThem() throws HuskException {
    try {
      Interrupts.handle(this::received);
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
    if (sandbox.isPresent()) {
      boolean again = signal != SIGHUP && asked;
      asked |= signal != SIGHUP;
      sandbox.get().kill(again ? Signal.SIGKILL : signal, again);
    } else if (early.isPresent()) {
      OwnExit.now(ExitCode.ofSignal(signal));
    } else {
      early = OptionalInt.of(signal);
    }
  }
}
