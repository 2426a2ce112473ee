package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import dev.husk.process.Spawner;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A shim process with one sandbox at most. */
public final class LocalShim implements Shim {
  /** Two larger configs at once, the rehearsed and the real one, could be too much for the heap. */
  private static final int LARGEST_REHEARSED = 64 << 10;

  private final ShimOptions options;
  private final StateDirectory directory;
  private final Spawner spawner = new Spawner();
  private final CompletableFuture<Void> ended = new CompletableFuture<>();
  private Optional<LocalSandbox> current = Optional.empty();
  private boolean ending;
  private boolean endWhenStopped;

  public LocalShim(ShimOptions options, StateDirectory directory) {
    this.options = options;
    this.directory = directory;
  }

  /** Completes when the process has nothing left to do: after a delete, or after a shutdown. */
  public CompletionStage<Void> ended() {
    return ended.minimalCompletionStage();
  }

  /** From now on a sandbox is deleted as soon as it has stopped. */
  public synchronized void endWhenStopped() {
    endWhenStopped = true;
  }

  /**
   * Does what has no effect of a create of the shim's own bundle (but that bwrap may be probed, as
   * by {@link #info}), for the JVM to have loaded and linked all that by the time a create comes:
   * half of its time otherwise.
   *
   * @return what could have been the sandbox's status
   */
  public SandboxStatus rehearse() {
    SandboxStatus status =
        new SandboxStatus(
            options.id(),
            "",
            Phase.CREATED,
            options.bundle().toString(),
            OptionalInt.empty(),
            Map.of("", ""),
            Instant.now(),
            Optional.empty(),
            Optional.empty(),
            "",
            List.of(),
            Optional.empty());
    StateJson.write(status, "", 0, Optional.empty());
    try {
      if (Files.size(options.bundle().resolve("config.json")) > LARGEST_REHEARSED) {
        return status;
      }
      Preparation.of(options.bundle(), options, spawner, directory);
    } catch (HuskException | IOException e) {
      // Whoever asks for the create is told.
    }
    return status;
  }

  @Override
  public ShimInfo info() throws HuskException {
    return HostFacts.gather(spawner, options);
  }

  @Override
  public synchronized List<Sandbox> sandboxes() {
    return current.isPresent() ? List.of(current.get()) : List.of();
  }

  @Override
  public synchronized Sandbox sandbox(String id) throws HuskException {
    if (current.isEmpty() || !(id.isEmpty() || id.equals(options.id()))) {
      throw new HuskException(new SandboxFailure.NoSuchSandbox(id));
    }
    return current.get();
  }

  @Override
  public Optional<Owner> owner(int pid) throws HuskException {
    ProcessPlace place = ProcessPlace.of(pid);
    for (Sandbox sandbox : sandboxes()) {
      Optional<Owner> owner = Owner.of(sandbox.id(), sandbox.status().cgroup(), place);
      if (owner.isPresent()) {
        return owner;
      }
    }
    return Optional.empty();
  }

  @Override
  public CompletionStage<Sandbox> create(CreateOptions request) {
    LocalSandbox sandbox;
    try {
      sandbox = admit(request.id());
    } catch (HuskException e) {
      return CompletableFuture.failedFuture(e);
    }
    return sandbox
        .create(request)
        .whenComplete(
            (made, failure) -> {
              if (failure != null) {
                forget();
              }
            });
  }

  private synchronized LocalSandbox admit(String id) throws HuskException {
    if (!id.isEmpty()) {
      SandboxId.require(id);
    }
    if (ending) {
      throw new HuskException(new SandboxFailure.Ending(options.id()));
    }
    if (!id.isEmpty() && !id.equals(options.id())) {
      throw new HuskException(new SandboxFailure.OtherId(id, options.id()));
    }
    if (current.isPresent()) {
      throw new HuskException(
          new SandboxFailure.IdInUse(options.id(), directory.path().toString()));
    }
    LocalSandbox sandbox =
        new LocalSandbox(options, spawner, directory, Clock.systemUTC(), this::deleted);
    current = Optional.of(sandbox);
    if (endWhenStopped) {
      CompletionStage<Void> _ = sandbox.exit().thenRun(this::end);
    }
    return sandbox;
  }

  private synchronized void forget() {
    current = Optional.empty();
  }

  private void deleted() {
    synchronized (this) {
      current = Optional.empty();
      ending = true;
    }
    ended.complete(null);
  }

  @Override
  public CompletionStage<Void> shutdown(boolean force) {
    LocalSandbox left;
    synchronized (this) {
      if (current.isEmpty()) {
        ending = true;
        ended.complete(null);
        return CompletableFuture.completedFuture(null);
      }
      left = current.get();
    }
    if (!force) {
      return CompletableFuture.failedFuture(
          new HuskException(new SandboxFailure.StillThere(left.id(), left.status().phase())));
    }
    return left.delete(true).exceptionallyCompose(failure -> endOrFail(left, failure));
  }

  /** A create that failed meanwhile has left nothing to delete. */
  private CompletionStage<Void> endOrFail(LocalSandbox left, Throwable failure) {
    synchronized (this) {
      if (current.isPresent() && current.get().equals(left)) {
        return CompletableFuture.failedFuture(failure);
      }
      ending = true;
    }
    ended.complete(null);
    return CompletableFuture.completedFuture(null);
  }

  /** Kills and deletes what is there, and ends whether that succeeds or not. */
  public void end() {
    shutdown(true)
        .whenComplete(
            (gone, failure) -> {
              if (failure != null) {
                ended.completeExceptionally(failure);
              }
            });
  }
}
