package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The cgroups of sandboxes, for who only looks. */
public final class SandboxCgroups {
  private SandboxCgroups() {}

  /**
   * Where P of a sandbox is.
   *
   * @param procPath P as {@code /proc/PID/cgroup} names it
   * @param identity of P, see {@link SandboxCgroup#identity()}
   * @return empty when it is gone, or when another cgroup has got its name
   */
  public static Optional<Path> directory(CgroupHost host, String procPath, String identity) {
    if (procPath.isEmpty() || !Membership.atOrBelow(procPath, host.mountRoot())) {
      return Optional.empty();
    }
    Path directory = host.directory(procPath).normalize();
    boolean same =
        directory.startsWith(host.mountPoint())
            && !identity.isEmpty()
            && SandboxCgroup.identity(directory).equals(identity);
    return same ? Optional.of(directory) : Optional.empty();
  }

  /**
   * Cgroups at husk's default place that look like those of sandboxes.
   *
   * @param known those to leave out
   */
  public static List<Path> others(CgroupFs fs, CgroupHost host, Set<Path> known) {
    List<Path> others = new ArrayList<>();
    try {
      for (Path child : fs.children(host.mountPoint().resolve(CgroupPaths.DEFAULT_PARENT))) {
        boolean sandbox = fs.exists(child.resolve(CgroupPaths.PAYLOAD).resolve("cgroup.procs"));
        if (sandbox && !known.contains(child)) {
          others.add(child);
        }
      }
    } catch (ErrnoException e) {
      return List.of();
    }
    others.sort(Comparator.naturalOrder());
    return others;
  }

  /** Whether processes are in there; false as well when that cannot be told. */
  public static boolean populated(CgroupFs fs, Path directory) {
    try {
      return fs.read(directory.resolve("cgroup.events")).contains("populated 1");
    } catch (ErrnoException e) {
      return false;
    }
  }
}
