package dev.husk.sandbox;

import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.cgroup.SandboxCgroups;
import dev.husk.failure.FailureKind;
import dev.husk.failure.HuskException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** The sandboxes of all shims that keep their state below one directory, without asking a shim. */
public final class HostSandboxes {
  private HostSandboxes() {}

  /**
   * All of them, by id; those of dead shims too.
   *
   * @param root what the shims were given as {@code --root}; a missing one holds none
   * @throws HuskException {@link SandboxFailure.StateUnusable} when it cannot be read
   */
  public static List<KnownSandbox> list(Path root) throws HuskException {
    KnownSandbox.Listing listing = KnownSandbox.list(root);
    if (listing.problem().isPresent()) {
      throw new HuskException(
          new SandboxFailure.StateUnusable(
              root.toString(), listing.problem().get(), FailureKind.PRECONDITION));
    }
    return listing.sandboxes();
  }

  /**
   * The sandbox that a process belongs to; empty for a stranger. One whose shim is dead counts as
   * long as its cgroup is there.
   *
   * @param pid of a process or thread, in this process' pid namespace
   * @throws HuskException {@link SandboxFailure.NoSuchProcess}, and as {@link #list}
   */
  public static Optional<Owner> owner(Path root, int pid) throws HuskException {
    ProcessPlace place = ProcessPlace.of(pid);
    for (KnownSandbox sandbox : list(root)) {
      StateFile state = sandbox.state().orElse(StateFile.NOTHING);
      Optional<Owner> owner = Owner.of(sandbox.id(), state.cgroup(), place);
      if (owner.isPresent() && isStill(state)) {
        return owner;
      }
    }
    return Optional.empty();
  }

  /** A dead shim's file may name a cgroup that is another's by now. */
  private static boolean isStill(StateFile state) throws HuskException {
    CgroupHost host = CgroupHost.locate(new KernelCgroupFs());
    return SandboxCgroups.directory(host, state.cgroup(), state.identity()).isPresent();
  }
}
