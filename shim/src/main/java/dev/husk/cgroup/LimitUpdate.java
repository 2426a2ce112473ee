package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One change of limits that are in force. The kernel knows no transaction over files, so what each
 * held is read before the first is written, and written back when one is refused. P is written
 * before S: the lower of the two is in force, so that a tighter limit holds from the first write on
 * and a wider one with the second, and in between nothing is looser than one of the two asked for.
 */
final class LimitUpdate {
  /** A write to memory.max may reclaim, and on kernels before 6.16 does so before it returns. */
  private static final Duration WRITING = Duration.ofSeconds(10);

  private static final Duration RESTORING = Duration.ofSeconds(5);

  private final CgroupFs fs;
  private final LimitApplier applier;
  private final Path sandbox;
  private final Path payload;
  private final SandboxCgroup.OuterLimits outer;
  private final Duration patience;
  private final Map<Path, String> held = new HashMap<>();
  private final ArrayDeque<OldValue> undo = new ArrayDeque<>();
  private final List<String> notRestored = new ArrayList<>();
  private final AtomicInteger writers = new AtomicInteger();
  private boolean abandoned;
  private volatile String step = "";

  LimitUpdate(
      CgroupFs fs,
      LimitApplier applier,
      Path sandbox,
      Path payload,
      SandboxCgroup.OuterLimits outer) {
    this(fs, applier, sandbox, payload, outer, WRITING);
  }

  LimitUpdate(
      CgroupFs fs,
      LimitApplier applier,
      Path sandbox,
      Path payload,
      SandboxCgroup.OuterLimits outer,
      Duration patience) {
    this.outer = outer;
    this.fs = fs;
    this.applier = applier;
    this.sandbox = sandbox;
    this.payload = payload;
    this.patience = patience;
  }

  /**
   * Puts a plan in force as far as it is touched or not in force yet.
   *
   * @param before how the limits stand
   * @return how they stand now: the plan's, in its order
   * @throws HuskException when one is refused; all hold what they held, unless it is {@link
   *     CgroupFailure.NotRestored}
   */
  List<LimitStatus> run(LimitPlan plan, TouchedLimits touched, List<LimitStatus> before)
      throws HuskException {
    List<LimitWrite> writes = new ArrayList<>();
    for (LimitWrite planned : plan.writes()) {
      LimitWrite write = applier.chosen(planned, sandbox);
      if (touched.contains(write) || status(write, before).isEmpty()) {
        writes.add(write);
      }
    }
    requireSuccessors(plan, before);
    List<String> available = applier.available(sandbox);
    applier.requireControllers(new LimitPlan(writes, List.of()), sandbox, available);
    readAll(writes);
    Map<LimitWrite, LimitStatus> results = write(inOrder(writes), available);
    List<LimitStatus> statuses = new ArrayList<>(plan.without());
    for (LimitWrite planned : plan.writes()) {
      LimitWrite write = applier.chosen(planned, sandbox);
      LimitStatus now = results.get(write);
      statuses.add(now != null ? now : status(write, before).orElseThrow());
    }
    follow(statuses);
    return statuses;
  }

  /** A limit that is in force and not in the plan would be so unseen. */
  private void requireSuccessors(LimitPlan plan, List<LimitStatus> before) throws HuskException {
    for (LimitStatus status : before) {
      boolean limit = status.enforced() && !status.value().equals("max");
      if (limit && !isSucceeded(status, plan)) {
        throw new HuskException(
            new CgroupFailure.LimitLost(status.property(), status.file(), status.value()));
      }
    }
  }

  private boolean isSucceeded(LimitStatus status, LimitPlan plan) {
    for (LimitWrite planned : plan.writes()) {
      LimitWrite write = applier.chosen(planned, sandbox);
      if (isSame(status, write.file(), write.value())) {
        return true;
      }
    }
    for (LimitStatus other : plan.without()) {
      if (isSame(status, other.file(), other.value())) {
        return true;
      }
    }
    return false;
  }

  /** The same file, and in one with a line per device the same line. */
  private static boolean isSame(LimitStatus status, String file, String value) {
    return status.file().equals(file)
        && (!Controllers.keyed(LimitWrite.controllerOf(file))
            || UnifiedMerge.key(Controllers.words(status.value()))
                .equals(UnifiedMerge.key(Controllers.words(value))));
  }

  private static Optional<LimitStatus> status(LimitWrite write, List<LimitStatus> statuses) {
    for (LimitStatus status : statuses) {
      if (status.property().equals(write.property())
          && status.file().equals(write.file())
          && status.value().equals(write.value())) {
        return Optional.of(status);
      }
    }
    return Optional.empty();
  }

  private void readAll(List<LimitWrite> writes) throws HuskException {
    for (LimitWrite write : writes) {
      for (Path file : changedBy(write)) {
        read(file);
      }
    }
  }

  private void read(Path file) throws HuskException {
    try {
      Optional<String> content = OldValue.read(fs, file);
      if (content.isPresent()) {
        held.put(file, content.get());
      }
    } catch (ErrnoException e) {
      throw CgroupErrors.of(
          fs, "read the limits in force (" + file.getFileName() + ")", sandbox, e);
    }
  }

  /**
   * The plan's order, but for a burst that shrinks: cpu.max takes no quota below the burst, nor
   * cpu.max.burst one above the quota (kernel/sched/core.c, tg_set_cfs_bandwidth).
   */
  private List<LimitWrite> inOrder(List<LimitWrite> writes) {
    List<LimitWrite> ordered = new ArrayList<>();
    for (LimitWrite write : writes) {
      if (write.file().equals("cpu.max.burst") && isLessThanHeld(write)) {
        ordered.add(0, write);
      } else {
        ordered.add(write);
      }
    }
    return ordered;
  }

  private boolean isLessThanHeld(LimitWrite write) {
    String now = held.getOrDefault(sandbox.resolve(write.file()), "").strip();
    try {
      return Long.parseLong(write.value()) < Long.parseLong(now);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  private Map<LimitWrite, LimitStatus> write(List<LimitWrite> writes, List<String> available)
      throws HuskException {
    Map<LimitWrite, LimitStatus> results = new LinkedHashMap<>();
    boolean done;
    try {
      done = done(() -> writeAll(writes, available, results), patience);
    } catch (HuskException | RuntimeException | Error e) {
      restore(e);
      throw e;
    }
    if (!done) {
      HuskException late =
          new HuskException(new CgroupFailure.NotWritten(step, patience.toMillis()));
      restore(late);
      throw late;
    }
    return results;
  }

  private void follow(List<LimitStatus> statuses) throws HuskException {
    List<LimitStatus> inForce = new ArrayList<>();
    for (LimitStatus status : statuses) {
      if (status.enforced()) {
        inForce.add(status);
      }
    }
    try {
      outer.follow(inForce);
    } catch (HuskException | RuntimeException | Error e) {
      restore(e);
      throw e;
    }
  }

  private boolean done(BoundedWork.Work work, Duration time) throws HuskException {
    writers.incrementAndGet();
    return BoundedWork.done(
        () -> {
          try {
            work.run();
          } finally {
            writers.decrementAndGet();
          }
        },
        time);
  }

  /**
   * To be asked before the next update: a write that was given up returns some time and is then
   * taken back, which must not undo a later one.
   *
   * @throws HuskException {@link CgroupFailure.StillWriting} while it has not returned
   */
  void requireEnded() throws HuskException {
    if (writers.get() > 0) {
      throw new HuskException(new CgroupFailure.StillWriting(step));
    }
  }

  private void writeAll(
      List<LimitWrite> writes, List<String> available, Map<LimitWrite, LimitStatus> results)
      throws HuskException {
    for (LimitWrite write : writes) {
      step = sandbox.resolve(write.file()).toString();
      if (!remember(write)) {
        return;
      }
      try {
        LimitStatus status = applier.apply(write, sandbox, available);
        results.put(write, status.enforced() ? applier.mirror(status, payload) : status);
      } finally {
        if (isAbandoned()) {
          // What was written after the others were put back.
          putBack();
        }
      }
    }
  }

  /** False when the caller has given up and put back what there was. */
  private synchronized boolean remember(LimitWrite write) {
    if (abandoned) {
      return false;
    }
    for (Path file : changedBy(write)) {
      remember(file, write);
    }
    return true;
  }

  /** The files that hold what a write changes, in the reverse of the order to put them back in. */
  private List<Path> changedBy(LimitWrite write) {
    List<Path> files = new ArrayList<>();
    switch (write.file()) {
      // Leaving idle sets the default weight.
      case "cpu.idle" -> {
        files.add(sandbox.resolve("cpu.weight"));
        files.add(sandbox.resolve("cpu.idle"));
      }
      // The same value by coarser steps: put back by that, 300 would be 305.
      case "cpu.weight.nice" -> files.add(sandbox.resolve("cpu.weight"));
      default -> files.add(sandbox.resolve(write.file()));
    }
    if (LimitApplier.isMirrored(write.file())) {
      files.add(payload.resolve(write.file()));
    }
    return files;
  }

  private void remember(Path file, LimitWrite write) {
    String content = held.get(file);
    if (content != null) {
      undo.push(OldValue.of(file, content, write.value()));
    }
  }

  private synchronized boolean isAbandoned() {
    return abandoned;
  }

  private void restore(Throwable cause) throws HuskException {
    synchronized (this) {
      abandoned = true;
    }
    boolean done;
    try {
      done = done(this::putBack, RESTORING);
    } catch (HuskException | RuntimeException e) {
      cause.addSuppressed(e);
      done = false;
    }
    List<String> left;
    synchronized (this) {
      left = List.copyOf(notRestored);
    }
    if (!done || !left.isEmpty()) {
      String files = done ? String.join(", ", left) : "out of time";
      throw new HuskException(
          new CgroupFailure.NotRestored(sandbox.toString(), message(cause), files), cause);
    }
  }

  private static String message(Throwable cause) {
    return cause instanceof HuskException husk ? husk.failure().message() : cause.toString();
  }

  /** Newest first, whatever the others do. */
  private void putBack() {
    List<OldValue> values;
    synchronized (this) {
      values = new ArrayList<>(undo);
    }
    for (OldValue value : values) {
      try {
        fs.write(value.file(), value.content());
      } catch (ErrnoException e) {
        boolean idle = value.file().endsWith("cpu.weight") && isIdle();
        if (!idle) {
          synchronized (this) {
            notRestored.add(value.file() + ": " + e.errno());
          }
        }
      }
    }
  }

  /** An idle cgroup has no weight to be set. */
  private boolean isIdle() {
    return held.getOrDefault(sandbox.resolve("cpu.idle"), "0").strip().equals("1");
  }
}
