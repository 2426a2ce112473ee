package dev.husk.sandbox;

import dev.husk.cgroup.AbandonedCgroup;
import dev.husk.cgroup.CgroupFs;
import dev.husk.cgroup.CgroupHost;
import dev.husk.cgroup.KernelCgroupFs;
import dev.husk.cgroup.Removal;
import dev.husk.failure.HuskException;
import java.time.Duration;

/**
 * What a dead shim of the same id has left running. Its deadman has ended it, unless somebody
 * killed that as well; then the state file is the only trace, and must not go before the sandbox
 * has.
 */
final class Predecessor {
  private static final Duration REMOVAL = Duration.ofSeconds(5);

  private Predecessor() {}

  /**
   * Ends it.
   *
   * @param stateFile content of the dead shim's state file
   */
  static void remove(String id, String stateFile) throws HuskException {
    StateFile left = StateFile.parse(stateFile);
    if (left.cgroup().isEmpty()) {
      return;
    }
    CgroupFs fs = new KernelCgroupFs();
    Removal removal =
        AbandonedCgroup.remove(fs, CgroupHost.detect(fs), left.cgroup(), left.identity(), REMOVAL);
    if (removal instanceof Removal.Leaked leak) {
      throw new HuskException(new SandboxFailure.Leaked(id, leak.path(), leak.reason()));
    }
  }
}
