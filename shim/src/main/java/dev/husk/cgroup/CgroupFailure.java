package dev.husk.cgroup;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import dev.husk.process.Errno;
import dev.husk.process.OwnUser;
import java.util.List;
import java.util.OptionalInt;

/** What can go wrong with cgroups, told apart by what the reader has to do about it. */
public sealed interface CgroupFailure extends Failure {

  /** A failure that the kernel gave the number of. */
  sealed interface OfErrno extends CgroupFailure {
    Errno errno();

    @Override
    default OptionalInt errorNumber() {
      return OptionalInt.of(errno().value());
    }
  }

  /** No usable cgroup v2 tree on this host. */
  record UnsupportedHost(String where, String why, String remedy) implements CgroupFailure {
    @Override
    public String what() {
      return "find the cgroup v2 tree";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** The tree is there and not ours to change: EACCES, EPERM, EROFS. */
  record NotDelegated(String what, String where, Errno errno) implements OfErrno {
    @Override
    public String why() {
      return errno + ", the cgroup is not delegated to this user";
    }

    @Override
    public String remedy() {
      if (!OwnUser.isRoot() && !errno.equals(Errno.EROFS)) {
        return "leave linux.cgroupsPath and --cgroup-manager out, so that this user's service manager"
            + " gives the sandbox a place, or have root delegate the directory to this user (systemd:"
            + " Delegate=yes)";
      }
      return errno.equals(Errno.EROFS)
          ? "mount cgroup2 writable (docker: --privileged, or a writable cgroup mount)"
          : "run as root, or have the directory delegated (systemd: Delegate=yes) and name it in"
              + " linux.cgroupsPath";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.DENIED;
    }
  }

  /** EBUSY until the retry budget was used up: processes kept appearing in the cgroup. */
  record Busy(String what, String where, int rounds, long millis, String processes)
      implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EBUSY
          + " after "
          + rounds
          + " rounds in "
          + millis
          + " ms, processes there: "
          + processes;
    }

    @Override
    public String remedy() {
      return "end or move what keeps starting processes in that cgroup, or choose another"
          + " linux.cgroupsPath";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXHAUSTED;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EBUSY.value());
    }
  }

  /** Controllers that a limit needs and that this part of the tree does not have. */
  record MissingControllers(
      String what, String where, List<String> missing, String available, String properties)
      implements CgroupFailure {
    public MissingControllers {
      missing = List.copyOf(missing);
    }

    @Override
    public String why() {
      return "no controller "
          + String.join(", ", missing)
          + " (needed by "
          + properties
          + "); available: "
          + (available.isEmpty() ? "none" : available);
    }

    /** Below a user's manager it is the system's that delegates. */
    @Override
    public String remedy() {
      if (where.contains("/user@")) {
        return "let root have it delegated to the managers of users: [Service] and Delegate=cpu"
            + " cpuset io memory pids in /etc/systemd/system/user@.service.d/delegate.conf, then"
            + " systemctl daemon-reload and a restart of this user's manager; or remove the limit,"
            + " or accept the loss with --cgroup-limits=best-effort";
      }
      return "enable it for cgroup v2 (boot with systemd.unified_cgroup_hierarchy=1, or"
          + " Delegate= it), remove the limit, or accept the loss with"
          + " --cgroup-limits=best-effort";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** The cgroup is, or is below, a threaded one: EOPNOTSUPP. */
  record ThreadedSubtree(String what, String where, String type) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EOPNOTSUPP + ", its cgroup.type is \"" + type + "\"";
    }

    @Override
    public String remedy() {
      return "write \"-cpu -cpuset -pids\" to the cgroup.subtree_control of the threaded ancestor,"
          + " or choose another linux.cgroupsPath";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EOPNOTSUPP.value());
    }
  }

  /**
   * A pid was not taken: ENOENT from a write, which the kernel gives when the process and the leaf
   * are on two sides of a cgroup namespace's border (mount option nsdelegate).
   */
  record BehindBorder(String what, String where) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.ENOENT
          + ", the process and that cgroup are on two sides of a cgroup namespace's border";
    }

    @Override
    public String remedy() {
      return "start husk inside of the namespace that the process belongs to, or move the process"
          + " from outside of both";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.ENOENT.value());
    }
  }

  /** A move needs the right to write to the common ancestor of both cgroups too: EACCES. */
  record AncestorDenied(String what, String where) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EACCES
          + ", the common ancestor of the process' cgroup and this one is not ours to change";
    }

    @Override
    public String remedy() {
      return "start husk where it need not cross that ancestor: systemd-run --user --scope -p"
          + " Delegate=yes husk ..., or run it as root";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.DENIED;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EACCES.value());
    }
  }

  /** The destination of a move hands controllers down, and so may hold no process: EBUSY. */
  record NotALeaf(String what, String where, String enabled) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EBUSY
          + ", it hands down the controllers "
          + enabled
          + ", and such a cgroup may hold no process";
    }

    @Override
    public String remedy() {
      return "take these controllers off its cgroup.subtree_control, or remove that cgroup for"
          + " husk to make a new one";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EBUSY.value());
    }
  }

  /** A process, no thread of the kernel, that cannot be moved: EINVAL, EPERM, ENOSPC. */
  record Immovable(String what, String where, Errno errno) implements OfErrno {
    @Override
    public String why() {
      return errno + ", the kernel does not let this process move there";
    }

    @Override
    public String remedy() {
      return "a real-time process needs a budget in the new cgroup (CONFIG_RT_GROUP_SCHED): give it"
          + " a normal policy with chrt -o -p 0 PID, or end it";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A controller that the kernel knows and that this cgroup was not given: ENOENT. */
  record NotHandedDown(String what, String where, String asked, String available)
      implements CgroupFailure {
    @Override
    public String why() {
      return Errno.ENOENT
          + " for \""
          + asked
          + "\"; its cgroup.controllers: "
          + (available.isEmpty() ? "none" : available);
    }

    @Override
    public String remedy() {
      return "have the controller handed down by the parent (systemd: Delegate=), or free it from"
          + " cgroup v1";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.ENOENT.value());
    }
  }

  /** A controller that the kernel does not know, or cannot enable as things are: EINVAL. */
  record NotEnabled(String what, String where, String asked) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EINVAL + " for \"" + asked + "\"";
    }

    @Override
    public String remedy() {
      return "this kernel does not know one of them, or real-time processes run in that subtree"
          + " (CONFIG_RT_GROUP_SCHED lets cpu go with none of them): compare with"
          + " cgroup.controllers, and end them or give them a normal policy";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EINVAL.value());
    }
  }

  /** The kernel has no memory or no number left for a cgroup: ENOMEM, ENOSPC. */
  record KernelFull(String what, String where, Errno errno) implements OfErrno {
    @Override
    public String why() {
      return errno + ", the kernel has no room for another cgroup";
    }

    @Override
    public String remedy() {
      return "remove cgroups that are no longer used; nr_dying_descendants in the root's cgroup.stat"
          + " tells how many are still held by memory in use";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXHAUSTED;
    }
  }

  /** A process of another pid namespace is in the cgroup; nobody in here can move it. */
  record ForeignProcess(String what, String where) implements CgroupFailure {
    @Override
    public String why() {
      return "cgroup.procs lists pid 0, a process outside this pid namespace";
    }

    @Override
    public String remedy() {
      return "use a cgroup that holds only processes of this pid namespace, or run husk in the"
          + " pid namespace of that process";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** Somebody removed the cgroup meanwhile: ENOENT, ENODEV. */
  record Vanished(String what, String where, Errno errno) implements OfErrno {
    @Override
    public String why() {
      return errno + ", the cgroup was removed by somebody else";
    }

    @Override
    public String remedy() {
      return "find what else manages this part of the tree and give husk one of its own by"
          + " linux.cgroupsPath";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** An ancestor holds processes, so that it cannot give controllers to its children. */
  record NotEmpty(String what, String where, String processes) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EBUSY + ", it holds the processes " + processes;
    }

    @Override
    public String remedy() {
      return "move these processes into a child cgroup, or choose another linux.cgroupsPath";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EBUSY.value());
    }
  }

  /** The sandbox's cgroup is already there. */
  record Exists(String where, String processes) implements CgroupFailure {
    @Override
    public String what() {
      return "create the sandbox's cgroup";
    }

    @Override
    public String why() {
      return processes.isEmpty()
          ? "it exists, without processes"
          : "it exists, with the processes " + processes;
    }

    @Override
    public String remedy() {
      return processes.isEmpty()
          ? "remove the empty cgroup with rmdir, or choose another id or linux.cgroupsPath"
          : "delete the sandbox that owns it, or choose another id or linux.cgroupsPath";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXISTS;
    }
  }

  /** The kernel does not return from the removal of what is in the sandbox's place. */
  record NotRemoved(String where, long millis) implements CgroupFailure {
    @Override
    public String what() {
      return "remove what a shim that is gone has left there";
    }

    @Override
    public String why() {
      return "the kernel has not done so within " + millis + " ms; it goes on";
    }

    @Override
    public String remedy() {
      return "try again later, or choose another id or linux.cgroupsPath; look into the kernel log"
          + " when it stays so";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** The path asked for leads into another sandbox. */
  record InSandbox(String where) implements CgroupFailure {
    @Override
    public String what() {
      return "create the sandbox's cgroup below it";
    }

    @Override
    public String why() {
      return "it is the cgroup of another sandbox";
    }

    @Override
    public String remedy() {
      return "give linux.cgroupsPath a place of its own, beside the other sandbox's, or leave it out";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXISTS;
    }
  }

  /**
   * An ancestor's cgroup.max.depth or cgroup.max.descendants is reached: EAGAIN.
   *
   * @param bound the file and its value, where it could be found out
   */
  record TooDeep(String what, String where, String bound) implements CgroupFailure {
    @Override
    public String why() {
      return Errno.EAGAIN + ", " + bound + " is reached";
    }

    @Override
    public String remedy() {
      return "raise that bound, or remove cgroups that are no longer used";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXHAUSTED;
    }

    @Override
    public OptionalInt errorNumber() {
      return OptionalInt.of(Errno.EAGAIN.value());
    }
  }

  /** A value of the config that cannot be meant, whatever the host. */
  record InvalidValue(String where, String why, String remedy) implements CgroupFailure {
    @Override
    public String what() {
      return "check the cgroup settings";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INVALID;
    }
  }

  /** A setting that exists in cgroup v1 only. */
  record NotInV2(String where, String why) implements CgroupFailure {
    @Override
    public String what() {
      return "apply the limits";
    }

    @Override
    public String remedy() {
      return "remove it from the config, or accept the loss with --cgroup-limits=best-effort";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.UNSUPPORTED;
    }
  }

  /** The kernel refused a limit, or kept another value than was written. */
  record LimitRefused(String where, String file, String value, String why)
      implements CgroupFailure {
    @Override
    public String what() {
      return "write " + value + " to " + file;
    }

    @Override
    public String remedy() {
      return "correct the value for this host, or accept the loss with --cgroup-limits=best-effort";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A device rule that needs a BPF program, which this host does not let husk have. */
  record DeviceRuleNotApplied(String where, String program) implements CgroupFailure {
    @Override
    public String what() {
      return "apply the device rules";
    }

    @Override
    public String why() {
      return "it needs a device program on the cgroup ("
          + program
          + "); without one there is only a private /dev with the default devices, and nodev on"
          + " every mount";
    }

    @Override
    public String remedy() {
      return "run husk as root on a kernel with CONFIG_CGROUP_BPF, remove the rule, or accept the"
          + " loss with --cgroup-limits=best-effort";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A limit below what is used already, which the config asks to be refused. */
  record BelowUsage(String where, long limit, long usage) implements CgroupFailure {
    @Override
    public String what() {
      return "check the use of memory before the update";
    }

    @Override
    public String why() {
      return usage + " bytes are in use, " + limit + " is less, and checkBeforeUpdate is set";
    }

    @Override
    public String remedy() {
      return "give a higher limit, wait until the sandbox uses less, or set checkBeforeUpdate to"
          + " false: the kernel then reclaims, and kills when that is not enough";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** An update would leave out a limit that is in force; nothing was written. */
  record LimitLost(String where, String file, String value) implements CgroupFailure {
    @Override
    public String what() {
      return "update the limits";
    }

    @Override
    public String why() {
      return value + " in " + file + " is in force, and the change leaves nothing in its place";
    }

    @Override
    public String remedy() {
      return "name this limit in the change too, by /linux/resources/unified/" + file;
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A write of a limit did not return in time; the old values were put back. */
  record NotWritten(String where, long millis) implements CgroupFailure {
    @Override
    public String what() {
      return "write a limit";
    }

    @Override
    public String why() {
      return "the kernel did not return from the write within " + millis + " ms";
    }

    @Override
    public String remedy() {
      return "lower memory limits in steps, or when the sandbox uses less; kernels before 6.16"
          + " reclaim before such a write returns";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** A write of an earlier update was given up and has not returned yet; nothing was written. */
  record StillWriting(String where) implements CgroupFailure {
    @Override
    public String what() {
      return "update the limits";
    }

    @Override
    public String why() {
      return "the kernel is still at this write of an earlier update, which was given up";
    }

    @Override
    public String remedy() {
      return "update again when it has returned: the sandbox is reclaiming memory, and less use of"
          + " it helps";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** An update failed, and not all old values could be put back: State shows what is in force. */
  record NotRestored(String where, String cause, String files) implements CgroupFailure {
    @Override
    public String what() {
      return "put the old limits back";
    }

    @Override
    public String why() {
      return "the update failed (" + cause + ") and these could not be put back: " + files;
    }

    @Override
    public String remedy() {
      return "look at the limits in the sandbox's state and update it again";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }

  /** A process is not where every process of the sandbox has to be. */
  record Escaped(String where, String expected, String actual) implements CgroupFailure {
    @Override
    public String what() {
      return "verify the cgroup of a process";
    }

    @Override
    public String why() {
      return "it is in " + actual + ", not at or below " + expected;
    }

    @Override
    public String remedy() {
      return "nothing of the payload was run; find what moves processes between cgroups on this"
          + " host";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }

  /** A process ended while it was looked at. */
  record ProcessGone(String what, String where, Errno errno) implements OfErrno {
    @Override
    public String why() {
      return errno + ", the process has ended";
    }

    @Override
    public String remedy() {
      return "look at the messages of the sandbox for the reason of its end";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }

  /** Processes of the sandbox outlived the time given for their end. */
  record StillPopulated(String where, long millis, String processes) implements CgroupFailure {
    @Override
    public String what() {
      return "wait until the sandbox is empty";
    }

    @Override
    public String why() {
      return "still populated after " + millis + " ms by " + processes;
    }

    @Override
    public String remedy() {
      return "a process in uninterruptible sleep (state D in ps) ends when its I/O does; delete"
          + " the sandbox again then";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** Processes of the sandbox did not freeze in the time given for it; they run on. */
  record NotFrozen(String where, long millis, String processes) implements CgroupFailure {
    @Override
    public String what() {
      return "pause the sandbox";
    }

    @Override
    public String why() {
      return "not frozen after " + millis + " ms: process " + processes + "; all run on";
    }

    @Override
    public String remedy() {
      return "a process in uninterruptible sleep (state D) freezes when its I/O ends; pause again"
          + " then";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** A cgroup above the sandbox's is frozen, so that nothing in it can run. */
  record HeldFrozen(String where, long millis, String above) implements CgroupFailure {
    @Override
    public String what() {
      return "resume the sandbox";
    }

    @Override
    public String why() {
      return "still frozen after " + millis + " ms by " + above;
    }

    @Override
    public String remedy() {
      return "write 0 to the cgroup.freeze of that cgroup, then resume again";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /**
   * More than husk can list in the memory that it gives itself; a part would be taken for all.
   *
   * @param of {@code processes}, {@code cgroups}
   */
  record TooMany(String what, String where, int most, String of) implements CgroupFailure {
    @Override
    public String why() {
      return "there are more than " + most + " " + of;
    }

    @Override
    public String remedy() {
      return "look at its cgroup.procs files on the host; kill with SIGKILL needs no list; a lower"
          + " pids limit keeps a sandbox from it";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.EXHAUSTED;
    }
  }

  /** An error number that has no meaning of its own at that step. */
  record Io(String what, String where, Errno errno) implements OfErrno {
    @Override
    public String why() {
      return errno.toString();
    }

    @Override
    public String remedy() {
      return "look into the kernel log for this cgroup, and report the message with the kernel's"
          + " version";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.INTERNAL;
    }
  }
}
