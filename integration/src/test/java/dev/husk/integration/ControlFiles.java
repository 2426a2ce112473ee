package dev.husk.integration;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The files of a cgroup that set something, and what they say. */
final class ControlFiles {
  private static final Set<String> NOT_SETTINGS =
      Set.of("cgroup.procs", "cgroup.threads", "cgroup.kill", "memory.reclaim");

  private ControlFiles() {}

  static Map<String, String> of(Path cgroup) throws IOException {
    Map<String, String> settings = new TreeMap<>();
    try (Stream<Path> files = Files.list(cgroup)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        String name = file.getFileName().toString();
        // Root may write all of them: what counts is what the kernel offers for writing.
        boolean written =
            Files.getPosixFilePermissions(file)
                .containsAll(
                    Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE));
        if (written
            && !NOT_SETTINGS.contains(name)
            && !name.endsWith(".peak")
            && !name.endsWith("pressure")) {
          settings.put(name, Files.readString(file));
        }
      }
    }
    return settings;
  }

  /** {@code cgroup.procs} of a cgroup and of all below it: how many are in there. */
  static int processes(Path cgroup) throws IOException {
    try (Stream<Path> files = Files.walk(cgroup)) {
      int count = 0;
      for (Path file : files.filter(file -> file.endsWith("cgroup.procs")).toList()) {
        count += (int) Files.readString(file).lines().count();
      }
      return count;
    }
  }

  static boolean populated(Path cgroup) throws IOException {
    return Files.readString(cgroup.resolve("cgroup.events")).contains("populated 1");
  }
}
