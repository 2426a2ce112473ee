package dev.husk.rpc;

import dev.husk.sandbox.ExitStatus;
import dev.husk.sandbox.Sandbox;
import dev.husk.v1.WaitResponse;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The Wait calls in progress. Each sandbox's exit stage gets one dependent, however many calls come
 * and go: dependents of a stage cannot be taken back, so one per call would pile up behind clients
 * that wait with short deadlines.
 */
final class ExitWaiters {
  private final IdentityHashMap<Sandbox, Set<Reply<WaitResponse>>> waiters =
      new IdentityHashMap<>();
  private boolean stopped;

  void add(Sandbox sandbox, Reply<WaitResponse> reply) {
    boolean first;
    synchronized (this) {
      if (stopped) {
        reply.fail(ending());
        return;
      }
      Set<Reply<WaitResponse>> known = waiters.get(sandbox);
      first = known == null;
      if (known == null) {
        known = new LinkedHashSet<>();
        waiters.put(sandbox, known);
      }
      known.add(reply);
    }
    if (first) {
      sandbox.exit().whenComplete((status, error) -> exited(sandbox, status, error));
    }
  }

  /** Forgets a call that is over; its sandbox stays, with the one dependent of its exit stage. */
  synchronized void remove(Sandbox sandbox, Reply<WaitResponse> reply) {
    Set<Reply<WaitResponse>> known = waiters.get(sandbox);
    if (known != null) {
      known.remove(reply);
    }
  }

  synchronized int size() {
    int calls = 0;
    for (Set<Reply<WaitResponse>> known : waiters.values()) {
      calls += known.size();
    }
    return calls;
  }

  /** Ends all calls with UNAVAILABLE, later ones too. */
  void stop() {
    List<Reply<WaitResponse>> all = new ArrayList<>();
    synchronized (this) {
      stopped = true;
      for (Set<Reply<WaitResponse>> known : waiters.values()) {
        all.addAll(known);
      }
    }
    for (Reply<WaitResponse> reply : all) {
      reply.fail(ending());
    }
  }

  static RuntimeException ending() {
    return Status.UNAVAILABLE.withDescription("the shim is ending").asRuntimeException();
  }

  private void exited(Sandbox sandbox, ExitStatus status, @Nullable Throwable error) {
    List<Reply<WaitResponse>> all;
    synchronized (this) {
      Set<Reply<WaitResponse>> known = waiters.remove(sandbox);
      all = known == null ? List.of() : new ArrayList<>(known);
    }
    for (Reply<WaitResponse> reply : all) {
      if (error != null) {
        reply.fail(error);
      } else {
        reply.answer(() -> WaitResponse.newBuilder().setExit(SandboxMapper.exit(status)).build());
      }
    }
  }
}
