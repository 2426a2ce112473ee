package dev.husk.oci;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** The program to run: {@code config.md#process}. */
public record ProcessSpec(
    boolean terminal,
    Optional<ConsoleSize> consoleSize,
    String cwd,
    List<String> env,
    List<String> args,
    List<Rlimit> rlimits,
    Optional<String> apparmorProfile,
    Optional<Capabilities> capabilities,
    Optional<Boolean> noNewPrivileges,
    OptionalInt oomScoreAdj,
    Optional<Scheduler> scheduler,
    Optional<String> selinuxLabel,
    Optional<IoPriority> ioPriority,
    Optional<ExecCpuAffinity> execCPUAffinity,
    User user) {

  public ProcessSpec {
    env = List.copyOf(env);
    args = List.copyOf(args);
    rlimits = List.copyOf(rlimits);
  }

  /** Size of the terminal in characters. */
  public record ConsoleSize(long height, long width) {}

  /**
   * A resource limit.
   *
   * @param type the name of getrlimit(2): {@code RLIMIT_NOFILE}
   * @param soft unsigned 64 bit; {@code -1L} is RLIM_INFINITY
   * @param hard unsigned 64 bit; {@code -1L} is RLIM_INFINITY
   */
  public record Rlimit(String type, long soft, long hard) {}

  /** The five capability sets of capabilities(7), names as {@code CAP_CHOWN}. */
  public record Capabilities(
      List<String> effective,
      List<String> bounding,
      List<String> inheritable,
      List<String> permitted,
      List<String> ambient) {
    public Capabilities {
      effective = List.copyOf(effective);
      bounding = List.copyOf(bounding);
      inheritable = List.copyOf(inheritable);
      permitted = List.copyOf(permitted);
      ambient = List.copyOf(ambient);
    }
  }

  /** Scheduling attributes of sched_setattr(2). */
  public record Scheduler(
      String policy,
      OptionalInt nice,
      OptionalInt priority,
      List<String> flags,
      OptionalLong runtime,
      OptionalLong deadline,
      OptionalLong period) {
    public Scheduler {
      flags = List.copyOf(flags);
    }
  }

  /** I/O priority of ioprio_set(2). */
  public record IoPriority(String priorityClass, int priority) {}

  /** CPUs of exec'ed processes, in the list format of cpuset(7). */
  public record ExecCpuAffinity(Optional<String> initial, Optional<String> finalList) {}

  /**
   * The user of the program; ids are those inside the container.
   *
   * @param umask file mode creation mask
   */
  public record User(long uid, long gid, OptionalInt umask, List<Long> additionalGids) {
    public User {
      additionalGids = List.copyOf(additionalGids);
    }
  }
}
