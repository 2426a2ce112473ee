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
      if (e.getCause() instanceof HuskException failure) {
        throw failure;
      }
      throw e;
    }
  }
}
