package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import dev.husk.process.MountInfo;
import java.nio.file.Path;
import java.util.List;

/** Where the controllers are that cgroup v2 does not have: cgroups(7), {@code /proc/cgroups}. */
final class V1Controllers {
  private static final int FIELDS = 4;

  private final List<List<String>> lines;
  private final List<MountInfo.Entry> mounts;

  private V1Controllers(List<List<String>> lines, List<MountInfo.Entry> mounts) {
    this.lines = lines;
    this.mounts = mounts;
  }

  static V1Controllers look(CgroupFs fs, List<MountInfo.Entry> mounts) {
    try {
      List<List<String>> lines =
          fs.read(Path.of("/proc/cgroups")).lines().map(Controllers::words).toList();
      return new V1Controllers(lines, mounts);
    } catch (ErrnoException e) {
      return new V1Controllers(List.of(), mounts);
    }
  }

  /** Why cgroup v2 lacks a controller, by its v2 name, and what gives it. */
  Absence absence(String controller, boolean container) {
    String name = controller.equals("io") ? "blkio" : controller;
    for (MountInfo.Entry mount : mounts) {
      if (mount.fstype().equals("cgroup")
          && List.of(mount.superOptions().split(",", -1)).contains(name)) {
        return new Absence(
            "bound to cgroup v1 at " + mount.mountPoint(),
            "boot with systemd.unified_cgroup_hierarchy=1 (or cgroup_no_v1=" + name + ")");
      }
    }
    for (List<String> line : lines) {
      if (line.size() == FIELDS && line.get(0).equals(name)) {
        return absence(name, line, container);
      }
    }
    return container
        ? new Absence(
            "not handed down to this container",
            "give the container the controller (systemd: Delegate=" + controller + ")")
        : new Absence("not built into this kernel", "use a kernel that has it");
  }

  private static Absence absence(String name, List<String> line, boolean container) {
    if (line.get(3).equals("0")) {
      return new Absence(
          "switched off at boot", "boot without cgroup_disable=" + name + " (or enable it)");
    }
    if (!line.get(1).equals("0")) {
      return new Absence(
          "bound to cgroup v1",
          "boot with systemd.unified_cgroup_hierarchy=1 (or cgroup_no_v1=" + name + ")");
    }
    return container
        ? new Absence(
            "not handed down to this container",
            "give the container the controller (systemd: Delegate=" + name + ")")
        : new Absence(
            "not usable in cgroup v2",
            "boot with systemd.unified_cgroup_hierarchy=1 (or cgroup_no_v1=" + name + ")");
  }

  /**
   * A controller that is not there.
   *
   * @param reason where it is instead
   * @param remedy what gives it to cgroup v2
   */
  record Absence(String reason, String remedy) {}
}
