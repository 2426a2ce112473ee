package dev.husk.cgroup;

import java.util.ArrayList;
import java.util.List;

/** Time that passes only by pauses, and a fixed step for each look at it. */
final class TestPacer implements Pacer {
  final List<Long> pauses = new ArrayList<>();
  private final long stepNanos;
  private long now;

  TestPacer(long stepNanos) {
    this.stepNanos = stepNanos;
  }

  TestPacer() {
    this(0);
  }

  @Override
  public long nanoTime() {
    now += stepNanos;
    return now;
  }

  @Override
  public void pause(long millis) {
    pauses.add(millis);
    now += millis * 1_000_000;
  }
}
