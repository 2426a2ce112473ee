package dev.husk.cgroup;

import java.time.Duration;

/**
 * The bound of a loop that races with the kernel.
 *
 * @param maxRounds attempts in all
 * @param deadline for the whole loop
 * @param maxPause the longest pause between two rounds; the first three rounds have none, then it
 *     is 1 ms and doubles
 */
public record RetryBudget(int maxRounds, Duration deadline, Duration maxPause) {
  private static final int ROUNDS_WITHOUT_PAUSE = 3;

  /**
   * 100 rounds, 2 s, 50 ms. Measured: one or two rounds against a shell that forks all the time.
   */
  public static final RetryBudget DEFAULT =
      new RetryBudget(100, Duration.ofSeconds(2), Duration.ofMillis(50));

  public RetryBudget {
    if (maxRounds < 1 || deadline.isNegative() || maxPause.isNegative()) {
      throw new IllegalArgumentException(
          "a retry budget needs at least one round and no negative time");
    }
  }

  /** The pause after that round (1 is the first), in milliseconds. */
  long pauseMillis(int round) {
    if (round <= ROUNDS_WITHOUT_PAUSE) {
      return 0;
    }
    int doublings = Math.min(round - ROUNDS_WITHOUT_PAUSE - 1, 30);
    return Math.min(1L << doublings, maxPause.toMillis());
  }
}
