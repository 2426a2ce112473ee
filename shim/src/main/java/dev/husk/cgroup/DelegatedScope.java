package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The cgroup of a unit that systemd has made around one process, its keeper: as long as somebody is
 * in there, systemd leaves it alone. P lies below it, and the keeper beside P: so P can be killed,
 * frozen and looked at after its end without the unit going away.
 */
public final class DelegatedScope {
  private final CgroupFs fs;
  private final Path directory;

  private DelegatedScope(CgroupFs fs, Path directory) {
    this.fs = fs;
    this.directory = directory;
  }

  /**
   * Asks the kernel where the keeper is, and moves it to its place.
   *
   * @param unitPath how the cgroup's path has to end: {@code /system.slice/husk-web.scope}
   * @throws HuskException {@link CgroupFailure.Escaped} when it is elsewhere
   */
  public static DelegatedScope around(CgroupFs fs, CgroupHost host, long keeper, String unitPath)
      throws HuskException {
    String actual = Membership.of(fs, keeper);
    if (!actual.endsWith(unitPath) || Membership.isOutOfSight(actual)) {
      throw new HuskException(new CgroupFailure.Escaped("process " + keeper, unitPath, actual));
    }
    DelegatedScope scope = new DelegatedScope(fs, host.directory(actual));
    scope.setAside(keeper);
    return scope;
  }

  private void setAside(long keeper) throws HuskException {
    try {
      fs.mkdir(keeperDir());
      fs.write(keeperDir().resolve("cgroup.procs"), Long.toString(keeper));
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "prepare the sandbox's scope", keeperDir(), e);
    }
  }

  /** The unit's cgroup, for {@link SandboxCgroup.Spec}. */
  public SandboxCgroup.Below place(SandboxCgroup.OuterLimits outer) {
    return new SandboxCgroup.Below(directory, CgroupPaths.SANDBOX, Optional.of(outer));
  }

  /**
   * Asks the kernel whether a process is in the keeper's place.
   *
   * @throws HuskException {@link CgroupFailure.Escaped} when it is elsewhere
   */
  public void verifyKeeper(CgroupHost host, long pid) throws HuskException {
    Membership.verify(fs, pid, host.procPath(keeperDir()));
  }

  /** For a keeper to be born in. */
  public Path keeperDir() {
    return directory.resolve(CgroupPaths.KEEPER);
  }

  /** That place, as the unit's manager names it. */
  public String keeperGroup() {
    return "/" + CgroupPaths.KEEPER;
  }

  /** S, as the unit's manager names it. */
  public String payloadGroup() {
    return "/" + CgroupPaths.SANDBOX + "/" + CgroupPaths.PAYLOAD;
  }

  /** What was delegated with it. */
  public List<String> controllers() throws HuskException {
    try {
      return Controllers.available(fs, directory);
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the controllers of a scope", directory, e);
    }
  }

  /** The unit's cgroup. */
  public Path directory() {
    return directory;
  }

  /** Whether systemd has removed it, as it does when it is empty. */
  public boolean gone() {
    return !fs.exists(directory);
  }
}
