package dev.husk.process;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * A program to start, with an empty environment, in a session of its own, with no signal blocked.
 *
 * @param argv including the program's name
 * @param descriptors element i becomes descriptor i of the child; every other one is closed
 * @param cgroup directory that the child is born in (clone3, CLONE_INTO_CGROUP); the shim's own
 *     when empty
 */
public record SpawnRequest(
    Path program, List<String> argv, List<Fd> descriptors, Optional<Fd> cgroup) {
  public SpawnRequest {
    argv = List.copyOf(argv);
    descriptors = List.copyOf(descriptors);
  }
}
