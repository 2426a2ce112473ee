package dev.husk.cgroup;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/** What a shim that is gone has left of its sandbox. */
public final class AbandonedCgroup {
  private AbandonedCgroup() {}

  /**
   * Kills what still runs there and removes it. Nothing there is as good as removed, and so is
   * another cgroup that got the name since.
   *
   * @param procPath P as {@code /proc/PID/cgroup} names it, from the state file of the dead shim
   * @param identity of P, from the same file: see {@link SandboxCgroup#identity}
   */
  public static Removal remove(
      CgroupFs fs, CgroupHost host, String procPath, String identity, Duration time) {
    Path sandbox = host.directory(procPath).normalize();
    boolean below = sandbox.startsWith(host.mountPoint()) && !sandbox.equals(host.mountPoint());
    if (!below) {
      return new Removal.Leaked(procPath, "it is not a cgroup below " + host.mountPoint());
    }
    if (!SandboxCgroup.identity(sandbox).equals(identity)) {
      return new Removal.Removed();
    }
    Path payload = sandbox.resolve(CgroupPaths.PAYLOAD);
    List<Path> own = List.of(payload.resolve(CgroupPaths.INIT), payload, sandbox);
    CgroupTree tree = new CgroupTree(fs, sandbox, ProcessKiller.SYSTEM);
    Path shared = host.mountPoint().resolve(CgroupPaths.DEFAULT_PARENT);
    List<Path> parents = shared.equals(sandbox.getParent()) ? List.of(shared) : List.of();
    return new Remover(fs, tree, sandbox, own, parents, time).await();
  }
}
