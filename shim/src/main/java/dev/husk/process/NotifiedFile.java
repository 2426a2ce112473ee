package dev.husk.process;

import java.nio.file.Path;

/**
 * A kernfs file whose changes the kernel notifies ({@code memory.events}, {@code cgroup.events}),
 * for {@link EventLoop#whenChanged}. Not safe for use by several threads.
 */
public final class NotifiedFile implements AutoCloseable {
  private final Path path;
  private Fd fd;

  private NotifiedFile(Path path, Fd fd) {
    this.path = path;
    this.fd = fd;
  }

  /**
   * Opens and reads it: from then on changes are notified.
   *
   * @throws ErrnoException ENOENT when the kernel has no such file
   */
  public static NotifiedFile open(Path path) throws ErrnoException {
    return new NotifiedFile(path, opened(path));
  }

  /** The kernel compares with what the descriptor has last read. */
  private static Fd opened(Path path) throws ErrnoException {
    Fd fd = Fd.readOnly(path);
    int result = Native.read(fd.number(), new byte[8], 0, 8);
    if (result < 0) {
      fd.close();
      throw new ErrnoException("read", path.toString(), Errno.of(-result));
    }
    return fd;
  }

  /**
   * Makes the file ready for the next notification; to be called before the content is looked at.
   *
   * @throws ErrnoException ENOENT or ENODEV when the cgroup is gone
   */
  public void rearm() throws ErrnoException {
    Fd next = opened(path);
    fd.close();
    fd = next;
  }

  Fd fd() {
    return fd;
  }

  @Override
  public void close() {
    fd.close();
  }
}
