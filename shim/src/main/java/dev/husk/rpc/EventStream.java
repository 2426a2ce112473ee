package dev.husk.rpc;

import dev.husk.sandbox.Event;
import dev.husk.sandbox.EventLog;
import dev.husk.v1.EventsResponse;
import io.grpc.stub.ServerCallStreamObserver;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * One Events call: a virtual thread that pulls from the log as fast as the client reads. It ends
 * with the log, the client or the server.
 */
final class EventStream implements Runnable {
  private static final Duration PULL = Duration.ofSeconds(30);

  private final EventLog events;
  private final boolean follow;
  private final ServerCallStreamObserver<EventsResponse> observer;
  private final Consumer<EventStream> onEnd;
  private final Consumer<String> log;
  private final Thread thread;
  private long sequence;
  private volatile boolean serverEnds;

  /**
   * Prepares the stream; must be made in the call's own method, where gRPC takes handlers.
   *
   * @param onEnd runs once, when the stream is over in any way
   */
  EventStream(
      EventLog events,
      long afterSequence,
      boolean follow,
      ServerCallStreamObserver<EventsResponse> observer,
      Consumer<EventStream> onEnd,
      Consumer<String> log) {
    this.events = events;
    this.sequence = afterSequence;
    this.follow = follow;
    this.observer = observer;
    this.onEnd = onEnd;
    this.log = log;
    this.thread = Thread.ofVirtual().name("husk-events").unstarted(this);
    observer.setOnCancelHandler(thread::interrupt);
    observer.setOnReadyHandler(this::ready);
  }

  void start() {
    thread.start();
  }

  /** Ends the call with UNAVAILABLE. */
  void stop() {
    serverEnds = true;
    thread.interrupt();
  }

  @Override
  public void run() {
    try {
      pump();
      observer.onCompleted();
    } catch (InterruptedException e) {
      if (serverEnds) {
        observer.onError(ExitWaiters.ending());
      }
    } catch (RuntimeException e) {
      observer.onError(Errors.toStatus("events", e, log));
    } finally {
      onEnd.accept(this);
    }
  }

  private void pump() throws InterruptedException {
    while (true) {
      EventLog.Batch batch = events.await(sequence, follow ? PULL : Duration.ZERO);
      if (batch.lost() > 0) {
        send(EventMapper.gap(batch.lost()));
      }
      for (Event event : batch.events()) {
        send(EventMapper.event(event));
        sequence = event.sequence();
      }
      if (batch.closed() || !follow) {
        return;
      }
    }
  }

  private void send(EventsResponse response) throws InterruptedException {
    awaitReady();
    observer.onNext(response);
  }

  private synchronized void awaitReady() throws InterruptedException {
    while (!observer.isReady()) {
      wait(PULL.toMillis());
    }
    if (observer.isCancelled()) {
      throw new InterruptedException();
    }
  }

  private synchronized void ready() {
    notifyAll();
  }
}
