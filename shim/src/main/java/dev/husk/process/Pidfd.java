package dev.husk.process;

import java.time.Duration;
import java.util.Optional;

/** A process by descriptor: it never comes to mean another process, unlike a pid. */
public final class Pidfd implements AutoCloseable {
  private final Fd fd;
  private boolean closed;

  Pidfd(Fd fd) {
    this.fd = fd;
  }

  /**
   * The process that has this pid now; the caller knows by other means that it is the one meant.
   */
  public static Pidfd open(int pid) throws ErrnoException {
    int result = Native.pidfdOpen(pid);
    if (result < 0) {
      throw new ErrnoException("pidfd_open", "pid " + pid, Errno.of(-result));
    }
    return new Pidfd(Fd.own(result));
  }

  int number() {
    return fd.number();
  }

  Fd fd() {
    return fd;
  }

  /**
   * Sends a signal.
   *
   * @throws ErrnoException ESRCH when the process has ended
   */
  public synchronized void signal(int signal) throws ErrnoException {
    // The number of a closed descriptor may be another process's by now.
    int result = closed ? -Errno.ESRCH.value() : Native.pidfdSignal(fd.number(), signal);
    if (result < 0) {
      throw new ErrnoException("pidfd_send_signal", "signal " + signal, Errno.of(-result));
    }
  }

  /** Waits until the process has ended; a closed one counts as ended. */
  public boolean awaitEnd(int timeoutMillis) {
    if (isClosed()) {
      return true;
    }
    return Native.poll(new int[] {fd.number()}, new int[] {Native.POLLIN}, timeoutMillis) > 0;
  }

  /** Waits until the parent has reaped the process (POLLHUP, Linux 6.9), bounded. */
  public void awaitReaped(Duration timeout) {
    Native.poll(new int[] {fd.number()}, new int[] {0}, (int) timeout.toMillis());
  }

  /**
   * The kernel's record of the exit, once the process is reaped by its parent (PIDFD_GET_INFO with
   * PIDFD_INFO_EXIT, Linux 6.15); empty before that and on older kernels.
   */
  public Optional<WaitStatus> exitStatus() {
    int word = Native.pidfdExitStatus(fd.number());
    return word < 0 ? Optional.empty() : Optional.of(WaitStatus.ofWord(word));
  }

  private synchronized boolean isClosed() {
    return closed;
  }

  @Override
  public synchronized void close() {
    closed = true;
    fd.close();
  }
}
