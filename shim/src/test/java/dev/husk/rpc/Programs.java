package dev.husk.rpc;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Programs of the host that tests run when they are there. */
final class Programs {
  private Programs() {}

  /** What a program did; standard error is part of the output. */
  record Result(int status, String output) {}

  static Optional<Path> find(String name) {
    String path = Optional.ofNullable(System.getenv("PATH")).orElse("/usr/bin:/bin");
    Stream<Path> directories =
        Stream.concat(
            Stream.of(path.split(":")).map(Path::of),
            Stream.of(Path.of(System.getProperty("user.home"), "go", "bin")));
    return directories.map(dir -> dir.resolve(name)).filter(Files::isExecutable).findFirst();
  }

  static Result run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(20, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(command + " did not end within 20 s");
    }
    return new Result(process.exitValue(), output);
  }
}
