package dev.husk.cgroup;

import dev.husk.failure.HuskException;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.util.List;

/** The host's memory, of which the default limit is a share. */
final class HostMemory {
  private static final String READ = "read the host's memory size";

  private HostMemory() {}

  /** In bytes, MemTotal of proc_meminfo(5); 0 for a policy without defaults, which needs it not. */
  static long forDefaults(CgroupFs fs, LimitPolicy policy) throws HuskException {
    if (!policy.defaults()) {
      return 0;
    }
    Path file = Path.of("/proc/meminfo");
    try {
      List<String> words = Controllers.words(fs.read(file));
      int total = words.indexOf("MemTotal:");
      return Long.parseLong(words.get(total + 1)) << 10;
    } catch (ErrnoException e) {
      throw CgroupErrors.of(fs, READ, file, e);
    } catch (NumberFormatException | IndexOutOfBoundsException e) {
      throw new HuskException(new CgroupFailure.Io(READ, file.toString(), Errno.EINVAL), e);
    }
  }
}
