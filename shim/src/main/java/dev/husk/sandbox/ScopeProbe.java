package dev.husk.sandbox;

import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.failure.Failure;
import dev.husk.failure.HuskException;
import dev.husk.process.Spawner;
import dev.husk.systemd.ScopeName;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What an unprivileged user's manager gives: a scope is started for the moment, a process moved in,
 * and both are ended again.
 *
 * @param scope its cgroup, as {@code /proc/PID/cgroup} names it; empty when there was none
 * @param controllers that a sandbox there would have
 * @param refusal why none could be had; empty when one could
 */
public record ScopeProbe(String scope, List<String> controllers, Optional<Failure> refusal) {
  public ScopeProbe {
    controllers = List.copyOf(controllers);
  }

  /**
   * Tries.
   *
   * @param huskInit the native program
   */
  public static ScopeProbe look(Path huskInit) {
    String id = "doctor-" + ProcessHandle.current().pid();
    try {
      CgroupHost host = CgroupHost.detect(new KernelCgroupFs());
      Placement place = Placement.choose(CgroupManager.SYSTEMD, Optional.empty(), id, host);
      ScopeName name = ((Placement.Scope) place).name();
      Spawner spawner = new Spawner();
      SandboxScope scope =
          SandboxScope.start(
              spawner, huskInit, ServiceManagers.ofThisUser(), name, id, host, List.of());
      try {
        return new ScopeProbe(scope.path(), scope.controllers(), Optional.empty());
      } finally {
        scope.endOrReport(id);
      }
    } catch (HuskException e) {
      return new ScopeProbe("", List.of(), Optional.of(e.failure()));
    }
  }
}
