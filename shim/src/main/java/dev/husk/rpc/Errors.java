package dev.husk.rpc;

import dev.husk.failure.HuskException;
import io.grpc.StatusException;
import io.grpc.StatusRuntimeException;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;

/**
 * Any throwable as a status. What is not a failure of husk's own goes to the log with its stack.
 */
final class Errors {
  private static final int FRAMES = 12;

  private Errors() {}

  static RuntimeException toStatus(String method, Throwable error, Consumer<String> log) {
    Throwable cause = error;
    while ((cause instanceof CompletionException || cause instanceof ExecutionException)
        && cause.getCause() != null) {
      cause = cause.getCause();
    }
    return switch (cause) {
      case HuskException e -> StatusMapper.toStatus(e.failure());
      case StatusRuntimeException e -> e;
      case StatusException e -> e.getStatus().asRuntimeException();
      default -> {
        log.accept(method + ": unexpected " + withStack(cause));
        yield StatusMapper.toStatus(
            new RpcFailure.Unexpected(
                method, "unexpected " + cause.getClass().getSimpleName() + message(cause)));
      }
    };
  }

  private static String message(Throwable cause) {
    return cause.getMessage() == null ? "" : ": " + cause.getMessage();
  }

  private static String withStack(Throwable cause) {
    StringBuilder text = new StringBuilder(cause.toString());
    StackTraceElement[] stack = cause.getStackTrace();
    for (int i = 0; i < stack.length && i < FRAMES; i++) {
      text.append(" at ").append(stack[i]);
    }
    return text.toString();
  }
}
