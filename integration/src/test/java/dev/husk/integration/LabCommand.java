package dev.husk.integration;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/** A running command of {@code integration/lab}, its output in files. */
record LabCommand(Process process, Path directory) implements AutoCloseable {
  private static final Path LAB = Path.of("lab").toAbsolutePath();

  /** Starts for example {@code run}, with arguments. */
  static LabCommand start(Map<String, String> environment, String... command) throws IOException {
    List<String> words = new ArrayList<>(List.of(command));
    words.set(0, LAB.resolve(command[0]).toString());
    return start(environment, words);
  }

  /** The same on a terminal, whose keys are what is written to the process. */
  static LabCommand startInTerminal(String command) throws IOException {
    return start(
        Map.of("TERM", "xterm"),
        List.of("script", "-qec", LAB.resolve(command).toString(), "/dev/null"));
  }

  private static LabCommand start(Map<String, String> environment, List<String> command)
      throws IOException {
    Path directory = Files.createTempDirectory("husk-it-");
    ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command));
    // What a shell without job control starts in the background, as this JVM may be, has it
    // ignored.
    builder.command().addAll(0, List.of("env", "--default-signal=INT"));
    builder.environment().putAll(environment);
    return new LabCommand(
        builder
            .redirectOutput(directory.resolve("output").toFile())
            .redirectError(directory.resolve("errors").toFile())
            .start(),
        directory);
  }

  /** Runs one to its end, with an empty standard input. */
  static Outcome run(String... command) throws Exception {
    try (LabCommand running = start(Map.of(), command)) {
      running.process.getOutputStream().close();
      return running.outcome(Programs.BOUND);
    }
  }

  Outcome outcome(Duration bound) throws Exception {
    assertThat(process.waitFor(bound)).as("ends; %s%s", output(), errors()).isTrue();
    return new Outcome(process.exitValue(), output(), errors());
  }

  String output() throws IOException {
    return Files.readString(directory.resolve("output"));
  }

  String errors() throws IOException {
    return Files.readString(directory.resolve("errors"));
  }

  /** Waits until its output or its errors contain the text. */
  void await(String text) throws Exception {
    Eventually.is(
        Programs.BOUND,
        () -> (output() + errors()).contains(text) || !process.isAlive(),
        () -> "\"" + text + "\" in " + output() + errors());
    assertThat(output() + errors()).contains(text);
  }

  /** The pid of the kernel that is a program. */
  long machine() throws Exception {
    Eventually.is(Programs.BOUND, () -> kernels().findAny().isPresent(), () -> "a machine");
    return kernels().findAny().orElseThrow();
  }

  private Stream<Long> kernels() {
    return process
        .descendants()
        .map(ProcessHandle::pid)
        .filter(pid -> ProcFs.commandLine(pid).contains("linux.uml "));
  }

  @Override
  public void close() throws IOException {
    process.destroyForcibly();
    try {
      process.waitFor(Programs.BOUND);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    Programs.removeTree(directory);
  }
}
