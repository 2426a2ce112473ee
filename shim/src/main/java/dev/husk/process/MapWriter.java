package dev.husk.process;

import dev.husk.failure.HuskException;
import dev.husk.oci.IdMapping;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Gives the user namespace of a child its maps, once and for all. */
public final class MapWriter {
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private MapWriter() {}

  /**
   * Writes them.
   *
   * @param pid of a child that waits in a user namespace without maps
   * @throws HuskException with a {@link ProcessFailure}
   */
  public static void write(Spawner spawner, int pid, IdMaps maps) throws HuskException {
    Path proc = Path.of("/proc", Integer.toString(pid));
    try {
      if (maps.uids().size() > 1) {
        help(spawner, "newuidmap", pid, maps.uids());
      } else {
        SysFiles.write(proc.resolve("uid_map"), lines(maps.uids()));
      }
      if (maps.changesGroups()) {
        help(spawner, "newgidmap", pid, maps.gids());
      } else {
        SysFiles.write(proc.resolve("setgroups"), "deny");
        SysFiles.write(proc.resolve("gid_map"), lines(maps.gids()));
      }
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }

  private static String lines(List<IdMapping> maps) {
    StringBuilder lines = new StringBuilder();
    for (IdMapping map : maps) {
      lines.append(map.containerID()).append(' ').append(map.hostID()).append(' ');
      lines.append(map.size()).append('\n');
    }
    return lines.toString();
  }

  private static void help(Spawner spawner, String name, int pid, List<IdMapping> maps)
      throws HuskException {
    List<String> argv = new ArrayList<>();
    argv.add(SubordinateIds.program(name).orElse(Path.of("/usr/bin", name)).toString());
    argv.add(Integer.toString(pid));
    for (IdMapping map : maps) {
      argv.add(Long.toString(map.containerID()));
      argv.add(Long.toString(map.hostID()));
      argv.add(Long.toString(map.size()));
    }
    Programs.Output output = Programs.run(spawner, argv, PATIENCE);
    if (output.timedOut()) {
      throw new HuskException(new ProcessFailure.TimedOut(name, PATIENCE.toMillis()));
    }
    if (output.status().signal().isPresent() || output.status().code() != 0) {
      throw new HuskException(
          new ProcessFailure.NotMapped(String.join(" ", argv), output.text().strip()));
    }
  }
}
