package dev.husk.process;

import java.nio.file.Path;

/**
 * An open file descriptor with one owner. All are close-on-exec: a child gets only what a {@link
 * SpawnRequest} names.
 */
public final class Fd implements AutoCloseable {
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int O_RDWR = 2;
  private static final int O_CREAT = 0x40;
  private static final int O_APPEND = 0x400;
  private static final int O_CLOEXEC = 0x80000;
  private static final int O_PATH = 0x200000;

  private final int number;
  private final boolean owned;
  private boolean closed;

  private Fd(int number, boolean owned) {
    this.number = number;
    this.owned = owned;
  }

  static Fd own(int number) {
    return new Fd(number, true);
  }

  /** One of the shim's own standard streams; closing it here leaves the stream open. */
  public static Fd standard(int number) {
    return new Fd(number, false);
  }

  /** The directory as a place, for {@link SpawnRequest#cgroup}. */
  public static Fd directory(Path path) throws ErrnoException {
    return open(path, O_PATH);
  }

  public static Fd readOnly(Path path) throws ErrnoException {
    return open(path, O_RDONLY);
  }

  /**
   * A regular file for reading, and nothing else: no link is followed, no FIFO waited for.
   *
   * @throws ErrnoException EINVAL for what is no regular file
   */
  public static Fd regularFile(Path path) throws ErrnoException {
    int fd = Native.openRegular(Native.cString(path), O_RDONLY);
    if (fd < 0) {
      throw new ErrnoException("open", path.toString(), Errno.of(-fd));
    }
    return own(fd);
  }

  public static Fd writeOnly(Path path) throws ErrnoException {
    return open(path, O_WRONLY);
  }

  /** For a FIFO: opening it this way never waits for the other end. */
  public static Fd readWrite(Path path) throws ErrnoException {
    return open(path, O_RDWR);
  }

  /** Creates the file with mode 0600 if it is missing; writes go to its end. */
  public static Fd append(Path path) throws ErrnoException {
    return open(path, O_WRONLY | O_CREAT | O_APPEND);
  }

  private static Fd open(Path path, int flags) throws ErrnoException {
    int fd = Native.open(Native.cString(path), flags | O_CLOEXEC, 0600);
    if (fd < 0) {
      throw new ErrnoException("open", path.toString(), Errno.of(-fd));
    }
    return own(fd);
  }

  /** A sealed in-memory file with that content, positioned at its start. */
  public static Fd memory(String name, byte[] content) throws ErrnoException {
    int fd = Native.memfd(Native.cString(name), content);
    if (fd < 0) {
      throw new ErrnoException("memfd_create", name, Errno.of(-fd));
    }
    return own(fd);
  }

  int number() {
    return number;
  }

  /** Writes one byte. */
  public void write(byte value) throws ErrnoException {
    int result = Native.write(number, new byte[] {value}, 0, 1);
    if (result < 0) {
      throw new ErrnoException("write", "descriptor " + number, Errno.of(-result));
    }
  }

  @Override
  public synchronized void close() {
    if (owned && !closed) {
      closed = true;
      Native.close(number);
    }
  }
}
