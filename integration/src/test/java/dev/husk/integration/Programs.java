package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Commands of the host, each with a bound. */
final class Programs {
  static final Duration BOUND = Duration.ofSeconds(90L * Eventually.SLOWNESS);

  private Programs() {}

  /** Runs a command to its end; its standard input is empty. */
  static Outcome run(Map<String, String> environment, List<String> command) throws Exception {
    return run(BOUND, environment, command);
  }

  static Outcome run(Duration bound, Map<String, String> environment, List<String> command)
      throws Exception {
    Path directory = Files.createTempDirectory("husk-it-");
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    try {
      ProcessBuilder builder = new ProcessBuilder(command);
      builder.environment().putAll(environment);
      Process process =
          builder
              .redirectInput(Path.of("/dev/null").toFile())
              .redirectOutput(output.toFile())
              .redirectError(errors.toFile())
              .start();
      try {
        assertThat(process.waitFor(bound)).as("%s ends by itself", command).isTrue();
        return new Outcome(process.exitValue(), Files.readString(output), Files.readString(errors));
      } finally {
        process.destroyForcibly();
      }
    } finally {
      Files.deleteIfExists(output);
      Files.deleteIfExists(errors);
      Files.delete(directory);
    }
  }

  /** Runs a command that must succeed and returns what it printed. */
  static String output(String... command) throws Exception {
    Outcome outcome = run(Map.of(), List.of(command));
    assertThat(outcome.status()).as("%s", outcome).isZero();
    return outcome.output();
  }

  /** Sends a signal; false when there is no such process. */
  static boolean signal(long pid, String name) throws Exception {
    return run(Map.of(), List.of("kill", "-" + name, Long.toString(pid))).status() == 0;
  }

  /** An executable of that name in PATH or in one of the further directories. */
  static Optional<Path> find(String name, Path... further) {
    for (Path directory : further) {
      if (Files.isExecutable(directory.resolve(name))) {
        return Optional.of(directory.resolve(name));
      }
    }
    for (String directory : System.getenv("PATH").split(":")) {
      Path candidate = Path.of(directory).resolve(name);
      if (Files.isExecutable(candidate)) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Removes a directory tree without following links. */
  static void removeTree(Path directory) throws IOException {
    try {
      output("rm", "-rf", "--one-file-system", directory.toString());
    } catch (IOException e) {
      throw e;
    } catch (Exception e) {
      throw new IOException(e);
    }
  }
}
