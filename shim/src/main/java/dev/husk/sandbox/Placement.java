package dev.husk.sandbox;

import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.failure.HuskException;
import dev.husk.process.OwnUser;
import dev.husk.systemd.ScopeName;
import dev.husk.systemd.SystemdFailure;
import dev.husk.systemd.SystemdHost;
import java.nio.file.Path;
import java.util.Optional;

/** Where in the tree of cgroups a sandbox goes, and who makes that place. */
sealed interface Placement {
  /** A path in the tree, of the config or husk's own. */
  record Tree() implements Placement {}

  /** Below the unit that husk is part of, and that systemd has delegated to it. */
  record OwnUnit(Path directory) implements Placement {}

  /** In a scope of its own. */
  record Scope(ScopeName name) implements Placement {}

  /**
   * Chooses.
   *
   * @param cgroupsPath of the config
   * @throws HuskException when the config's path is none for the manager that was asked for, or
   *     there is no such manager
   */
  static Placement choose(
      CgroupManager manager, Optional<String> cgroupsPath, String id, CgroupHost host)
      throws HuskException {
    boolean systemdForm = cgroupsPath.isPresent() && ScopeName.isForm(cgroupsPath.get());
    return switch (manager) {
      case SYSTEMD -> scope(cgroupsPath, id, host);
      case CGROUPFS -> tree(cgroupsPath, host);
      case AUTO -> {
        if (systemdForm) {
          yield scope(cgroupsPath, id, host);
        }
        if (!OwnUser.isRoot()) {
          // Nobody but their manager has a place in the tree for them.
          boolean ask = cgroupsPath.isEmpty() && host.usableUnit().isEmpty();
          yield ask ? scope(cgroupsPath, id, host) : tree(cgroupsPath, host);
        }
        boolean ask =
            cgroupsPath.isEmpty()
                && host.mode() == CgroupHost.Mode.UNIFIED
                && host.delegatedUnit().isEmpty()
                && SystemdHost.booted()
                && CgroupHost.showsFirstProcess(new KernelCgroupFs());
        yield ask ? scope(cgroupsPath, id, host) : tree(cgroupsPath, host);
      }
    };
  }

  private static Placement tree(Optional<String> cgroupsPath, CgroupHost host) {
    Optional<Path> unit = cgroupsPath.isPresent() ? Optional.empty() : host.usableUnit();
    return unit.isPresent() ? new OwnUnit(unit.get()) : new Tree();
  }

  private static Placement scope(Optional<String> cgroupsPath, String id, CgroupHost host)
      throws HuskException {
    if (!SystemdHost.booted()) {
      throw new HuskException(
          new SystemdFailure.NoManager(
              "/run/systemd/system",
              "systemd does not run here",
              OwnUser.isRoot()
                  ? "use --cgroup-manager=cgroupfs, with a path in the cgroup tree as"
                      + " linux.cgroupsPath or none"
                  : "run husk as root; other users' cgroups are delegated by systemd alone"));
    }
    if (!CgroupHost.showsFirstProcess(new KernelCgroupFs())) {
      throw new HuskException(
          new SystemdFailure.NoManager(
              "/proc/1/cgroup",
              "systemd is outside of this cgroup namespace, and so would its scopes be",
              "run husk outside of the container, or use --cgroup-manager=cgroupfs"));
    }
    if (host.mode() != CgroupHost.Mode.UNIFIED) {
      throw new HuskException(
          new SystemdFailure.NoManager(
              host.mountPoint().toString(),
              "systemd's scopes have limits of cgroup v1 on this host",
              "boot with systemd.unified_cgroup_hierarchy=1, or use --cgroup-manager=cgroupfs"));
    }
    String slice = OwnUser.isRoot() ? "system.slice" : "app.slice";
    return new Scope(ScopeName.of(cgroupsPath, id, slice));
  }
}
