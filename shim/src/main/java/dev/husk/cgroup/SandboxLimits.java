package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The limits of one sandbox: what was asked for so far, and how it stands. Thread-safe. */
final class SandboxLimits {
  private final CgroupFs fs;
  private final LimitApplier applier;
  private final Path sandbox;
  private final LimitPolicy policy;
  private final long hostMemory;
  private Resources resources;
  private volatile List<LimitStatus> statuses;
  private Optional<LimitUpdate> last = Optional.empty();

  SandboxLimits(
      CgroupFs fs,
      LimitApplier applier,
      Path sandbox,
      Resources resources,
      LimitPolicy policy,
      long hostMemory,
      List<LimitStatus> statuses) {
    this.fs = fs;
    this.applier = applier;
    this.sandbox = sandbox;
    this.resources = resources;
    this.policy = policy;
    this.hostMemory = hostMemory;
    this.statuses = List.copyOf(statuses);
  }

  /** Never waits for an update. */
  List<LimitStatus> statuses() {
    return statuses;
  }

  /** See {@link SandboxCgroup#update}; one at a time. */
  synchronized List<LimitStatus> update(Resources change) throws HuskException {
    if (last.isPresent()) {
      last.get().requireEnded();
    }
    Resources merged = ResourcesMerge.merge(resources, change);
    LimitPlan plan = Limits.plan(merged, policy, hostMemory);
    MemoryUse.check(fs, sandbox, change.memory(), merged.memory());
    LimitUpdate update =
        new LimitUpdate(fs, applier, sandbox, sandbox.resolve(CgroupPaths.PAYLOAD));
    last = Optional.of(update);
    try {
      statuses = List.copyOf(update.run(plan, new TouchedLimits(change), statuses));
    } catch (HuskException e) {
      if (e.failure() instanceof CgroupFailure.NotRestored) {
        statuses = found(statuses);
      }
      throw e;
    }
    resources = merged;
    return statuses;
  }

  /** What of it the kernel still holds. */
  private List<LimitStatus> found(List<LimitStatus> before) {
    List<LimitStatus> now = new ArrayList<>();
    for (LimitStatus status : before) {
      Optional<String> difference =
          status.enforced()
              ? ReadBack.difference(
                  fs, sandbox, LimitWrite.of(status.property(), status.file(), status.value()))
              : Optional.empty();
      now.add(
          difference.isEmpty()
              ? status
              : new LimitStatus(
                  status.property(),
                  status.file(),
                  status.value(),
                  status.isDefault(),
                  false,
                  difference.get()));
    }
    return now;
  }
}
