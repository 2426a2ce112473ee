package dev.husk.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The host's cgroup v2 mount. */
final class CgroupV2 {
  private CgroupV2() {}

  static Path mount() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/mountinfo"))) {
      if (line.contains(" - cgroup2 ")) {
        return Path.of(line.split(" ")[4]);
      }
    }
    throw new IOException("no cgroup v2 mount");
  }

  /** Whether processes are in cgroup v1 hierarchies as well. */
  static boolean besideV1() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/cgroup")).stream()
        .anyMatch(line -> !line.startsWith("0::"));
  }

  /** Whether the kernel would enforce limits of that controller. */
  static boolean has(String controller) throws IOException {
    return List.of(Files.readString(mount().resolve("cgroup.controllers")).strip().split(" "))
        .contains(controller);
  }
}
