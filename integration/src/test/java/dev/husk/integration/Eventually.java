package dev.husk.integration;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waiting for what the outside world does not announce. */
final class Eventually {
  /** An emulated machine computes that many times slower at most; bounds are for others. */
  static final int SLOWNESS = "qemu".equals(System.getenv("HUSK_LAB_MACHINE")) ? 10 : 1;

  private Eventually() {}

  /** Waits until the condition holds and fails when it does not within the bound. */
  static void is(Duration bound, Callable<Boolean> condition, Callable<String> expected)
      throws Exception {
    long end = System.nanoTime() + bound.toNanos() * SLOWNESS;
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + bound + ": " + expected.call());
      }
      Thread.sleep(10);
    }
  }
}
