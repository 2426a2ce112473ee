package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import dev.husk.process.Fd;
import dev.husk.process.InitMessage;
import dev.husk.process.Pidfd;
import dev.husk.process.ProcFs;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Signal;
import dev.husk.process.Spawner;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The process that ends the sandbox when the shim dies without a word: it holds the other end of a
 * pipe, and end of file makes it write {@code cgroup.kill}. It lives in the shim's cgroup, or in
 * the sandbox's scope beside P, but never in what it kills.
 */
final class Deadman {
  private final Leashed process;

  private Deadman(Leashed process) {
    this.process = process;
  }

  /**
   * Arms a deadman.
   *
   * @param huskInit the program
   * @param scope that it is to keep; empty: it lives in the shim's own cgroup
   */
  static Deadman arm(
      Spawner spawner, Path huskInit, SandboxCgroup cgroup, Optional<SandboxScope> scope)
      throws HuskException {
    if (scope.isEmpty()) {
      return armIn(spawner, huskInit, cgroup, Optional.empty());
    }
    Optional<Path> birthplace = scope.get().birthplaceOfKeeper();
    if (birthplace.isEmpty()) {
      return armAndMove(spawner, huskInit, cgroup, scope.get());
    }
    try (Fd place = Fd.directory(birthplace.get())) {
      return armIn(spawner, huskInit, cgroup, Optional.of(place));
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private static Deadman armAndMove(
      Spawner spawner, Path huskInit, SandboxCgroup cgroup, SandboxScope scope)
      throws HuskException {
    Deadman deadman = armIn(spawner, huskInit, cgroup, Optional.empty());
    try {
      scope.adoptKeeper(deadman.process.child().pid());
      return deadman;
    } catch (HuskException | RuntimeException e) {
      deadman.disarm();
      throw e;
    }
  }

  private static Deadman armIn(
      Spawner spawner, Path huskInit, SandboxCgroup cgroup, Optional<Fd> place)
      throws HuskException {
    try (Fd kill = Fd.writeOnly(cgroup.sandboxDir().resolve("cgroup.kill"));
        Fd events = Fd.readOnly(cgroup.sandboxDir().resolve("cgroup.events"))) {
      return new Deadman(
          Leashed.start(spawner, huskInit, arguments(cgroup), List.of(kill, events), place));
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  /** P, then the parents that go with it if nobody else uses them. */
  private static List<String> arguments(SandboxCgroup cgroup) {
    List<String> arguments = new ArrayList<>(List.of("deadman"));
    arguments.add(cgroup.sandboxDir().toString());
    for (Path path : cgroup.removalOrder()) {
      if (!path.startsWith(cgroup.sandboxDir())) {
        arguments.add(path.toString());
      }
    }
    return arguments;
  }

  /** The process, for watching its end. */
  Pidfd pidfd() {
    return process.child().pidfd();
  }

  /** Whether it was told to end, which it does not heed: so was everybody in its unit. */
  boolean wasToldToStop() {
    try {
      return ProcFs.isPending(process.child().pid(), Signal.SIGTERM);
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** Sends it home: the sandbox is gone or about to be. */
  void disarm() {
    try {
      process.leash().write(InitMessage.DISARM);
    } catch (ErrnoException e) {
      // It has already ended: there is nobody to tell.
      process.leash().close();
    }
    process.end("the deadman");
  }
}
