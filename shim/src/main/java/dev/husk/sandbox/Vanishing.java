package dev.husk.sandbox;

import dev.husk.cgroup.CgroupFailure;
import dev.husk.failure.HuskException;

/** Calls that go past the event loop, and so may meet a delete on their way. */
final class Vanishing {
  private Vanishing() {}

  /**
   * What a failure means to the caller: a cgroup that husk itself is removing was not removed by
   * somebody else, the sandbox is gone.
   */
  static HuskException seen(HuskException failure, boolean removing, String id) {
    return removing && failure.failure() instanceof CgroupFailure.Vanished
        ? new HuskException(new SandboxFailure.NoSuchSandbox(id), failure)
        : failure;
  }
}
