package dev.husk.rpc;

import java.util.function.Consumer;

/** Lines that a peer can provoke: one in ten seconds, with the number of those left out. */
final class SparseLog {
  private static final long INTERVAL_NANOS = 10_000_000_000L;

  private final Consumer<String> log;
  private long lastNanos = System.nanoTime() - INTERVAL_NANOS;
  private long leftOut;

  SparseLog(Consumer<String> log) {
    this.log = log;
  }

  synchronized void say(String line) {
    long now = System.nanoTime();
    if (now - lastNanos < INTERVAL_NANOS) {
      leftOut++;
      return;
    }
    lastNanos = now;
    log.accept(leftOut == 0 ? line : line + " (" + leftOut + " similar lines left out)");
    leftOut = 0;
  }
}
