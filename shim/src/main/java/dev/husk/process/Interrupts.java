package dev.husk.process;

import java.util.function.IntConsumer;
import sun.misc.Signal;

/** Signals that end a process by default, given to a handler instead. */
public final class Interrupts {
  private Interrupts() {}

  /**
   * From now on calls the handler, on a thread of its own for each, with the number of each SIGHUP,
   * SIGINT and SIGTERM.
   */
  @SuppressWarnings("sunapi") // the JDK has no other way, and its own tools use this one
  public static void handle(IntConsumer handler) {
    for (String name : new String[] {"HUP", "INT", "TERM"}) {
      Signal.handle(new Signal(name), signal -> handler.accept(signal.getNumber()));
    }
  }
}
