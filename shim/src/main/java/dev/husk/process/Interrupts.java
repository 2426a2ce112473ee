package dev.husk.process;

import java.util.function.IntConsumer;

/** Signals that end a process by default, given to a handler instead. */
@SuppressWarnings("sunapi") // the JDK has no other way; an import could not be suppressed
public final class Interrupts {
  private Interrupts() {}

  /**
   * From now on calls the handler, on a thread of its own for each, with the number of each SIGHUP,
   * SIGINT and SIGTERM.
   */
  public static void handle(IntConsumer handler) {
    for (String name : new String[] {"HUP", "INT", "TERM"}) {
      sun.misc.Signal.handle(new sun.misc.Signal(name), signal -> handler.accept(signal.getNumber()));
    }
  }
}
