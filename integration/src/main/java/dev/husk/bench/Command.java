package dev.husk.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Runs programs and measures them. */
final class Command {
  private static final int SECONDS = 60;

  /** Of /proc/PID/stat, fixed by the kernel's interface on Linux (USER_HZ). */
  private static final double MILLIS_PER_TICK = 10;

  private Command() {}

  /**
   * One run.
   *
   * @param wall from before its start until its end is known, in milliseconds
   */
  record Outcome(int status, double wall, String errors) {}

  static Outcome run(List<String> command, Path scratch) throws IOException, InterruptedException {
    Path errors = scratch.resolve("stderr");
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectInput(Path.of("/dev/null").toFile())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(errors.toFile());
    long start = System.nanoTime();
    Process process = builder.start();
    boolean ended = process.waitFor(SECONDS, TimeUnit.SECONDS);
    double wall = (System.nanoTime() - start) / 1e6;
    if (!ended) {
      process.destroyForcibly().waitFor();
      return new Outcome(-1, wall, "still running after " + SECONDS + " s, killed");
    }
    return new Outcome(process.exitValue(), wall, Files.readString(errors).strip());
  }

  /** CPU time of all ended children of this process and theirs, in milliseconds. */
  static double cpuOfChildren() throws IOException {
    String stat = Files.readString(Path.of("/proc/self/stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
    // Fields 16 and 17 of proc(5), counted from field 3.
    return (Long.parseLong(fields[13]) + Long.parseLong(fields[14])) * MILLIS_PER_TICK;
  }
}
