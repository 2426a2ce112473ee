package dev.husk.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;

/**
 * Path calls that keep the exact errno, for files where the errno is the answer: cgroupfs and
 * procfs. The JDK turns a failed write into text and a missing file into one of three exceptions.
 */
public final class SysFiles {
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_NONBLOCK = 0x800;
  private static final int O_CLOEXEC = 0x80000;
  private static final int CHUNK = 8 << 10;
  private static final int LARGEST_FILE = 1 << 20;

  private SysFiles() {}

  /** The whole content, at most 1 MiB. */
  public static String read(Path path) throws ErrnoException {
    int fd = check("open", path, Native.open(Native.cString(path), O_RDONLY | O_CLOEXEC, 0));
    try {
      return readFrom(fd, path);
    } finally {
      Native.close(fd);
    }
  }

  /**
   * The beginning of the content of a regular file: {@code most} bytes, or all when there are
   * fewer.
   *
   * @throws ErrnoException EINVAL for anything else, be it a link to one
   */
  public static String readStart(Path path, int most) throws ErrnoException {
    int fd = check("open", path, Native.openRegular(Native.cString(path), O_RDONLY));
    try {
      byte[] buffer = new byte[most];
      int length = 0;
      while (length < most) {
        int count = check("read", path, Native.read(fd, buffer, length, most - length));
        if (count == 0) {
          break;
        }
        length += count;
      }
      return new String(buffer, 0, length, StandardCharsets.UTF_8);
    } finally {
      Native.close(fd);
    }
  }

  private static String readFrom(int fd, Path path) throws ErrnoException {
    byte[] buffer = new byte[CHUNK];
    int length = 0;
    while (true) {
      int count = check("read", path, Native.read(fd, buffer, length, buffer.length - length));
      if (count == 0) {
        return new String(buffer, 0, length, StandardCharsets.UTF_8);
      }
      length += count;
      if (length == buffer.length) {
        if (length >= LARGEST_FILE) {
          throw new ErrnoException("read", path.toString(), Errno.of(27));
        }
        buffer = java.util.Arrays.copyOf(buffer, length * 2);
      }
    }
  }

  /**
   * One open(2) with {@code O_WRONLY|O_NONBLOCK|O_CLOEXEC}, one write(2) of the whole content:
   * cgroupfs takes a command per write, and since Linux 6.16 one to memory.max or memory.high that
   * does not block leaves the reclaim to those who use the memory.
   */
  public static void write(Path path, String content) throws ErrnoException {
    int flags = O_WRONLY | O_NONBLOCK | O_CLOEXEC;
    int fd = check("open", path, Native.open(Native.cString(path), flags, 0));
    try {
      byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
      int count = check("write", path, Native.write(fd, bytes, 0, bytes.length));
      if (count != bytes.length) {
        throw new ErrnoException("write", path.toString(), Errno.of(5));
      }
    } finally {
      Native.close(fd);
    }
  }

  /** mkdir(2) with that mode; the umask is taken off. */
  public static void mkdir(Path path, int mode) throws ErrnoException {
    check("mkdir", path, Native.mkdir(Native.cString(path), mode));
  }

  /** rmdir(2); may block for ever in the kernel, never call it on a thread that is needed. */
  public static void rmdir(Path path) throws ErrnoException {
    check("rmdir", path, Native.rmdir(Native.cString(path)));
  }

  /**
   * Waits until the kernel flags a change of a kernfs file (POLLPRI on {@code cgroup.events}), or
   * until its content is no longer {@code seen}, or until the time is over.
   *
   * @return the content now
   */
  public static String awaitChange(Path path, String seen, Duration timeout) throws ErrnoException {
    int fd = check("open", path, Native.open(Native.cString(path), O_RDONLY | O_CLOEXEC, 0));
    try {
      String now = readFrom(fd, path);
      if (now.equals(seen)) {
        int millis = (int) Math.min(Integer.MAX_VALUE, Math.max(0, timeout.toMillis()));
        check("poll", path, Native.poll(new int[] {fd}, new int[] {Native.POLLPRI}, millis));
        now = read(path);
      }
      return now;
    } finally {
      Native.close(fd);
    }
  }

  private static int check(String operation, Path path, int result) throws ErrnoException {
    if (result < 0) {
      throw new ErrnoException(operation, path.toString(), Errno.of(-result));
    }
    return result;
  }
}
