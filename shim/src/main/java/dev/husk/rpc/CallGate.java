package dev.husk.rpc;

import dev.husk.failure.HuskException;
import java.util.concurrent.atomic.AtomicInteger;

/** Bounds the calls that may last for ever, Wait and Events together. */
final class CallGate {
  private final int bound;
  private final AtomicInteger calls = new AtomicInteger();

  CallGate(int bound) {
    this.bound = bound;
  }

  /**
   * Lets a call in; {@link #leave} must follow when it is over.
   *
   * @throws HuskException {@link RpcFailure.TooManyCalls}
   */
  void enter(String method) throws HuskException {
    if (calls.incrementAndGet() > bound) {
      calls.decrementAndGet();
      throw new HuskException(new RpcFailure.TooManyCalls(method, bound));
    }
  }

  void leave() {
    calls.decrementAndGet();
  }
}
