package dev.husk.bwrap;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs real programs for tests. */
final class Programs {
  private static final Duration LONGEST = Duration.ofSeconds(30);

  private Programs() {}

  /** Runs to the end, with output into a file, so that nothing can block. */
  static ProgramRunner.Output run(List<String> argv, Duration timeout) throws IOException {
    Path output = Files.createTempFile("husk-test-output", ".txt");
    try {
      ProcessBuilder builder =
          new ProcessBuilder(argv).redirectErrorStream(true).redirectOutput(output.toFile());
      builder.environment().clear();
      Process process = builder.start();
      process.getOutputStream().close();
      boolean ended = process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS);
      if (!ended) {
        process.destroyForcibly().waitFor();
      }
      return new ProgramRunner.Output(
          process.exitValue(), !ended, Files.readString(output, StandardCharsets.UTF_8));
    } catch (InterruptedException e) {
      throw new IOException("interrupted", e);
    } finally {
      Files.delete(output);
    }
  }

  static ProgramRunner.Output run(String... argv) throws IOException {
    return run(List.of(argv), LONGEST);
  }

  static boolean isRoot() throws IOException {
    Object uid = Files.getAttribute(Path.of("/proc/self"), "unix:uid");
    return uid.equals(0);
  }
}
