package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Puts a plan in force on P and says of each limit how it turned out. */
final class LimitApplier {
  private final CgroupFs fs;
  private final LimitPolicy policy;

  LimitApplier(CgroupFs fs, LimitPolicy policy) {
    this.fs = fs;
    this.policy = policy;
  }

  /** Controllers that the plan's limits need, the pseudo controller left out. */
  static List<String> needed(LimitPlan plan) {
    List<String> needed = new ArrayList<>();
    for (LimitWrite write : plan.writes()) {
      if (!write.controller().equals(LimitWrite.CORE) && !needed.contains(write.controller())) {
        needed.add(write.controller());
      }
    }
    return needed;
  }

  /**
   * @throws HuskException {@link CgroupFailure.MissingControllers} when the policy is strict and a
   *     limit of the config needs a controller that is not available
   */
  void requireControllers(LimitPlan plan, Path where, List<String> available) throws HuskException {
    if (!policy.strict()) {
      return;
    }
    List<String> missing = new ArrayList<>();
    StringBuilder properties = new StringBuilder();
    for (LimitWrite write : plan.writes()) {
      if (write.isDefault() || isAvailable(write, available)) {
        continue;
      }
      if (!missing.contains(write.controller())) {
        missing.add(write.controller());
      }
      if (properties.indexOf(write.property()) < 0) {
        properties.append(properties.isEmpty() ? "" : ", ").append(write.property());
      }
    }
    if (!missing.isEmpty()) {
      throw new HuskException(
          new CgroupFailure.MissingControllers(
              "apply the limits",
              where.toString(),
              missing,
              String.join(" ", available),
              properties.toString()));
    }
  }

  private static boolean isAvailable(LimitWrite write, List<String> available) {
    return write.controller().equals(LimitWrite.CORE) || available.contains(write.controller());
  }

  /** Writes and reads back every limit, in order. */
  List<LimitStatus> apply(LimitPlan plan, Path cgroup) throws HuskException {
    List<String> available = available(cgroup);
    requireControllers(plan, cgroup, available);
    List<LimitStatus> statuses = new ArrayList<>(plan.without());
    for (LimitWrite planned : plan.writes()) {
      statuses.add(apply(chosen(planned, cgroup), cgroup, available));
    }
    return statuses;
  }

  List<String> available(Path cgroup) throws HuskException {
    try {
      return Controllers.available(fs, cgroup);
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, "read the controllers", cgroup, e);
    }
  }

  /** One limit, written and read back if its controller is there. */
  LimitStatus apply(LimitWrite write, Path cgroup, List<String> available) throws HuskException {
    return isAvailable(write, available)
        ? apply(write, cgroup)
        : write.notEnforced("controller " + write.controller() + " is not available in " + cgroup);
  }

  /** The write itself, or the one that takes its place on this kernel. */
  LimitWrite chosen(LimitWrite planned, Path cgroup) {
    if (planned.instead().isPresent()
        && fs.exists(cgroup.resolve(planned.instead().get().file()))) {
      return planned.instead().get();
    }
    return planned;
  }

  private LimitStatus apply(LimitWrite write, Path cgroup) throws HuskException {
    try {
      fs.write(cgroup.resolve(write.file()), write.value());
    } catch (ErrnoException e) {
      if (write.optional() && e.errno().equals(Errno.ENOENT)) {
        return write.notEnforced("this kernel has no " + write.file() + ", and nothing to limit");
      }
      return refused(write, explain(e.errno()));
    }
    Optional<String> difference = ReadBack.difference(fs, cgroup, write);
    return difference.isEmpty() ? write.enforced() : refused(write, difference.get());
  }

  private LimitStatus refused(LimitWrite write, String why) throws HuskException {
    if (policy.strict() && !write.isDefault()) {
      throw new HuskException(
          new CgroupFailure.LimitRefused(write.property(), write.file(), write.value(), why));
    }
    return write.notEnforced(why);
  }

  private static String explain(Errno errno) {
    return switch (errno.name()) {
      case "ENOENT" -> errno + ", this kernel has no such file";
      case "ENODEV" -> errno + ", no such device, or a partition instead of its disk";
      case "EINVAL", "ERANGE" -> errno + ", the kernel does not take the value";
      case "EACCES", "EPERM", "EROFS" -> errno + ", the file is not delegated to this user";
      default -> errno.toString();
    };
  }

  /**
   * Writes to S what is in force on P, so that programs inside that look for their limit find it.
   *
   * @return the same statuses; P's are what counts, so that a mirror that fails takes nothing away
   *     and is a remark
   */
  List<LimitStatus> mirror(List<LimitStatus> statuses, Path cgroup) {
    List<LimitStatus> mirrored = new ArrayList<>();
    for (LimitStatus status : statuses) {
      mirrored.add(status.enforced() ? mirror(status, cgroup) : status);
    }
    return mirrored;
  }

  LimitStatus mirror(LimitStatus status, Path cgroup) {
    if (!isMirrored(status.file())) {
      return status;
    }
    LimitWrite write = LimitWrite.of(status.property(), status.file(), mirrored(status));
    Optional<String> difference;
    try {
      fs.write(cgroup.resolve(write.file()), write.value());
      difference = ReadBack.difference(fs, cgroup, write);
    } catch (ErrnoException e) {
      difference = Optional.of(explain(e.errno()));
    }
    return difference.isEmpty()
        ? status
        : status.withReason("in force, and not shown inside: " + difference.get());
  }

  /** What programs read to size themselves; the rest would have a second effect on S. */
  static boolean isMirrored(String file) {
    return switch (file) {
      case "pids.max",
          "memory.max",
          "memory.high",
          "memory.swap.max",
          "memory.oom.group",
          "cpu.max",
          "cpu.max.burst",
          "cpuset.cpus",
          "cpuset.mems",
          "cgroup.max.depth",
          "cgroup.max.descendants" ->
          true;
      default -> file.startsWith("hugetlb.") && file.endsWith(".max");
    };
  }

  /** The bounds of the tree count S itself on P and no longer do so on S. */
  private static String mirrored(LimitStatus status) {
    if (!status.file().startsWith("cgroup.max.") || status.value().equals("max")) {
      return status.value();
    }
    return Long.toString(Long.parseLong(status.value()) - 1);
  }
}
