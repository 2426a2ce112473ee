package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.HuskException;
import dev.husk.process.Child;
import dev.husk.process.ErrnoException;
import dev.husk.process.Fd;
import dev.husk.process.InitMessage;
import dev.husk.process.Pidfd;
import dev.husk.process.Pipe;
import dev.husk.process.ProcessFailure;
import dev.husk.process.Signal;
import dev.husk.process.SpawnRequest;
import dev.husk.process.Spawner;
import dev.husk.process.Stderr;
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
  /** How long a disarmed deadman may take to end before it is killed, in milliseconds. */
  private static final int PATIENCE = 2000;

  /** The same program under another name: it is none of the sandbox's processes. */
  static final String NAME = "husk-deadman";

  private final Child child;
  private final Fd leash;

  private Deadman(Child child, Fd leash) {
    this.child = child;
    this.leash = leash;
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
      scope.adoptKeeper(deadman.child.pid());
      return deadman;
    } catch (HuskException | RuntimeException e) {
      deadman.disarm();
      throw e;
    }
  }

  /** The program by the name that tells it from the sandbox's processes. */
  static Path program(Path huskInit) {
    return huskInit.resolveSibling(NAME);
  }

  private static Deadman armIn(
      Spawner spawner, Path huskInit, SandboxCgroup cgroup, Optional<Fd> place)
      throws HuskException {
    Pipe pipe = null;
    try (Fd nothing = Fd.readWrite(Path.of("/dev/null"));
        Fd kill = Fd.writeOnly(cgroup.sandboxDir().resolve("cgroup.kill"));
        Fd events = Fd.readOnly(cgroup.sandboxDir().resolve("cgroup.events"))) {
      pipe = Pipe.open();
      Child child =
          spawner.spawn(
              new SpawnRequest(
                  program(huskInit),
                  arguments(cgroup),
                  List.of(nothing, nothing, Fd.standard(2), pipe.readEnd(), kill, events),
                  place));
      pipe.readEnd().close();
      return new Deadman(child, pipe.writeEnd());
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    } catch (HuskException e) {
      if (pipe != null) {
        pipe.close();
      }
      throw e;
    }
  }

  /** P, then the parents that go with it if nobody else uses them. */
  private static List<String> arguments(SandboxCgroup cgroup) {
    List<String> arguments = new ArrayList<>(List.of(NAME, "deadman"));
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
    return child.pidfd();
  }

  /** Sends it home: the sandbox is gone or about to be. */
  void disarm() {
    try {
      leash.write(InitMessage.DISARM);
    } catch (ErrnoException e) {
      // It has already ended: there is nobody to tell.
      leash.close();
    }
    leash.close();
    try (Pidfd pidfd = child.pidfd()) {
      if (!pidfd.awaitEnd(PATIENCE)) {
        pidfd.signal(Signal.SIGKILL);
        pidfd.awaitEnd(PATIENCE);
      }
      child.reap();
    } catch (ErrnoException e) {
      Stderr.say("cannot end the deadman: " + e.getMessage());
    }
  }
}
