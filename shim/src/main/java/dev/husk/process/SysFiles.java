package dev.husk.process;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Path calls that keep the exact errno, for files where the errno is the answer: cgroupfs and
 * procfs. The JDK turns a failed write into text and a missing file into one of three exceptions.
 */
public final class SysFiles {
  private SysFiles() {}

  /** The whole content, at most 1 MiB. */
  public static String read(Path path) throws ErrnoException {
    throw new UnsupportedOperationException("native part not yet linked: " + path);
  }

  /**
   * One open(2) with {@code O_WRONLY|O_CLOEXEC}, one write(2) of the whole content: cgroupfs takes
   * a command per write.
   */
  public static void write(Path path, String content) throws ErrnoException {
    throw new UnsupportedOperationException("native part not yet linked: " + path + content);
  }

  /** mkdir(2) with that mode; the umask is taken off. */
  public static void mkdir(Path path, int mode) throws ErrnoException {
    throw new UnsupportedOperationException("native part not yet linked: " + path + mode);
  }

  /** rmdir(2); may block for ever in the kernel, never call it on a thread that is needed. */
  public static void rmdir(Path path) throws ErrnoException {
    throw new UnsupportedOperationException("native part not yet linked: " + path);
  }

  /**
   * Waits until the kernel flags a change of a kernfs file (POLLPRI on {@code cgroup.events}), or
   * until its content is no longer {@code seen}, or until the time is over.
   *
   * @return the content now
   */
  public static String awaitChange(Path path, String seen, Duration timeout) throws ErrnoException {
    throw new UnsupportedOperationException("native part not yet linked: " + path + seen + timeout);
  }
}
