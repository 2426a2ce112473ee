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
   * Runs the work to its end, or gives up waiting for it.
   *
   * @return false when the time was over first, or the caller was interrupted: the work goes on
   * @throws HuskException what the work ended with
   */
  static boolean done(Work work, Duration time) throws HuskException {
    BoundedWork bounded = new BoundedWork(work);
    Thread thread = Thread.ofPlatform().daemon().name("husk-limits").unstarted(bounded);
    thread.start();
    try {
      if (!thread.join(time)) {
        return false;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
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

  @Override
  public void run() {
    try {
      work.run();
    } catch (HuskException | RuntimeException | Error e) {
      failure = e;
    }
  }
}
