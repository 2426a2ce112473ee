package dev.husk.process;

import java.nio.file.Path;
import java.util.Optional;

/** Who holds the lock of fcntl(2) on a file, found out without taking it. */
public final class FileLock {
  private static final int UNKNOWN_PID = 1 << 30;

  private FileLock() {}

  /**
   * The holder of any lock that excludes others.
   *
   * @return empty when nobody holds one; 0 for a process without a pid in this pid namespace. Not
   *     to be asked for a file that this process itself has locked: looking gives that lock up.
   */
  public static Optional<Integer> holder(Path file) throws ErrnoException {
    try (Fd fd = Fd.regularFile(file)) {
      int result = Native.lockHolder(fd.number());
      if (result < 0) {
        throw new ErrnoException("fcntl", file.toString(), Errno.of(-result));
      }
      return result == 0 ? Optional.empty() : Optional.of(result == UNKNOWN_PID ? 0 : result);
    }
  }
}
