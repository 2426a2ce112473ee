package dev.husk.process;

import dev.husk.failure.HuskException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** Runs a short program and keeps what it printed. */
public final class Programs {
  private static final int LARGEST_OUTPUT = 64 << 10;
  private static final int KILL_PATIENCE = 2000;

  private Programs() {}

  /**
   * Runs the program in the shim's own cgroup, without input or environment; kills it when the time
   * is over.
   *
   * @return its status and both its streams together
   */
  public static Output run(Spawner spawner, List<String> argv, Duration timeout)
      throws HuskException {
    try (Fd input = Fd.readOnly(Path.of("/dev/null"));
        Pipe pipe = Pipe.open()) {
      Child child =
          spawner.spawn(
              new SpawnRequest(
                  Path.of(argv.getFirst()),
                  argv,
                  List.of(input, pipe.writeEnd(), pipe.writeEnd()),
                  Optional.empty()));
      pipe.writeEnd().close();
      String text = BoundedOutput.read(pipe.readEnd(), LARGEST_OUTPUT, timeout);
      return end(child, timeout, text);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  /**
   * What a program left.
   *
   * @param status how it ended
   * @param timedOut killed because the time was over
   * @param text standard output and error
   */
  public record Output(WaitStatus status, boolean timedOut, String text) {}

  private static Output end(Child child, Duration timeout, String text) throws ErrnoException {
    try (Pidfd pidfd = child.pidfd()) {
      boolean inTime = pidfd.awaitEnd((int) timeout.toMillis());
      if (!inTime) {
        pidfd.signal(Signal.SIGKILL);
        pidfd.awaitEnd(KILL_PATIENCE);
      }
      return new Output(
          child.reap().orElseGet(() -> WaitStatus.signaled(Signal.SIGKILL)), !inTime, text);
    }
  }
}
