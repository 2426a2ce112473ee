package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The removal of one sandbox's cgroups, on a thread of its own: rmdir may block in the kernel for
 * ever, and whoever waits here must not.
 */
final class Remover implements Runnable {
  private static final int ROUNDS = 100;
  private static final int EXTENSIONS = 4;

  /** The part of the time after which the size of what is left is looked at. */
  private static final int FIRST_LOOK = 10;

  private static final RetryBudget PAUSES =
      new RetryBudget(ROUNDS, Duration.ofDays(1), Duration.ofMillis(50));

  private final CgroupFs fs;
  private final CgroupTree tree;
  private final Path sandbox;
  private final List<Path> own;
  private final List<Path> parents;
  private final Duration time;
  private final long end;
  private volatile String step = "start";
  private volatile Removal result;

  /**
   * @param own P and what husk made below it, deepest first
   * @param parents to be removed as well when nothing else is in there, deepest first
   */
  Remover(
      CgroupFs fs,
      CgroupTree tree,
      Path sandbox,
      List<Path> own,
      List<Path> parents,
      Duration time) {
    this.fs = fs;
    this.tree = tree;
    this.sandbox = sandbox;
    this.own = own;
    this.parents = parents;
    this.time = time;
    this.end = System.nanoTime() + time.toNanos();
    this.result = leaked("not finished");
  }

  private Removal leaked(String reason) {
    return new Removal.Leaked(sandbox.toString(), reason);
  }

  /**
   * Returns when all is removed, or when the time is over. A tree that the inside made as large as
   * it may, on a machine that is busy, gets the time again as long as it shrinks, {@link
   * #EXTENSIONS} times at most.
   */
  Removal await() {
    Thread thread = Thread.ofPlatform().daemon().name("husk-cgroup-remove").unstarted(this);
    thread.start();
    try {
      Duration first = time.dividedBy(FIRST_LOOK);
      boolean done = thread.join(first);
      if (!done) {
        long before = descendants();
        done = thread.join(time.minus(first));
        long left = done ? before : descendants();
        for (int extension = 0; left < before && extension < EXTENSIONS; extension++) {
          done = thread.join(time);
          before = left;
          left = done ? before : descendants();
        }
      }
      // Gone altogether at the last look, perhaps, and the thread at its last steps.
      return done || thread.join(first) ? result : leaked("out of time while: " + step);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return leaked("interrupted while: " + step);
    }
  }

  /** {@code nr_descendants} of cgroup.stat; unreadable: as if nothing had changed. */
  private long descendants() {
    try {
      List<String> words = Controllers.words(fs.read(sandbox.resolve("cgroup.stat")));
      return Long.parseLong(words.get(words.indexOf("nr_descendants") + 1));
    } catch (ErrnoException | NumberFormatException | IndexOutOfBoundsException e) {
      return Long.MAX_VALUE;
    }
  }

  @Override
  public void run() {
    try {
      for (int round = 1; round <= ROUNDS && System.nanoTime() < end; round++) {
        if (removeOwn() || killAndRemoveAll()) {
          removeParents();
          result = new Removal.Removed();
          return;
        }
        Pacer.SYSTEM.pause(PAUSES.pauseMillis(round));
      }
      result = leaked("still busy; processes: " + CgroupErrors.pids(fs, sandbox));
    } catch (ErrnoException e) {
      result = leaked(e.operation() + ": " + e.errno());
    } catch (HuskException e) {
      result = leaked(e.failure().message());
    }
  }

  /** The plain case: the inside left nothing behind. */
  private boolean removeOwn() throws ErrnoException {
    for (Path cgroup : own) {
      step = "rmdir " + cgroup;
      try {
        fs.rmdir(cgroup);
      } catch (ErrnoException e) {
        if (isBusy(e.errno())) {
          return false;
        }
        if (!e.errno().equals(Errno.ENOENT)) {
          throw e;
        }
      }
    }
    return true;
  }

  private boolean killAndRemoveAll() throws ErrnoException, HuskException {
    step = "kill the processes of " + sandbox;
    long left = Math.max(1, end - System.nanoTime());
    if (!tree.killAndAwaitEmpty(Duration.ofNanos(left))) {
      return false;
    }
    step = "remove the cgroups below " + sandbox;
    try {
      fs.rmdirTree(sandbox);
      return true;
    } catch (ErrnoException e) {
      if (isBusy(e.errno())) {
        return false;
      }
      throw e;
    }
  }

  /** Other sandboxes in there, or their shims' own removal, are no reason to complain. */
  private void removeParents() {
    for (Path parent : parents) {
      step = "rmdir " + parent;
      try {
        fs.rmdir(parent);
      } catch (ErrnoException e) {
        return;
      }
    }
  }

  private static boolean isBusy(Errno errno) {
    return errno.equals(Errno.EBUSY) || errno.equals(Errno.ENOTEMPTY);
  }
}
