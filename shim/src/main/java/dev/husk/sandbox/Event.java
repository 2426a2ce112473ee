package dev.husk.sandbox;

import java.time.Instant;

/** Something that happened to a sandbox; sequence numbers rise by one without a gap. */
public record Event(long sequence, Instant at, String sandboxId, Kind kind) {
  /** What happened. */
  public sealed interface Kind {}

  /** The payload waits for start. */
  public record Created(int pid) implements Kind {}

  /** The payload's program runs. */
  public record Started(int pid) implements Kind {}

  /** The payload ended and its cgroup is empty. */
  public record Exited(ExitStatus status) implements Kind {}

  /** Everything is removed. */
  public record Deleted() implements Kind {}

  /**
   * The kernel's OOM killer has killed in the sandbox.
   *
   * @param kills processes killed so far, since the sandbox was made
   */
  public record Oom(long kills) implements Kind {}

  /** Every process is frozen. */
  public record Paused() implements Kind {}

  /** The processes run again. */
  public record Resumed() implements Kind {}

  /** Limits were changed. */
  public record Updated() implements Kind {}

  /** Something could not be done and someone should know: a leaked cgroup, a lost deadman. */
  public record Warning(String message) implements Kind {}
}
