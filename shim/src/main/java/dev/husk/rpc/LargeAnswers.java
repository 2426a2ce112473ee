package dev.husk.rpc;

import dev.husk.failure.HuskException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Answers that fill a good part of the heap: one at a time, from before it is sent until its client
 * has it or is gone. A client that does not read what it asked for keeps others from such answers,
 * and from nothing else.
 */
final class LargeAnswers {
  /** In bytes; a smaller one is not counted. */
  static final int LARGE = 64 << 10;

  static final int LARGEST = 2 << 20;
  private static final long PATIENCE_SECONDS = 2;

  private final Semaphore one = new Semaphore(1);

  /** The part of one call in it. */
  final class Turn {
    private boolean held;
    private boolean over;

    private Turn() {}

    /**
     * To be called before an answer of that size is sent; waits, bounded.
     *
     * @throws HuskException {@link RpcFailure.TooManyCalls}, {@link RpcFailure.AnswerTooLarge}
     */
    void take(String method, int bytes) throws HuskException {
      if (bytes > LARGEST) {
        throw new HuskException(new RpcFailure.AnswerTooLarge(method, bytes, LARGEST));
      }
      if (bytes <= LARGE) {
        return;
      }
      try {
        if (!one.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
          throw new HuskException(new RpcFailure.TooManyCalls(method, 1));
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new HuskException(new RpcFailure.TooManyCalls(method, 1), e);
      }
      synchronized (this) {
        held = true;
      }
      giveBackWhenOver(false);
    }

    /** The client has the answer, or will never have one. */
    void end() {
      giveBackWhenOver(true);
    }

    private synchronized void giveBackWhenOver(boolean now) {
      over |= now;
      if (over && held) {
        held = false;
        one.release();
      }
    }
  }

  Turn turn() {
    return new Turn();
  }
}
