package dev.husk.rpc;

import dev.husk.failure.HuskException;
import io.grpc.Context;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The one answer to a call, whoever gives it first: the operation, the server's deadline, or the
 * client that goes away. The operation itself is never cancelled.
 */
final class Reply<T> {
  private final String method;
  private final ServerCallStreamObserver<T> observer;
  private final Consumer<String> log;
  private final AtomicBoolean given = new AtomicBoolean();
  private volatile @Nullable Future<?> deadline;
  private volatile @Nullable Runnable onDone;
  private volatile @Nullable Runnable onClosed;

  Reply(String method, StreamObserver<T> observer, Consumer<String> log) {
    this.method = method;
    this.observer = (ServerCallStreamObserver<T>) observer;
    this.log = log;
    this.observer.setOnCancelHandler(this::abandon);
    this.observer.setOnCloseHandler(this::closed);
  }

  /** Answers with what a stage brings, or by the server's deadline if the client has none. */
  <S> void follow(
      CompletionStage<S> stage,
      Function<? super S, T> message,
      ScheduledExecutorService timer,
      long boundMillis) {
    stage.whenComplete(
        (value, error) -> {
          if (error == null) {
            answer(() -> message.apply(value));
          } else {
            fail(error);
          }
        });
    if (!given.get() && Context.current().getDeadline() == null) {
      deadline =
          timer.schedule(
              () -> fail(new HuskException(notFinished(boundMillis))),
              boundMillis,
              TimeUnit.MILLISECONDS);
      if (given.get()) {
        stopWaiting();
      }
    }
  }

  private RpcFailure notFinished(long boundMillis) {
    return new RpcFailure.NotFinished(method, TimeUnit.MILLISECONDS.toSeconds(boundMillis));
  }

  /** Runs once, when the call is over in any way; at once if it is already. */
  void whenDone(Runnable action) {
    onDone = action;
    if (given.get()) {
      stopWaiting();
    }
  }

  /**
   * Runs when the client has what was sent, as far as the transport can tell, or is gone. To be
   * called before an answer can be given.
   */
  void whenClosed(Runnable action) {
    onClosed = action;
  }

  private void closed() {
    Runnable action = onClosed;
    if (action != null) {
      action.run();
    }
  }

  /** Answers with a message, or with the failure of making it. */
  void answer(Answer<T> make) {
    T message;
    try {
      message = make.get();
    } catch (HuskException | RuntimeException e) {
      fail(e);
      return;
    }
    if (given.compareAndSet(false, true)) {
      stopWaiting();
      observer.onNext(message);
      observer.onCompleted();
    }
  }

  void fail(Throwable error) {
    if (given.compareAndSet(false, true)) {
      stopWaiting();
      observer.onError(Errors.toStatus(method, error, log));
    }
  }

  private void abandon() {
    if (given.compareAndSet(false, true)) {
      stopWaiting();
    }
    closed();
  }

  private void stopWaiting() {
    Future<?> timeout = deadline;
    if (timeout != null) {
      timeout.cancel(false);
    }
    Runnable action;
    synchronized (this) {
      action = onDone;
      onDone = null;
    }
    if (action != null) {
      action.run();
    }
  }

  /** Makes an answer. */
  @FunctionalInterface
  interface Answer<T> {
    T get() throws HuskException;
  }
}
