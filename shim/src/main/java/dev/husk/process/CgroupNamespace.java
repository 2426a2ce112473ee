package dev.husk.process;

import dev.husk.failure.HuskException;
import java.nio.file.Path;

/** A cgroup namespace, held by a descriptor until a process enters it. */
final class CgroupNamespace {
  private CgroupNamespace() {}

  /**
   * A new namespace whose root is that cgroup (cgroup_namespaces(7)): made by a process that is
   * born there, does nothing else and has ended when this returns. Whoever enters the namespace
   * later need never have been in its root, which can thus enable controllers without moving
   * anybody. A frozen cgroup holds the call for ever.
   *
   * @throws HuskException with a {@link ProcessFailure}
   */
  static Fd rootedAt(Path cgroup) throws HuskException {
    try (Fd directory = Fd.directory(cgroup)) {
      int result = Native.cgroupNamespace(directory.number());
      if (result < 0) {
        throw new HuskException(
            new ProcessFailure.CloneFailed("the maker of its namespace", Errno.of(-result)));
      }
      return Fd.own(result);
    } catch (ErrnoException e) {
      throw new HuskException(ProcessFailure.CallFailed.of(e), e);
    }
  }
}
