package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.HuskException;
import dev.husk.process.EventLoop;
import dev.husk.process.Spawner;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;

/** Keeps a deadman armed as long as the sandbox lives. On the event loop's thread only. */
final class DeadmanWatch {
  /** Somebody who kills deadmen one after the other wants the sandbox unsupervised. */
  private static final int MOST_DEADMEN = 5;

  private final EventLoop loop;
  private final Spawner spawner;
  private final Path huskInit;
  private final EventLog events;
  private final Consumer<String> unsupervised;
  private Optional<Deadman> deadman = Optional.empty();
  private Optional<SandboxScope> scope = Optional.empty();
  private int deadmen;
  private boolean toldToStop;
  private boolean over;

  /**
   * @param unsupervised told why, when nobody would end the sandbox after the shim's death
   */
  DeadmanWatch(
      EventLoop loop,
      Spawner spawner,
      Path huskInit,
      EventLog events,
      Consumer<String> unsupervised) {
    this.loop = loop;
    this.spawner = spawner;
    this.huskInit = huskInit;
    this.events = events;
    this.unsupervised = unsupervised;
  }

  /**
   * Takes charge of a deadman of that cgroup.
   *
   * @param keeps the scope that it keeps, and those that may have to follow it
   */
  void watch(Deadman armed, SandboxCgroup cgroup, Optional<SandboxScope> keeps) {
    scope = keeps;
    watch(armed, cgroup);
  }

  private void watch(Deadman armed, SandboxCgroup cgroup) {
    deadman = Optional.of(armed);
    deadmen++;
    loop.whenEnded(armed.pidfd(), () -> ended(cgroup));
  }

  private void ended(SandboxCgroup cgroup) {
    if (deadman.isEmpty()) {
      return;
    }
    toldToStop |= deadman.get().wasToldToStop();
    deadman.get().disarm();
    deadman = Optional.empty();
    if (over) {
      return;
    }
    Optional<String> ending = whyScopeEnds();
    if (ending.isPresent()) {
      // Another one would only keep the scope.
      unsupervised.accept(ending.get());
      return;
    }
    if (deadmen == MOST_DEADMEN) {
      unsupervised.accept("its deadman was killed " + MOST_DEADMEN + " times");
      return;
    }
    try {
      watch(Deadman.arm(spawner, huskInit, cgroup, scope), cgroup);
      events.add(new Event.Warning("the deadman was killed; a new one is armed"));
    } catch (HuskException e) {
      unsupervised.accept("its deadman was killed and no other can be armed: " + e.getMessage());
    }
  }

  /**
   * That whoever manages the sandbox's scope stops it, if so: the first step is SIGTERM for all in
   * it (systemd.kill(5)), and the deadman has got it too.
   */
  Optional<String> whyScopeEnds() {
    toldToStop |= deadman.isPresent() && deadman.get().wasToldToStop();
    return toldToStop ? scope.map(SandboxScope::whyEnding) : Optional.empty();
  }

  /** Nothing of the sandbox runs any more: a deadman that ends from now on is not missed. */
  void relax() {
    over = true;
  }

  /** The sandbox is gone. */
  void disarm() {
    if (deadman.isPresent()) {
      loop.forget(deadman.get().pidfd());
      deadman.get().disarm();
      deadman = Optional.empty();
    }
  }
}
