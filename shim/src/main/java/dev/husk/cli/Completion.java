package dev.husk.cli;

import dev.husk.failure.HuskException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Waiting for a stage, with its failure as what it was. */
final class Completion {
  private Completion() {}

  static <T> T await(CompletionStage<T> stage) throws HuskException {
    try {
      return stage.toCompletableFuture().join();
    } catch (CompletionException e) {
      // Stages behind others wrap the failure once more.
      Throwable cause = e;
      while (cause instanceof CompletionException && cause.getCause() != null) {
        cause = cause.getCause();
      }
      if (cause instanceof HuskException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
