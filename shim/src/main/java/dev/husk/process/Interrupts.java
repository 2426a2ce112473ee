package dev.husk.process;

import java.util.function.IntConsumer;

/** Signals that end a process by default, given to a handler instead. */
public final class Interrupts {
  private Interrupts() {}

  /**
   * From now on calls the handler with the number of each SIGHUP, SIGINT and SIGTERM, one at a
   * time, on a thread of its own. To be called once in a process.
   *
   * @param quitToo SIGQUIT as well, with which a JVM prints its threads otherwise
   */
  public static void handle(boolean quitToo, IntConsumer handler) throws ErrnoException {
    Pipe pipe = Pipe.open();
    int result = Native.redirectInterrupts(pipe.writeEnd().number(), quitToo);
    if (result < 0) {
      throw new ErrnoException("sigaction", "SIGHUP, SIGINT, SIGTERM, SIGQUIT", Errno.of(-result));
    }
    Thread thread = new Thread(() -> pass(pipe, handler), "husk-signals");
    thread.setDaemon(true);
    thread.start();
  }

  /** Ends when the descriptor does not deliver any more, which is never before the process ends. */
  private static void pass(Pipe pipe, IntConsumer handler) {
    byte[] signal = new byte[1];
    while (Native.read(pipe.readEnd().number(), signal, 0, 1) == 1) {
      handler.accept(signal[0]);
    }
  }
}
