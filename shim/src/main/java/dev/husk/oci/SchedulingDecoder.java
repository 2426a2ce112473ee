package dev.husk.oci;

import java.util.List;
import java.util.Optional;

/** The properties of {@code process} that say when and where it runs. */
final class SchedulingDecoder {
  private static final List<String> POLICIES =
      List.of(
          "SCHED_OTHER",
          "SCHED_FIFO",
          "SCHED_RR",
          "SCHED_BATCH",
          "SCHED_ISO",
          "SCHED_IDLE",
          "SCHED_DEADLINE");
  private static final List<String> FLAGS =
      List.of(
          "SCHED_FLAG_RESET_ON_FORK",
          "SCHED_FLAG_RECLAIM",
          "SCHED_FLAG_DL_OVERRUN",
          "SCHED_FLAG_KEEP_POLICY",
          "SCHED_FLAG_KEEP_PARAMS",
          "SCHED_FLAG_UTIL_CLAMP_MIN",
          "SCHED_FLAG_UTIL_CLAMP_MAX");
  private static final List<String> IO_CLASSES =
      List.of("IOPRIO_CLASS_RT", "IOPRIO_CLASS_BE", "IOPRIO_CLASS_IDLE");

  private SchedulingDecoder() {}

  static Optional<ProcessSpec.Scheduler> scheduler(Fields process) {
    if (!process.has("scheduler")) {
      return Optional.empty();
    }
    Fields scheduler = process.object("scheduler");
    return Optional.of(
        new ProcessSpec.Scheduler(
            Rules.requiredOneOf(scheduler, "policy", POLICIES),
            scheduler.smallInteger("nice", -20, 19),
            scheduler.smallInteger("priority", 0, 99),
            Rules.allOf(scheduler, "flags", FLAGS),
            scheduler.unsigned("runtime"),
            scheduler.unsigned("deadline"),
            scheduler.unsigned("period")));
  }

  static Optional<ProcessSpec.IoPriority> ioPriority(Fields process) {
    if (!process.has("ioPriority")) {
      return Optional.empty();
    }
    Fields priority = process.object("ioPriority");
    return Optional.of(
        new ProcessSpec.IoPriority(
            Rules.requiredOneOf(priority, "class", IO_CLASSES),
            (int) priority.requiredInteger("priority", 0, 7)));
  }

  static Optional<ProcessSpec.ExecCpuAffinity> execAffinity(Fields process) {
    Fields affinity = process.object("execCPUAffinity");
    Optional<String> initial = affinity.string("initial");
    Optional<String> last = affinity.string("final");
    Rules.cpuList(affinity, "initial", initial.orElse(""));
    Rules.cpuList(affinity, "final", last.orElse(""));
    return initial.isEmpty() && last.isEmpty()
        ? Optional.empty()
        : Optional.of(new ProcessSpec.ExecCpuAffinity(initial, last));
  }
}
