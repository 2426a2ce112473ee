package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A running {@code husk}, its output in files. */
final class Husk implements AutoCloseable {
  /** The launcher; {@code HUSK} names another, as a system property or in the environment. */
  static final Path LAUNCHER =
      Path.of(
              Optional.ofNullable(System.getProperty("HUSK"))
                  .or(() -> Optional.ofNullable(System.getenv("HUSK")))
                  .orElse("../shim/husk"))
          .toAbsolutePath()
          .normalize();

  private final Process process;
  private final Path directory;

  private Husk(Process process, Path directory) {
    this.process = process;
    this.directory = directory;
  }

  /** Starts husk; {@code wrapper} is a command that executes it, such as {@code unshare -m}. */
  static Husk start(Map<String, String> environment, List<String> wrapper, List<String> arguments)
      throws IOException {
    List<String> command = new ArrayList<>(wrapper);
    command.add(LAUNCHER.toString());
    command.addAll(arguments);
    Path directory = Files.createTempDirectory("husk-it-");
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().put("HUSK_NO_SETUP", "1");
    builder.environment().putAll(environment);
    Process process =
        builder
            .redirectOutput(directory.resolve("output").toFile())
            .redirectError(directory.resolve("errors").toFile())
            .start();
    return new Husk(process, directory);
  }

  static Husk start(String... arguments) throws IOException {
    return start(Map.of(), List.of(), List.of(arguments));
  }

  /** Runs husk to its end with an empty standard input. */
  static Outcome run(String... arguments) throws Exception {
    return run(Map.of(), List.of(), arguments);
  }

  static Outcome run(Map<String, String> environment, List<String> wrapper, String... arguments)
      throws Exception {
    try (Husk husk = start(environment, wrapper, List.of(arguments))) {
      husk.process.getOutputStream().close();
      return husk.outcome();
    }
  }

  Process process() {
    return process;
  }

  long pid() {
    return process.pid();
  }

  /** Its end, which must come by itself. */
  Outcome outcome() throws Exception {
    assertThat(process.waitFor(Programs.BOUND))
        .as("husk ends; output %s, errors %s", output(), errors())
        .isTrue();
    return new Outcome(process.exitValue(), output(), errors());
  }

  String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  String errors() throws IOException {
    return Files.readString(directory.resolve("errors"));
  }

  /** Waits until its output contains the text. */
  void awaitOutput(String text) throws Exception {
    Eventually.is(
        Duration.ofSeconds(60),
        () -> output().contains(text) || !process.isAlive(),
        () -> "output with \"" + text + "\", not " + output() + errors());
    assertThat(output()).as("errors: %s", errors()).contains(text);
  }

  void signal(String name) throws Exception {
    assertThat(Programs.signal(pid(), name)).isTrue();
  }

  /** Kills it if it still runs. */
  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor(Programs.BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Files.deleteIfExists(directory.resolve("output"));
    Files.deleteIfExists(directory.resolve("errors"));
    Files.deleteIfExists(directory);
  }
}
