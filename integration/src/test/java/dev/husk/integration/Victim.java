package dev.husk.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A process of the host in a cgroup v1 of its own, on hosts that have such: what a payload could
 * harm that finds cgroup v1.
 */
final class Victim implements AutoCloseable {
  private static final Path FREEZER = Path.of("/sys/fs/cgroup/freezer");

  /** The attacker knows the name. */
  private final Path cgroup = FREEZER.resolve("husk-test-victim-" + ProcessHandle.current().pid());

  private final Process process;

  Victim() throws IOException {
    process = new ProcessBuilder("sleep", "600").start();
    if (exists()) {
      Files.createDirectory(cgroup);
      Files.writeString(
          cgroup.resolve("cgroup.procs"), Long.toString(process.pid()), StandardOpenOption.WRITE);
    }
  }

  private static boolean exists() {
    return Files.exists(FREEZER.resolve("cgroup.procs"));
  }

  boolean unharmed() throws IOException {
    return process.isAlive()
        && (!exists() || Files.readString(cgroup.resolve("freezer.state")).equals("THAWED\n"));
  }

  @Override
  public void close() throws Exception {
    if (exists()) {
      Files.writeString(cgroup.resolve("freezer.state"), "THAWED", StandardOpenOption.WRITE);
    }
    process.destroyForcibly().waitFor(Programs.BOUND);
    if (exists()) {
      Eventually.is(
          Programs.BOUND,
          () -> Files.readString(cgroup.resolve("cgroup.procs")).isEmpty(),
          () -> cgroup + " empty");
      Files.delete(cgroup);
    }
  }
}
