package dev.husk.process;

import java.util.Optional;

/**
 * A child of the shim. Its owner, and nobody else, reaps it.
 *
 * @param pid valid until it is reaped
 */
public record Child(int pid, Pidfd pidfd) {
  private static final int CLD_EXITED = 1;

  /** The status of an ended child, reaping it; empty while it runs. */
  public Optional<WaitStatus> reap() throws ErrnoException {
    int[] info = new int[2];
    int result = Native.waitPidfd(pidfd.number(), info);
    if (result < 0) {
      throw new ErrnoException("waitid", "pid " + pid, Errno.of(-result));
    }
    if (result == 0) {
      return Optional.empty();
    }
    return Optional.of(
        info[0] == CLD_EXITED ? WaitStatus.exited(info[1]) : WaitStatus.signaled(info[1]));
  }
}
