package dev.husk.sandbox;

import dev.husk.bwrap.BwrapProbeCache;
import dev.husk.bwrap.BwrapProgram;
import dev.husk.bwrap.ProgramRunner;
import dev.husk.failure.HuskException;
import dev.husk.process.Programs;
import dev.husk.process.Spawner;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Finds bwrap for a shim, asking the program itself only when it is not the one asked last time.
 */
public final class Bwraps {
  private Bwraps() {}

  /**
   * Asks the program itself, and remembers nothing.
   *
   * @param program absolute; empty means the first bwrap in PATH
   * @throws HuskException with a {@link dev.husk.bwrap.BwrapFailure}
   */
  public static BwrapProgram ask(Spawner spawner, Optional<Path> program) throws HuskException {
    return BwrapProgram.probe(
        program.isPresent() ? program.get() : BwrapProgram.find(searchPath()), new Runner(spawner));
  }

  private static String searchPath() {
    return System.getenv().getOrDefault("PATH", "/usr/bin:/bin");
  }

  static BwrapProgram find(Spawner spawner, ShimOptions options) throws HuskException {
    Path program =
        options.bwrapProgram().isPresent()
            ? options.bwrapProgram().get()
            : BwrapProgram.find(searchPath());
    return new BwrapProbeCache(options.cacheDirectory().resolve(".bwrap-probe"))
        .probe(program, new Runner(spawner));
  }

  private record Runner(Spawner spawner) implements ProgramRunner {
    @Override
    public Output run(List<String> argv, Duration timeout) throws IOException {
      try {
        Programs.Output output = Programs.run(spawner, argv, timeout);
        return new Output(output.status().code(), output.timedOut(), output.text());
      } catch (HuskException e) {
        throw new IOException(e.getMessage(), e);
      }
    }
  }
}
