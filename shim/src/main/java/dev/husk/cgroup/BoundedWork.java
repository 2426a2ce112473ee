package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Work that the kernel may hold up, on a thread that nobody else needs. */
final class BoundedWork implements Runnable {
  /** What is to be done. */
  interface Work {
    void run() throws HuskException;
  }

  private final Work work;
  private volatile @Nullable Throwable failure;

  private BoundedWork(Work work) {
    this.work = work;
  }

  /**
   * Runs the work to its end, or gives up waiting for it. An interrupt does not cut the wait short,
   * which is bounded anyhow, and is there again afterwards.
   *
   * @return false when the time was over first: the work goes on
   * @throws HuskException what the work ended with
   */
  static boolean done(Work work, Duration time) throws HuskException {
    BoundedWork bounded = new BoundedWork(work);
    Thread thread = Thread.ofPlatform().daemon().name("husk-limits").unstarted(bounded);
    thread.start();
    if (!ended(thread, time)) {
      return false;
    }
    switch (bounded.failure) {
      case null -> {}
      case HuskException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      case Throwable e -> throw new IllegalStateException(e);
    }
    return true;
  }

  private static boolean ended(Thread thread, Duration time) {
    long end = System.nanoTime() + time.toNanos();
    boolean interrupted = false;
    try {
      while (true) {
        try {
          return thread.join(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void run() {
    try {
      work.run();
    } catch (HuskException | RuntimeException | Error e) {
      failure = e;
    }
  }
}
