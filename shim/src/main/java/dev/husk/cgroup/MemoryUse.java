package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.oci.Resources;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;

/**
 * {@code checkBeforeUpdate} (config-linux.md, "Memory"): with it a limit below the use is refused,
 * as cgroup v1 did, where cgroup v2 would kill. A look before the write: what the sandbox takes
 * afterwards is the kernel's to judge.
 */
final class MemoryUse {
  private MemoryUse() {}

  static void check(CgroupFs fs, Path sandbox, Resources.Memory change, Resources.Memory merged)
      throws HuskException {
    if (!merged.checkBeforeUpdate().orElse(false)) {
      return;
    }
    if (change.limit().orElse(0) > 0) {
      require("/memory/limit", change.limit().getAsLong(), use(fs, sandbox, "memory.current"));
    }
    if (change.swap().orElse(0) > 0) {
      long both = use(fs, sandbox, "memory.current") + use(fs, sandbox, "memory.swap.current");
      require("/memory/swap", change.swap().getAsLong(), both);
    }
  }

  private static void require(String property, long limit, long use) throws HuskException {
    if (limit < use) {
      throw new HuskException(
          new CgroupFailure.BelowUsage(LimitCollector.POINTER + property, limit, use));
    }
  }

  /** 0 where the kernel does not account for it, which then does not limit it either. */
  private static long use(CgroupFs fs, Path sandbox, String file) throws HuskException {
    try {
      return Long.parseLong(fs.read(sandbox.resolve(file)).strip());
    } catch (ErrnoException e) {
      if (e.errno().equals(Errno.ENOENT)) {
        return 0;
      }
      throw CgroupErrors.of(fs, "read " + file, sandbox, e);
    } catch (NumberFormatException e) {
      throw CgroupErrors.of(
          fs, "read " + file, sandbox, new ErrnoException("read", file, Errno.EINVAL));
    }
  }
}
