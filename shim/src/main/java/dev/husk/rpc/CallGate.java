package dev.husk.rpc;

import dev.husk.failure.HuskException;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds the calls that may last for ever, Wait and Events together, and counts each. */
final class CallGate {
  private final int bound;
  private final AtomicInteger all = new AtomicInteger();
  private final AtomicInteger waits = new AtomicInteger();
  private final AtomicInteger eventStreams = new AtomicInteger();

  CallGate(int bound) {
    this.bound = bound;
  }

  void enterWait() throws HuskException {
    enter("wait", waits);
  }

  void leaveWait() {
    leave(waits);
  }

  void enterEvents() throws HuskException {
    enter("events", eventStreams);
  }

  void leaveEvents() {
    leave(eventStreams);
  }

  int waits() {
    return waits.get();
  }

  int eventStreams() {
    return eventStreams.get();
  }

  private void enter(String method, AtomicInteger kind) throws HuskException {
    if (all.incrementAndGet() > bound) {
      all.decrementAndGet();
      throw new HuskException(new RpcFailure.TooManyCalls(method, bound));
    }
    kind.incrementAndGet();
  }

  private void leave(AtomicInteger kind) {
    kind.decrementAndGet();
    all.decrementAndGet();
  }
}
