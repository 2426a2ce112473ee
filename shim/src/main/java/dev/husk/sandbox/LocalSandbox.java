package dev.husk.sandbox;

import dev.husk.cgroup.Removal;
import dev.husk.cgroup.Stats;
import dev.husk.failure.HuskException;
import dev.husk.oci.OciConfig;
import dev.husk.oci.Resources;
import dev.husk.process.ControlChannel;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.EventLoop;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Ready;
import dev.husk.process.Spawner;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;

/**
 * A sandbox of this process. Its event loop owns it: verbs are queued there, ends of processes
 * arrive there. Reads and signals go past the loop, so that nothing it waits for can delay them.
 */
final class LocalSandbox implements Sandbox {
  private static final Duration START = Duration.ofSeconds(20);
  private static final Duration EMPTY = Duration.ofSeconds(5);
  private static final Duration FREEZE = Duration.ofSeconds(5);
  private static final Duration REMOVAL = Duration.ofSeconds(5);

  /** The monitor ends a moment before the payload is seen to have ended. */
  private static final int MONITOR_GRACE = 200;

  private final ShimOptions options;
  private final Spawner spawner;
  private final StateDirectory directory;
  private final Clock clock;
  private final EventLoop loop;
  private final EventLog events;
  private final DeadmanWatch deadman;
  private final OomWatch oom;
  private final Instant createdAt;
  private final Runnable onDeleted;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();

  private volatile State state = new State.Creating();
  private volatile Description description = new Description("", "", Map.of());
  private volatile Optional<String> reasonOfKill = Optional.empty();
  private Optional<SandboxScope> scope = Optional.empty();
  private volatile boolean removing;
  private boolean deleted;

  /** What the config says of itself. */
  private record Description(String ociVersion, String bundle, Map<String, String> annotations) {}

  LocalSandbox(
      ShimOptions options,
      Spawner spawner,
      StateDirectory directory,
      Clock clock,
      Runnable onDeleted)
      throws HuskException {
    this.options = options;
    this.spawner = spawner;
    this.directory = directory;
    this.clock = clock;
    this.onDeleted = onDeleted;
    this.createdAt = clock.instant();
    this.events = new EventLog(options.id(), clock);
    try {
      this.loop = new EventLoop("husk-" + options.id());
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
    this.deadman =
        new DeadmanWatch(loop, spawner, options.huskInit(), events, this::endUnsupervised);
    this.oom = new OomWatch(loop, events);
  }

  @Override
  public String id() {
    return options.id();
  }

  @Override
  public SandboxStatus status() {
    State now = state;
    Optional<Payload> payload = now.held();
    // A payload that has ended has no pid any more.
    OptionalInt pid =
        payload.isPresent() && !(now instanceof State.Stopped)
            ? OptionalInt.of(payload.get().pid())
            : OptionalInt.empty();
    Optional<ExitStatus> ended =
        now instanceof State.Stopped stopped ? Optional.of(stopped.exit()) : Optional.empty();
    Description said = description;
    return new SandboxStatus(
        options.id(),
        said.ociVersion(),
        now.phase(),
        said.bundle(),
        pid,
        said.annotations(),
        createdAt,
        now.begun(),
        ended,
        payload.isPresent() ? payload.get().cgroup().relativePath() : "",
        payload.isPresent() ? payload.get().cgroup().limits() : List.of(),
        payload.isPresent()
            ? Optional.of(payload.get().cgroup().deviceControl())
            : Optional.empty());
  }

  /** Work on the loop whose failure belongs to the caller. */
  private interface Verb<T> {
    T run() throws HuskException;
  }

  private <T> CompletableFuture<T> queue(Verb<T> verb) {
    CompletableFuture<T> done = new CompletableFuture<>();
    try {
      loop.execute(
          () -> {
            try {
              done.complete(verb.run());
            } catch (HuskException | RuntimeException | Error e) {
              done.completeExceptionally(e);
            }
          });
    } catch (RejectedExecutionException e) {
      done.completeExceptionally(
          new HuskException(new SandboxFailure.NoSuchSandbox(options.id()), e));
    }
    return done;
  }

  /** Creates; on failure nothing is left and the sandbox is of no further use. */
  CompletionStage<Sandbox> create(CreateOptions request) {
    return queue(
        () -> {
          try {
            return created(request);
          } catch (HuskException | RuntimeException e) {
            directory.clear();
            exit.completeExceptionally(e);
            events.close();
            loop.close();
            throw e;
          }
        });
  }

  private Sandbox created(CreateOptions request) throws HuskException {
    Preparation prepared = Preparation.of(request.bundle(), options, spawner, directory);
    OciConfig config = prepared.config();
    description =
        new Description(config.ociVersion(), request.bundle().toString(), config.annotations());
    directory.writeState(stateFile());
    Creation.Made made = new Creation(options, spawner, directory).run(prepared, request.stdio());
    Payload payload = made.payload();
    state = new State.Created(payload);
    scope = made.scope();
    deadman.watch(made.deadman(), payload.cgroup(), scope);
    loop.whenEnded(payload.pidfd(), this::payloadEnded);
    loop.whenEnded(payload.monitor().pidfd(), this::monitorEnded);
    recordState();
    events.add(new Event.Created(payload.pid()));
    oom.watch(payload.cgroup());
    if (payload.cgroup().evacuation().isPresent()) {
      events.add(new Event.Warning(payload.cgroup().evacuation().get().message()));
    }
    for (String warning : made.warnings()) {
      events.add(new Event.Warning(warning));
    }
    return this;
  }

  @Override
  public CompletionStage<SandboxStatus> start() {
    return queue(this::started);
  }

  private SandboxStatus started() throws HuskException {
    if (!(state instanceof State.Created(Payload payload))) {
      throw new HuskException(new SandboxFailure.WrongPhase(id(), "start", state.phase()));
    }
    try {
      payload.control().go();
      Ready.First first = Ready.messageOrEnd(payload.control(), payload.pidfd(), START);
      if (first == Ready.First.TIMEOUT) {
        throw new HuskException(new ProcessFailure.TimedOut("exec", START.toMillis()));
      }
      if (first == Ready.First.MESSAGE) {
        ControlChannel.Received answer = payload.control().receive();
        if (answer.message().isPresent()) {
          throw new HuskException(Launch.startFailure(answer.message().get()));
        }
      }
    } catch (HuskException e) {
      stop(payload, Optional.empty(), "start failed: " + e.getMessage());
      throw e;
    } catch (ErrnoException e) {
      stop(payload, Optional.empty(), "start failed: " + e.getMessage());
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
    payload.control().close();
    state = new State.Running(payload, clock.instant());
    events.add(new Event.Started(payload.pid()));
    recordState();
    return status();
  }

  @Override
  public CompletionStage<SandboxStatus> pause() {
    return queue(this::paused);
  }

  private SandboxStatus paused() throws HuskException {
    if (!(state instanceof State.Running(Payload payload, Instant startedAt))) {
      throw wrongPhase("pause", state);
    }
    if (!payload.cgroup().freeze(FREEZE)) {
      throw new HuskException(new SandboxFailure.WrongPhase(id(), "pause", Phase.STOPPED));
    }
    state = new State.Paused(payload, startedAt);
    events.add(new Event.Paused());
    recordState();
    return status();
  }

  @Override
  public CompletionStage<SandboxStatus> resume() {
    return queue(this::resumed);
  }

  private SandboxStatus resumed() throws HuskException {
    if (!(state instanceof State.Paused(Payload payload, Instant startedAt))) {
      throw wrongPhase("resume", state);
    }
    payload.cgroup().thaw(FREEZE);
    state = new State.Running(payload, startedAt);
    events.add(new Event.Resumed());
    recordState();
    return status();
  }

  /** Past the loop: it may take seconds, and an end or a delete must not wait for it. */
  @Override
  public SandboxStatus update(Resources resources) throws HuskException {
    State now = state;
    Payload payload = now.held().orElseThrow(() -> wrongPhase("update", now));
    if (now instanceof State.Stopped) {
      throw wrongPhase("update", now);
    }
    try {
      payload.cgroup().update(resources);
    } catch (HuskException e) {
      throw Vanishing.seen(e, removing, id());
    }
    events.add(new Event.Updated());
    return status();
  }

  @Override
  public CompletionStage<Void> kill(int signal, boolean wholeTree) {
    State now = state;
    try {
      if (now.held().isEmpty() || now instanceof State.Stopped) {
        throw wrongPhase("kill", now);
      }
      Signals.send(now.held().get(), signal, wholeTree);
      return CompletableFuture.completedFuture(null);
    } catch (HuskException e) {
      boolean ended =
          e.failure() instanceof ProcessFailure.CallFailed call && call.errno().equals(Errno.ESRCH);
      return CompletableFuture.failedFuture(
          ended
              ? new HuskException(new SandboxFailure.WrongPhase(id(), "kill", Phase.STOPPED), e)
              : e);
    }
  }

  private HuskException wrongPhase(String verb, State now) {
    return new HuskException(new SandboxFailure.WrongPhase(id(), verb, now.phase()));
  }

  @Override
  public CompletionStage<ExitStatus> exit() {
    return exit.minimalCompletionStage();
  }

  @Override
  public List<ProcessEntry> processes() throws HuskException {
    Optional<Payload> payload = state.held();
    try {
      return payload.isPresent() ? ProcessTable.of(payload.get().cgroup()) : List.of();
    } catch (HuskException e) {
      throw Vanishing.seen(e, removing, id());
    }
  }

  @Override
  public Stats stats() throws HuskException {
    State now = state;
    Payload payload = now.held().orElseThrow(() -> wrongPhase("measure", now));
    try {
      return payload.cgroup().stats();
    } catch (HuskException e) {
      throw Vanishing.seen(e, removing, id());
    }
  }

  @Override
  public EventLog events() {
    return events;
  }

  private void payloadEnded() {
    State now = state;
    if (now.held().isPresent() && !(now instanceof State.Stopped)) {
      stop(now.held().get(), now.begun(), "");
    }
  }

  /** Ends whatever is left of the tree, finds out how it ended and says so to everybody. */
  private void stop(Payload payload, Optional<Instant> startedAt, String cause) {
    loop.forget(payload.monitor().pidfd());
    loop.forget(payload.pidfd());
    if (!payload.pidfd().awaitEnd(0)) {
      endTree(payload);
    }
    if (state instanceof State.Paused) {
      // The monitor is frozen as well, and has to reap the payload.
      payload.cgroup().release();
    }
    Optional<String> why = cause.isEmpty() ? reasonOfKill : Optional.of(cause);
    ExitStatus status =
        ExitObservation.observe(payload, why, deadman.whyScopeEnds(), clock.instant());
    endTree(payload);
    deadman.relax();
    oom.end(payload.cgroup());
    payload.control().close();
    payload.messages().close();
    state = new State.Stopped(payload, startedAt, status);
    events.add(new Event.Exited(status));
    recordState();
    exit.complete(status);
  }

  private void endTree(Payload payload) {
    try {
      Signals.killTree(payload);
      payload.cgroup().killAndAwaitEmpty(EMPTY);
    } catch (HuskException e) {
      events.add(new Event.Warning(e.failure().message()));
    }
  }

  private void monitorEnded() {
    Optional<Payload> payload = state.held();
    if (payload.isPresent() && !payload.get().pidfd().awaitEnd(MONITOR_GRACE)) {
      if (payload.get().cgroup().endByOom().isPresent()) {
        // The kernel has killed the payload too, which takes the longer the more memory it has.
        endTree(payload.get());
        return;
      }
      endUnsupervised("bwrap's monitor was killed");
    }
  }

  /** A sandbox that would outlive the shim's death must not go on. */
  private void endUnsupervised(String reason) {
    reasonOfKill = Optional.of(reason);
    events.add(new Event.Warning("killing the sandbox: " + reason));
    state.held().ifPresent(this::endTree);
  }

  @Override
  public CompletionStage<Void> delete(boolean force) {
    return queue(
            () -> {
              deleted(force);
              return this;
            })
        .thenAccept(gone -> {});
  }

  private void deleted(boolean force) throws HuskException {
    if (deleted) {
      throw new HuskException(new SandboxFailure.NoSuchSandbox(id()));
    }
    if ((state instanceof State.Running || state instanceof State.Paused) && !force) {
      throw wrongPhase("delete", state);
    }
    Payload payload = state.held().orElseThrow(() -> wrongPhase("delete", state));
    if (!(state instanceof State.Stopped)) {
      stop(payload, state.begun(), "deleted");
    }
    removing = true;
    remove(payload);
    deadman.disarm();
    payload.pidfd().close();
    if (scope.isPresent()) {
      endScope(scope.get());
    }
    directory.clear();
    deleted = true;
    events.add(new Event.Deleted());
    events.close();
    // First, so that whoever finds the loop closed finds the sandbox gone.
    onDeleted.run();
    loop.close();
  }

  private void remove(Payload payload) throws HuskException {
    if (payload.cgroup().remove(REMOVAL) instanceof Removal.Leaked leak) {
      SandboxFailure.Leaked leaked = new SandboxFailure.Leaked(id(), leak.path(), leak.reason());
      events.add(new Event.Warning(leaked.message()));
      throw new HuskException(leaked);
    }
  }

  private void endScope(SandboxScope ending) throws HuskException {
    try {
      ending.end(id());
    } catch (HuskException e) {
      events.add(new Event.Warning(e.failure().message()));
      throw e;
    }
  }

  private String stateFile() {
    Optional<Payload> payload = state.held();
    return StateJson.write(
        status(),
        payload.isPresent() ? payload.get().cgroup().identity() : "",
        ProcessHandle.current().pid(),
        payload.isPresent() ? payload.get().cgroup().evacuation() : Optional.empty());
  }

  /** The state file is for people and successors; the sandbox does not depend on it. */
  private void recordState() {
    try {
      directory.writeState(stateFile());
    } catch (HuskException e) {
      events.add(new Event.Warning(e.failure().message()));
    }
  }
}
