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

/**
 * Finds bwrap for a shim, asking the program itself only when it is not the one asked last time.
 */
final class Bwraps {
  private Bwraps() {}

  static BwrapProgram find(Spawner spawner, ShimOptions options) throws HuskException {
    Path program =
        options.bwrapProgram().isPresent()
            ? options.bwrapProgram().get()
            : BwrapProgram.find(System.getenv().getOrDefault("PATH", "/usr/bin:/bin"));
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
