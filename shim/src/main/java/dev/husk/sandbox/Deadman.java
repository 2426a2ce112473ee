package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import dev.husk.process.Child;
import dev.husk.process.ErrnoException;
import dev.husk.process.Fd;
import dev.husk.process.InitMessage;
import dev.husk.process.Pidfd;
import dev.husk.process.Pipe;
import dev.husk.process.ProcessFailure;
import dev.husk.process.SpawnRequest;
import dev.husk.process.Spawner;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The process that ends the sandbox when the shim dies without a word: it holds the other end of a
 * pipe, and end of file makes it write {@code cgroup.kill}. It lives in the shim's cgroup, outside
 * of the sandbox.
 */
final class Deadman {
  /** How long a disarmed deadman may take to end before it is killed, in milliseconds. */
  private static final int PATIENCE = 2000;

  private static final int SIGKILL = 9;

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
   * @param sandboxDir P
   */
  static Deadman arm(Spawner spawner, Path huskInit, Path sandboxDir) throws HuskException {
    Pipe pipe = null;
    try (Fd nothing = Fd.readWrite(Path.of("/dev/null"));
        Fd kill = Fd.writeOnly(sandboxDir.resolve("cgroup.kill"));
        Fd events = Fd.readOnly(sandboxDir.resolve("cgroup.events"))) {
      pipe = Pipe.open();
      Child child =
          spawner.spawn(
              new SpawnRequest(
                  huskInit,
                  List.of("husk-deadman", "deadman", sandboxDir.toString()),
                  List.of(nothing, nothing, Fd.standard(2), pipe.readEnd(), kill, events),
                  Optional.empty()));
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
        pidfd.signal(SIGKILL);
        pidfd.awaitEnd(PATIENCE);
      }
      child.reap();
    } catch (ErrnoException e) {
      System.err.println("husk: cannot end the deadman: " + e.getMessage());
    }
  }
}
