package dev.husk.process;

import dev.husk.failure.Failure;
import dev.husk.failure.FailureKind;
import java.util.Optional;
import java.util.OptionalInt;

/** What can go wrong with starting and steering processes. */
public sealed interface ProcessFailure extends Failure {

  /** A failure that the kernel gave the number of. */
  sealed interface OfErrno extends ProcessFailure {
    Errno errno();

    @Override
    default OptionalInt errorNumber() {
      return OptionalInt.of(errno().value());
    }
  }

  /** The program could not be executed. */
  record ExecFailed(String program, Errno errno) implements OfErrno {
    @Override
    public String what() {
      return "execute program";
    }

    @Override
    public String where() {
      return program;
    }

    @Override
    public String why() {
      return errno.toString();
    }

    @Override
    public String remedy() {
      return errno.name().equals("EMFILE")
          ? "raise the limit of open files (RLIMIT_NOFILE) that husk runs under"
          : "check that the file exists, is executable and is built for this machine";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A program of the package uidmap refused to write the map of a user namespace. */
  record NotMapped(String command, String why) implements ProcessFailure {
    @Override
    public String what() {
      return "map the ids of a user namespace";
    }

    @Override
    public String where() {
      return command;
    }

    @Override
    public String remedy() {
      return "let /etc/subuid and /etc/subgid give this user these ids, and the program be setuid"
          + " root, or have capabilities, as the package uidmap installs it";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A user namespace cannot be made, or is of no use. */
  record NoUserNamespace(String where, String why, String remedy) implements ProcessFailure {
    @Override
    public String what() {
      return "make a user namespace, as sandboxes of unprivileged users need";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** The kernel refused to make the process, or to make it inside its cgroup. */
  record CloneFailed(String program, Errno errno) implements OfErrno {
    @Override
    public String what() {
      return "start process in its cgroup (clone3, CLONE_INTO_CGROUP)";
    }

    @Override
    public String where() {
      return program;
    }

    @Override
    public String why() {
      return errno.toString();
    }

    @Override
    public String remedy() {
      return switch (errno.name()) {
        case "ENOSYS", "EPERM" ->
            "allow clone3 and unshare in the seccomp profile that husk itself runs under, and leave it"
                + " CAP_SYS_ADMIN";
        case "EACCES" -> "give husk write access to the cgroup and to its common ancestor with it";
        case "ENOSPC" -> "raise the sysctl user.max_cgroup_namespaces";
        case "EMFILE", "ENFILE" -> "raise the limit of open files that husk runs under";
        case "EAGAIN" -> "raise the process limit (pids.max, RLIMIT_NPROC) that husk runs under";
        case "EINVAL", "E2BIG" -> "use Linux 5.14 or newer";
        default -> "see the kernel's reason above";
      };
    }

    @Override
    public FailureKind kind() {
      return errno.equals(Errno.EAGAIN) ? FailureKind.EXHAUSTED : FailureKind.PRECONDITION;
    }
  }

  /** A step inside husk-init failed and was reported with its errno. */
  record InitFailed(String step, String detail, Errno errno, FailureKind kind) implements OfErrno {
    @Override
    public String what() {
      return "prepare the sandbox's first process (" + step + ")";
    }

    @Override
    public String where() {
      return detail;
    }

    @Override
    public String why() {
      return errno.toString();
    }

    @Override
    public Optional<String> failedStep() {
      return Optional.of(step);
    }

    @Override
    public String remedy() {
      return switch (step) {
        case InitMessage.EXECUTABLE ->
            "check process.args[0], the PATH in process.env and the file in the root filesystem";
        case InitMessage.CWD -> "check process.cwd";
        case InitMessage.RLIMITS ->
            "lower the hard limit: raising one above the shim's own needs CAP_SYS_RESOURCE";
        case InitMessage.MOUNT -> "check the mount's source, type and options";
        case InitMessage.EXEC ->
            "check that the file is built for this machine, and its interpreter";
        default -> "check the property of config.json that this step applies";
      };
    }
  }

  /** bwrap or husk-init ended before the step was reached. */
  record EndedEarly(String step, String ending, String output) implements ProcessFailure {
    @Override
    public String what() {
      return "prepare the sandbox (" + step + ")";
    }

    @Override
    public String where() {
      return "bwrap";
    }

    @Override
    public String why() {
      return ending + (output.isBlank() ? ", without a message" : ": " + output.strip());
    }

    @Override
    public Optional<String> failedStep() {
      return Optional.of(step);
    }

    @Override
    public String remedy() {
      return "check the mounts and namespaces of config.json against bwrap's message";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.PRECONDITION;
    }
  }

  /** A step did not finish in its time; everything started for it was killed. */
  record TimedOut(String step, long millis) implements ProcessFailure {
    @Override
    public String what() {
      return "prepare the sandbox";
    }

    @Override
    public String where() {
      return step;
    }

    @Override
    public String why() {
      return "no answer within " + millis + " ms";
    }

    @Override
    public Optional<String> failedStep() {
      return Optional.of(step);
    }

    @Override
    public String remedy() {
      return "look for a mount source that hangs (a network filesystem), a frozen cgroup above, or an"
          + " overloaded host";
    }

    @Override
    public FailureKind kind() {
      return FailureKind.TIMEOUT;
    }
  }

  /** Another system call failed. */
  record CallFailed(String operation, String path, Errno errno) implements OfErrno {
    public static CallFailed of(ErrnoException e) {
      return new CallFailed(e.operation(), e.path(), e.errno());
    }

    @Override
    public String what() {
      return operation;
    }

    @Override
    public String where() {
      return path;
    }

    @Override
    public String why() {
      return errno.toString();
    }

    @Override
    public String remedy() {
      return "see the kernel's reason above";
    }

    @Override
    public FailureKind kind() {
      return switch (errno.name()) {
        case "EACCES", "EPERM", "EROFS" -> FailureKind.DENIED;
        case "EMFILE", "ENFILE", "ENOMEM", "ENOSPC", "EAGAIN" -> FailureKind.EXHAUSTED;
        default -> FailureKind.INTERNAL;
      };
    }
  }
}
