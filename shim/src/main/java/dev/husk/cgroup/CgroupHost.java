package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.MountInfo;
import dev.husk.process.OwnUser;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The host's cgroup v2 tree as this process sees it.
 *
 * @param mountPoint of the cgroup2 mount in use
 * @param mountRoot what of the hierarchy that mount shows, as {@code /proc/PID/cgroup} would name
 *     it; {@code /} on a plain host and in a container with a cgroup namespace of its own
 * @param ownPath this process' {@code 0::} path
 * @param controllers usable at the mount point; on a hybrid host only those not bound to v1
 * @param insideContainer the mount point is not the root of the kernel's hierarchy, and so bound to
 *     the no-internal-process rule
 * @param rootPopulated the mount point is not the kernel's root and holds processes, which have to
 *     be moved to {@code /init} before it can hand controllers down
 */
public record CgroupHost(
    Mode mode,
    Path mountPoint,
    String mountRoot,
    String ownPath,
    List<String> controllers,
    boolean insideContainer,
    boolean rootPopulated) {

  /** How cgroup v2 is set up. */
  public enum Mode {
    /** cgroup v2 only. */
    UNIFIED,
    /** v1 hierarchies as well; the v2 tree contains and kills, and limits what v1 left to it. */
    HYBRID
  }

  private static final String UNIFY =
      "boot with systemd.unified_cgroup_hierarchy=1, or mount cgroup2 in this container";

  public CgroupHost {
    controllers = List.copyOf(controllers);
  }

  /**
   * This process' host. Root must be able to write there; for others what matters is the place that
   * they are given, which need not be their own.
   */
  public static CgroupHost detect(CgroupFs fs) throws HuskException {
    if (!OwnUser.isRoot()) {
      return locate(fs);
    }
    return detect(fs, procSelf(fs, "mountinfo"), procSelf(fs, "cgroup"));
  }

  /**
   * The same for somebody who only looks: nothing there need be writable.
   *
   * @throws HuskException {@link CgroupFailure.UnsupportedHost}
   */
  public static CgroupHost locate(CgroupFs fs) throws HuskException {
    return locate(fs, procSelf(fs, "mountinfo"), procSelf(fs, "cgroup"));
  }

  private static String procSelf(CgroupFs fs, String file) throws HuskException {
    Path path = Path.of("/proc/self", file);
    try {
      return fs.read(path);
    } catch (ErrnoException e) {
      throw new HuskException(
          new CgroupFailure.UnsupportedHost(
              path.toString(), e.errno().toString(), "mount proc at /proc"),
          e);
    }
  }

  /**
   * The same from the text of {@code /proc/self/mountinfo} and {@code /proc/self/cgroup}.
   *
   * @throws HuskException {@link CgroupFailure.UnsupportedHost} on pure v1 and without cgroups,
   *     {@link CgroupFailure.NotDelegated} when nothing there may be written
   */
  static CgroupHost detect(CgroupFs fs, String mountInfo, String selfCgroup) throws HuskException {
    List<MountInfo.Entry> mounts = mounts(mountInfo);
    String own = ownPath(selfCgroup, mounts);
    MountInfo.Entry mount = choose(mounts, own);
    requireWritable(fs, mount, own);
    return of(fs, mount, own, selfCgroup);
  }

  private static CgroupHost locate(CgroupFs fs, String mountInfo, String selfCgroup)
      throws HuskException {
    List<MountInfo.Entry> mounts = mounts(mountInfo);
    String own = ownPath(selfCgroup, mounts);
    return of(fs, choose(mounts, own), own, selfCgroup);
  }

  private static CgroupHost of(CgroupFs fs, MountInfo.Entry mount, String own, String selfCgroup)
      throws HuskException {
    Path point = Path.of(mount.mountPoint());
    boolean container = !isKernelRoot(fs, point);
    try {
      return new CgroupHost(
          Membership.hasV1(selfCgroup) ? Mode.HYBRID : Mode.UNIFIED,
          point,
          mount.root(),
          own,
          Controllers.available(fs, point),
          container,
          container && !fs.read(point.resolve("cgroup.procs")).isBlank());
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the cgroup v2 tree", point, e);
    }
  }

  private static List<MountInfo.Entry> mounts(String mountInfo) throws HuskException {
    try {
      return MountInfo.parse(mountInfo);
    } catch (IllegalArgumentException e) {
      throw new HuskException(
          new CgroupFailure.UnsupportedHost(
              "/proc/self/mountinfo", String.valueOf(e.getMessage()), "mount proc at /proc"),
          e);
    }
  }

  private static String ownPath(String selfCgroup, List<MountInfo.Entry> mounts)
      throws HuskException {
    var path = Membership.path(selfCgroup);
    if (path.isPresent()) {
      return path.get();
    }
    boolean v1 = Membership.hasV1(selfCgroup);
    for (MountInfo.Entry mount : mounts) {
      v1 |= mount.fstype().equals("cgroup");
    }
    throw new HuskException(
        new CgroupFailure.UnsupportedHost(
            "/proc/self/cgroup",
            v1
                ? "this host has cgroup v1 only; husk contains, kills and limits by cgroup v2"
                : "this kernel shows no cgroups",
            UNIFY));
  }

  /** The first mount that shows most of the tree; a later one at the same place covers it. */
  private static MountInfo.Entry choose(List<MountInfo.Entry> mounts, String own)
      throws HuskException {
    MountInfo.Entry best = null;
    boolean outside = false;
    for (MountInfo.Entry mount : mounts) {
      if (!mount.fstype().equals("cgroup2")) {
        continue;
      }
      if (!Membership.atOrBelow(own, mount.root())) {
        outside = true;
      } else if (best == null
          || mount.root().length() < best.root().length()
          || mount.mountPoint().equals(best.mountPoint())) {
        best = mount;
      }
    }
    if (best == null) {
      throw new HuskException(
          new CgroupFailure.UnsupportedHost(
              "/proc/self/mountinfo",
              outside
                  ? "no cgroup2 mount shows this process' own cgroup " + own
                  : "cgroup v2 is not mounted",
              outside
                  ? "mount cgroup2 from within this cgroup namespace"
                  : "mount it (mount -t cgroup2 none /sys/fs/cgroup), or " + UNIFY));
    }
    return best;
  }

  /** The root of the hierarchy is the one cgroup without a type; a namespace's root has one. */
  private static boolean isKernelRoot(CgroupFs fs, Path directory) {
    return !fs.exists(directory.resolve("cgroup.type"));
  }

  private static void requireWritable(CgroupFs fs, MountInfo.Entry mount, String own)
      throws HuskException {
    Path point = Path.of(mount.mountPoint());
    if (mount.readOnly()) {
      throw new HuskException(
          new CgroupFailure.NotDelegated("use the cgroup v2 tree", point.toString(), Errno.EROFS));
    }
    Path ownDir = below(point, mount.root(), own);
    if (!fs.writable(point.resolve("cgroup.procs"))
        && !fs.writable(ownDir.resolve("cgroup.procs"))) {
      throw new HuskException(
          new CgroupFailure.NotDelegated(
              "use the cgroup v2 tree", ownDir.toString(), Errno.EACCES));
    }
  }

  private static Path below(Path mountPoint, String mountRoot, String procPath) {
    String rest = mountRoot.equals("/") ? procPath : procPath.substring(mountRoot.length());
    return rest.isEmpty() || rest.equals("/") ? mountPoint : mountPoint.resolve(rest.substring(1));
  }

  /**
   * Whether the tree shows where the host's first process is: in a container's cgroup namespace it
   * does not, and what a service manager outside makes for us is out of reach. A process that is
   * hidden (proc(5), hidepid) speaks for neither; where a scope is gets verified.
   */
  public static boolean showsFirstProcess(CgroupFs fs) {
    try {
      Optional<String> path = Membership.path(fs.read(Path.of("/proc/1/cgroup")));
      return path.isPresent() && !Membership.isOutOfSight(path.get());
    } catch (ErrnoException e) {
      return true;
    }
  }

  /**
   * The unit that this process is part of, when systemd has delegated it ({@code Delegate=yes}):
   * systemd marks its cgroup with the extended attribute {@code user.delegate}
   * (CGROUP_DELEGATION.md). A user's manager does not count, since what is below it is systemd's.
   */
  public Optional<Path> delegatedUnit() {
    Path own = directory(ownPath);
    for (int depth = own.getNameCount(); depth > mountPoint.getNameCount(); depth--) {
      Path unit = Path.of("/").resolve(own.subpath(0, depth));
      if (DelegationMark.isSet(unit)) {
        String name = String.valueOf(unit.getFileName());
        boolean manager = name.startsWith("user@") && name.endsWith(".service");
        return manager ? Optional.empty() : Optional.of(unit);
      }
    }
    return Optional.empty();
  }

  /**
   * The same, if this process runs in a subgroup of it ({@code DelegateSubgroup=}): only a unit
   * without processes of its own can hand controllers down.
   */
  public Optional<Path> usableUnit() {
    Path own = directory(ownPath);
    return delegatedUnit().filter(unit -> !unit.equals(own));
  }

  /** The directory that {@code /proc/PID/cgroup} names so; the reverse of {@link #procPath}. */
  Path directory(String procPath) {
    return below(mountPoint, mountRoot, procPath);
  }

  /** A directory below the mount point, as {@code /proc/PID/cgroup} names it. */
  public String procPath(Path directory) {
    List<String> names = new ArrayList<>();
    for (Path name : mountPoint.relativize(directory)) {
      names.add(name.toString());
    }
    String root = mountRoot.equals("/") ? "" : mountRoot;
    return root + "/" + String.join("/", names);
  }
}
