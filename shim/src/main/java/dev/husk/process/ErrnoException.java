package dev.husk.process;

import java.io.IOException;

/** A system call on a path that failed, with the exact errno. */
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1L;

  private final transient Errno errno;
  private final String operation;
  private final String path;

  public ErrnoException(String operation, String path, Errno errno) {
    super(operation + " " + path + ": " + errno);
    this.operation = operation;
    this.path = path;
    this.errno = errno;
  }

  public Errno errno() {
    return errno;
  }

  /** The call that failed: {@code open}, {@code write}, {@code mkdir}. */
  public String operation() {
    return operation;
  }

  public String path() {
    return path;
  }
}
