package dev.husk.rpc;

import dev.husk.cgroup.DeviceControl;
import dev.husk.cgroup.LimitStatus;
import dev.husk.cgroup.Stats;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.sandbox.Event;
import dev.husk.sandbox.EventLog;
import dev.husk.sandbox.ExitStatus;
import dev.husk.sandbox.Phase;
import dev.husk.sandbox.ProcessEntry;
import dev.husk.sandbox.Sandbox;
import dev.husk.sandbox.SandboxStatus;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** A sandbox in memory: any signal ends its payload, unless it is paused. */
final class FakeSandbox implements Sandbox {
  private static final int PID = 1234;
  private static final Instant EPOCH = Instant.parse("2026-01-01T00:00:00.5Z");

  private final FakeShim shim;
  private final String id;
  private final Path bundle;
  private final EventLog events;
  private final CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
  private Phase phase = Phase.CREATING;
  private int lastSignal;
  private boolean lastWholeTree;
  private @Nullable Resources lastUpdate;
  private @Nullable Stats stats;
  private volatile int crowd;

  FakeSandbox(FakeShim shim, String id, Path bundle) {
    this.shim = shim;
    this.id = id;
    this.bundle = bundle;
    this.events = new EventLog(id, Clock.systemUTC());
  }

  synchronized FakeSandbox created() {
    phase = Phase.CREATED;
    events.add(new Event.Created(PID));
    return this;
  }

  /** From now on it has that many processes. */
  void crowd(int processes) {
    crowd = processes;
  }

  int exitDependents() {
    return exit.getNumberOfDependents();
  }

  synchronized int lastSignal() {
    return lastSignal;
  }

  synchronized boolean lastWholeTree() {
    return lastWholeTree;
  }

  @Override
  public String id() {
    return id;
  }

  @Override
  public synchronized SandboxStatus status() {
    boolean started = phase != Phase.CREATING && phase != Phase.CREATED;
    return new SandboxStatus(
        id,
        "1.2.0",
        phase,
        bundle.toString(),
        phase != Phase.CREATING && phase != Phase.STOPPED
            ? OptionalInt.of(PID)
            : OptionalInt.empty(),
        Map.of("org.example.key", "value"),
        EPOCH,
        started ? Optional.of(EPOCH.plusSeconds(1)) : Optional.empty(),
        Optional.ofNullable(exit.getNow(null)),
        "/husk/" + id,
        List.of(
            new LimitStatus("pids.limit", "pids.max", "1024", true, false, "no pids controller")),
        Optional.of(new DeviceControl(DeviceControl.Kind.PRIVATE_DEV, "no programs")));
  }

  @Override
  public CompletionStage<SandboxStatus> start() {
    return shim.mayGoOn()
        .thenCompose(
            go -> {
              synchronized (this) {
                if (phase != Phase.CREATED) {
                  return CompletableFuture.failedFuture(wrongPhase("start"));
                }
                phase = Phase.RUNNING;
              }
              events.add(new Event.Started(PID));
              return CompletableFuture.completedFuture(status());
            });
  }

  @Override
  public CompletionStage<Void> kill(int signal, boolean wholeTree) {
    synchronized (this) {
      if (phase == Phase.STOPPED) {
        return CompletableFuture.failedFuture(wrongPhase("kill"));
      }
      lastSignal = signal;
      lastWholeTree = wholeTree;
      if (phase == Phase.PAUSED && signal != 9) {
        return CompletableFuture.completedFuture(null);
      }
      phase = Phase.STOPPED;
    }
    ExitStatus status =
        new ExitStatus(
            128 + signal, OptionalInt.of(signal), true, "killed", EPOCH.plusSeconds(2), false);
    exit.complete(status);
    events.add(new Event.Exited(status));
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public CompletionStage<SandboxStatus> pause() {
    return change("pause", List.of(Phase.RUNNING), Phase.PAUSED, new Event.Paused());
  }

  @Override
  public CompletionStage<SandboxStatus> resume() {
    return change("resume", List.of(Phase.PAUSED), Phase.RUNNING, new Event.Resumed());
  }

  @Override
  public SandboxStatus update(Resources resources) throws HuskException {
    synchronized (this) {
      if (phase == Phase.STOPPED) {
        throw wrongPhase("update");
      }
      lastUpdate = resources;
    }
    events.add(new Event.Updated());
    return status();
  }

  private CompletionStage<SandboxStatus> change(
      String verb, List<Phase> from, Phase to, Event.Kind event) {
    synchronized (this) {
      if (!from.contains(phase)) {
        return CompletableFuture.failedFuture(wrongPhase(verb));
      }
      phase = to;
    }
    events.add(event);
    return CompletableFuture.completedFuture(status());
  }

  synchronized @Nullable Resources lastUpdate() {
    return lastUpdate;
  }

  synchronized void willMeasure(Stats measured) {
    stats = measured;
  }

  @Override
  public synchronized Stats stats() throws HuskException {
    if (stats == null) {
      throw wrongPhase("measure");
    }
    return stats;
  }

  @Override
  public CompletionStage<ExitStatus> exit() {
    return exit;
  }

  @Override
  public CompletionStage<Void> delete(boolean force) {
    if (status().phase() != Phase.STOPPED) {
      if (!force) {
        return CompletableFuture.failedFuture(wrongPhase("delete"));
      }
      kill(9, true);
    }
    shim.forget(id);
    events.add(new Event.Deleted());
    events.close();
    return CompletableFuture.completedFuture(null);
  }

  @Override
  public List<ProcessEntry> processes() throws HuskException {
    if (status().phase() == Phase.STOPPED) {
      return List.of();
    }
    if (crowd > 0) {
      return Collections.nCopies(
          crowd, new ProcessEntry(PID, 1, "payload/" + "x".repeat(100), "sh"));
    }
    return List.of(
        new ProcessEntry(PID - 1, 0, "payload/init", "bwrap"),
        new ProcessEntry(PID, 1, "payload/init", "sh"));
  }

  @Override
  public EventLog events() {
    return events;
  }

  private HuskException wrongPhase(String verb) {
    return FakeShim.refuse(
        FailureKind.PRECONDITION, "sandbox " + id, "cannot " + verb + " while " + phase);
  }
}
