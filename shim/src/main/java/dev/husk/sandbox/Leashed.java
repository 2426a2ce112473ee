package dev.husk.sandbox;

import dev.husk.failure.HuskException;
import dev.husk.process.Child;
import dev.husk.process.ErrnoException;
import dev.husk.process.Fd;
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
 * A process of husk's own beside the sandbox, which ends by itself when the shim lets go of it or
 * dies: it holds the other end of a pipe as descriptor 3.
 */
record Leashed(Child child, Fd leash) {
  /** How long it may take to end before it is killed, in milliseconds. */
  private static final int PATIENCE = 2000;

  /** The same program as in the sandbox, under another name: it is none of its processes. */
  static final String NAME = "husk-deadman";

  /**
   * Starts one.
   *
   * @param huskInit the program
   * @param arguments after its name
   * @param more descriptors, from 4 on
   * @param place the cgroup to be born in; empty: the shim's own
   */
  static Leashed start(
      Spawner spawner, Path huskInit, List<String> arguments, List<Fd> more, Optional<Fd> place)
      throws HuskException {
    Pipe pipe = null;
    try (Fd nothing = Fd.readWrite(Path.of("/dev/null"))) {
      pipe = Pipe.open();
      List<String> all = new ArrayList<>(List.of(NAME));
      all.addAll(arguments);
      List<Fd> descriptors =
          new ArrayList<>(List.of(nothing, nothing, Fd.standard(2), pipe.readEnd()));
      descriptors.addAll(more);
      Child child =
          spawner.spawn(new SpawnRequest(huskInit.resolveSibling(NAME), all, descriptors, place));
      pipe.readEnd().close();
      return new Leashed(child, pipe.writeEnd());
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    } catch (HuskException e) {
      if (pipe != null) {
        pipe.close();
      }
      throw e;
    }
  }

  /**
   * Lets go of it, and waits until it is gone.
   *
   * @param name for a complaint
   */
  void end(String name) {
    leash.close();
    try (Pidfd pidfd = child.pidfd()) {
      if (!pidfd.awaitEnd(PATIENCE)) {
        pidfd.signal(Signal.SIGKILL);
        pidfd.awaitEnd(PATIENCE);
      }
      child.reap();
    } catch (ErrnoException e) {
      Stderr.say("cannot end " + name + ": " + e.getMessage());
    }
  }
}
