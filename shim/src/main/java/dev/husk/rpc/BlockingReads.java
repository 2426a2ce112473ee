package dev.husk.rpc;

import dev.husk.failure.HuskException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Calls into the kernel that a caller waits for. They run on platform threads of their own, since a
 * native call that the kernel holds would take a carrier from all virtual threads. A bounded number
 * waits for a thread; further ones are refused.
 */
final class BlockingReads {
  private static final int THREADS = 4;
  private static final int WAITING = 1024;
  private static final long KEEP_SECONDS = 5;

  private final ThreadPoolExecutor threads;

  BlockingReads() {
    this(THREADS);
  }

  /**
   * @param atOnce how many run at the same time
   */
  BlockingReads(int atOnce) {
    threads =
        new ThreadPoolExecutor(
            atOnce,
            atOnce,
            KEEP_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(WAITING),
            Thread.ofPlatform().name("husk-read-", 0).daemon().factory());
    threads.allowCoreThreadTimeOut(true);
  }

  /** Runs a read; the stage fails with EXHAUSTED when too many wait already. */
  <T> CompletionStage<T> run(String method, Reply.Answer<T> read) {
    CompletableFuture<T> result = new CompletableFuture<>();
    try {
      threads.execute(
          () -> {
            try {
              result.complete(read.get());
            } catch (HuskException | RuntimeException e) {
              result.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      result.completeExceptionally(
          new HuskException(new RpcFailure.TooManyCalls(method, WAITING), e));
    }
    return result;
  }

  void stop() {
    threads.shutdown();
  }
}
