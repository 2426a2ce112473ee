package dev.husk.bwrap;

/** The types of mount that husk applies. */
enum MountType {
  BIND(""),
  PROC("proc"),
  SYSFS("sysfs"),
  TMPFS("tmpfs"),
  DEVPTS("devpts"),
  MQUEUE("mqueue"),
  CGROUP("cgroup2"),
  OTHER("");

  private final String fstype;

  MountType(String fstype) {
    this.fstype = fstype;
  }

  /** As mount(2) takes it and mountinfo shows it; empty for a bind mount. */
  String fstype() {
    return fstype;
  }

  static MountType of(String name) {
    return switch (name) {
      case "bind" -> BIND;
      case "proc" -> PROC;
      case "sysfs" -> SYSFS;
      case "tmpfs" -> TMPFS;
      case "devpts" -> DEVPTS;
      case "mqueue" -> MQUEUE;
      case "cgroup", "cgroup2" -> CGROUP;
      default -> OTHER;
    };
  }
}
