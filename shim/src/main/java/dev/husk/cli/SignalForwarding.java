package dev.husk.cli;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Interrupts;
import dev.husk.process.ProcessFailure;
import java.util.function.IntConsumer;

/** The signals that a user or a manager sends to husk itself. */
final class SignalForwarding {
  private SignalForwarding() {}

  /** Calls the handler with the number of each SIGHUP, SIGINT and SIGTERM. */
  static void to(IntConsumer handler) throws HuskException {
    try {
      Interrupts.handle(handler);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }
}
