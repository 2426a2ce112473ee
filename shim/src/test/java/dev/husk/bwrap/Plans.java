package dev.husk.bwrap;

import dev.husk.failure.HuskException;
import java.nio.file.Path;

/** Plans with every capability at hand. */
final class Plans {
  static final long ALL_CAPABILITIES = (1L << 41) - 1;
  private static final long SYS_RESOURCE = 1L << 24;

  private Plans() {}

  static SandboxPlan plan(ConfigBuilder config, Path bundle, Path rootfs, Path stage, Path init)
      throws HuskException {
    return plan(config, bundle, rootfs, stage, init, false);
  }

  static SandboxPlan privileged(
      ConfigBuilder config, Path bundle, Path rootfs, Path stage, Path init) throws HuskException {
    return plan(config, bundle, rootfs, stage, init, true);
  }

  private static SandboxPlan plan(
      ConfigBuilder config, Path bundle, Path rootfs, Path stage, Path init, boolean privileged)
      throws HuskException {
    return SandboxPlanner.plan(
        config.build(),
        bundle,
        rootfs,
        new SandboxPlanner.Means(stage, init, ALL_CAPABILITIES & ~SYS_RESOURCE, privileged));
  }
}
