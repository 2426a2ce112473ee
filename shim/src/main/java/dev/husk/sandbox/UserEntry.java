package dev.husk.sandbox;

import dev.husk.cgroup.SandboxCgroup;
import dev.husk.failure.HuskException;
import dev.husk.process.IdMaps;
import dev.husk.process.MapWriter;
import dev.husk.process.Spawner;
import java.nio.file.Path;
import java.util.Optional;

/**
 * How the launcher of an unprivileged user's sandbox comes into its user namespace and into S: it
 * makes the one, and waits in it for its maps and for being moved to the other.
 *
 * @param scope that S lies in; empty when it lies in the shim's own unit
 */
record UserEntry(Spawner spawner, IdMaps maps, Optional<SandboxScope> scope) {
  /**
   * The cgroup in which the launcher can be born; empty: the shim's own, see {@link
   * SandboxScope#birthplaceOfKeeper}.
   */
  Optional<Path> birthplace(SandboxCgroup cgroup) {
    return scope.isPresent() ? Optional.empty() : Optional.of(cgroup.payloadDir());
  }

  /**
   * Puts a launcher that waits there into S and gives its user namespace maps.
   *
   * @throws HuskException when it is not in S then, as the kernel says
   */
  void admit(int pid, SandboxCgroup cgroup) throws HuskException {
    if (scope.isPresent()) {
      scope.get().adoptPayload(pid);
    }
    cgroup.verifyArrived(pid);
    MapWriter.write(spawner, pid, maps);
  }
}
