package dev.husk.rpc;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.sandbox.CreateOptions;
import dev.husk.sandbox.Owner;
import dev.husk.sandbox.Sandbox;
import dev.husk.sandbox.SandboxFailure;
import dev.husk.sandbox.Shim;
import dev.husk.sandbox.ShimInfo;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A shim whose sandboxes live in memory and keep the domain's rules. */
final class FakeShim implements Shim {
  static final String OWN_ID = "own";

  private final Map<String, FakeSandbox> sandboxes = new LinkedHashMap<>();
  private @Nullable Exception createError;
  private CompletableFuture<Void> mayGoOn = CompletableFuture.completedFuture(null);
  private volatile @Nullable CreateOptions lastOptions;
  private volatile boolean ended;

  /** A failure as any package of husk could have it. */
  record Refusal(FailureKind kind, String where, String why) implements Failure {
    @Override
    public String what() {
      return "do as asked";
    }

    @Override
    public String remedy() {
      return "ask for something else";
    }
  }

  static HuskException refuse(FailureKind kind, String where, String why) {
    return new HuskException(new Refusal(kind, where, why));
  }

  /** Lets every later create fail. */
  synchronized void failCreate(Failure failure) {
    createError = new HuskException(failure);
  }

  /** Lets every later create throw what it must not. */
  synchronized void breakCreate(RuntimeException error) {
    createError = error;
  }

  /** Operations begin and do not finish until the returned stage is completed. */
  synchronized CompletableFuture<Void> hold() {
    mayGoOn = new CompletableFuture<>();
    return mayGoOn;
  }

  synchronized CompletableFuture<Void> mayGoOn() {
    return mayGoOn;
  }

  @Nullable CreateOptions lastOptions() {
    return lastOptions;
  }

  boolean ended() {
    return ended;
  }

  @Override
  public ShimInfo info() {
    return new ShimInfo(
        "0.1.0",
        4711,
        "1.0.0",
        "1.3.0",
        "6.18.0",
        "hybrid",
        "/sys/fs/cgroup/unified",
        List.of("hugetlb"),
        "/usr/bin/bwrap",
        "bubblewrap 0.8.0",
        List.of(new ShimInfo.Feature("clone3-into-cgroup", true, "tried")));
  }

  @Override
  public synchronized List<Sandbox> sandboxes() {
    return new ArrayList<>(sandboxes.values());
  }

  @Override
  public synchronized FakeSandbox sandbox(String id) throws HuskException {
    if (id.isEmpty() && sandboxes.size() == 1) {
      return sandboxes.values().iterator().next();
    }
    if (id.isEmpty() && sandboxes.size() > 1) {
      throw refuse(FailureKind.PRECONDITION, "id", "there are several");
    }
    FakeSandbox sandbox = sandboxes.get(id);
    if (sandbox == null) {
      throw refuse(FailureKind.NOT_FOUND, "sandbox " + id, "there is none");
    }
    return sandbox;
  }

  /** 42 is in the first sandbox, 43 a stranger, and there is no other process. */
  @Override
  public synchronized Optional<Owner> owner(int pid) throws HuskException {
    if (pid == 42) {
      String id = sandboxes.values().iterator().next().id();
      return Optional.of(new Owner(id, "payload/a/b", List.of(42, 7, 1)));
    }
    if (pid == 43) {
      return Optional.empty();
    }
    throw new HuskException(new SandboxFailure.NoSuchProcess(pid));
  }

  @Override
  public synchronized CompletionStage<Sandbox> create(CreateOptions options) {
    lastOptions = options;
    if (createError instanceof RuntimeException error) {
      throw error;
    }
    if (createError != null) {
      return CompletableFuture.failedFuture(createError);
    }
    String id = options.id().isEmpty() ? OWN_ID : options.id();
    if (sandboxes.containsKey(id)) {
      return CompletableFuture.failedFuture(refuse(FailureKind.EXISTS, id, "the id is taken"));
    }
    FakeSandbox sandbox = new FakeSandbox(this, id, options.bundle());
    sandboxes.put(id, sandbox);
    return mayGoOn.thenApply(go -> sandbox.created());
  }

  @Override
  public CompletionStage<Void> shutdown(boolean force) {
    for (Sandbox sandbox : sandboxes()) {
      if (!force) {
        return CompletableFuture.failedFuture(
            refuse(FailureKind.PRECONDITION, sandbox.id(), "it is still there"));
      }
      sandbox.delete(true);
    }
    ended = true;
    return CompletableFuture.completedFuture(null);
  }

  synchronized void forget(String id) {
    sandboxes.remove(id);
  }
}
