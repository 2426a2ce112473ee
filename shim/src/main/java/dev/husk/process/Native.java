package dev.husk.process;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * The calls that the JDK lacks, one method per system call. A negative result is the negated errno.
 * Paths and strings are NUL-terminated bytes. Nothing outside this package sees it.
 */
final class Native {
  /** An event of {@link #poll}: there is data, the other end is closed, or a process has ended. */
  static final int POLLIN = 1;

  /** An event of {@link #poll}: the content of a kernfs file has changed since it was read. */
  static final int POLLPRI = 2;

  static {
    System.load(libraryPath());
  }

  private Native() {}

  private static String libraryPath() {
    String path = System.getProperty("husk.native");
    if (path == null) {
      throw new IllegalStateException(
          "system property husk.native is not set; start husk through its launcher, which sets it");
    }
    return path;
  }

  /** The bytes of a string with the NUL that C wants. */
  static byte[] cString(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return java.util.Arrays.copyOf(bytes, bytes.length + 1);
  }

  static byte[] cString(Path path) {
    return cString(path.toString());
  }

  static native int open(byte[] path, int flags, int mode);

  /**
   * open(2) with O_NOFOLLOW, O_NONBLOCK and O_CLOEXEC of a regular file; EINVAL for anything else.
   */
  static native int openRegular(byte[] path, int flags);

  /** lstat(2): st_mode, st_uid, and the effective user of this process. */
  static native int status(byte[] path, int[] modeOwnerSelf);

  static native int close(int fd);

  static native int read(int fd, byte[] buffer, int offset, int length);

  static native int write(int fd, byte[] buffer, int offset, int length);

  static native int mkdir(byte[] path, int mode);

  /** geteuid(2), as unsigned. */
  static native int userId();

  /** getegid(2), as unsigned. */
  static native int groupId();

  static native int rmdir(byte[] path);

  static native int pipe(int[] readWrite);

  /** SOCK_SEQPACKET pair; the first end receives the sender's credentials with each message. */
  static native int controlPair(int[] ends);

  static native int memfd(byte[] name, byte[] content);

  static native int eventfd();

  /**
   * poll(2).
   *
   * @param events in: wanted; out: returned events per fd
   * @param timeoutMillis -1 waits without end
   */
  static native int poll(int[] fds, int[] events, int timeoutMillis);

  static native int send(int fd, byte[] message);

  /** One message; {@code senderPid[0]} is the sender in our pid namespace, or 0. */
  static native int receive(int fd, byte[] buffer, int[] senderPid);

  /**
   * clone3 with CLONE_VM, CLONE_VFORK and CLONE_PIDFD; in the child: setsid, no signal blocked,
   * descriptors mapped, all others closed, execve.
   *
   * @param descriptors element i becomes descriptor i of the child
   * @param cgroupFd of the directory to be born in; -1: none
   * @param result pid, pidfd
   * @return 0, the negated errno of clone3, or of the exec with 0x10000 taken off
   */
  static native int spawn(
      byte[] path, byte[][] argv, int[] descriptors, int cgroupFd, int[] result);

  /**
   * A descriptor of a new cgroup namespace, made by a child that was born in that directory; the
   * negated errno of clone3, unshare or open.
   */
  static native int cgroupNamespace(int cgroupFd);

  static native int pidfdOpen(int pid);

  static native int pidfdSignal(int pidfd, int signal);

  /**
   * waitid(P_PIDFD, WEXITED|WNOHANG): {@code result} = si_code, si_status; 0 none yet, 1 reaped.
   */
  static native int waitPidfd(int pidfd, int[] result);

  /** PIDFD_GET_INFO: the exit status as of wait(2), or negated ENODATA while there is none. */
  static native int pidfdExitStatus(int pidfd);

  /** The errno of clone3 with these flags and no place for a pidfd: EFAULT means known. */
  static native int probeClone(long flags);

  /**
   * A child that ends at once, born with these flags of clone3 besides the usual ones, and is
   * reaped: its pidfd, or the negated errno of clone3.
   */
  static native int probeChild(long flags);

  /**
   * F_GETLK: the pid that holds a lock on the file; 0 for none, {@code 1 << 30} for a process that
   * has no pid here.
   */
  static native int lockHolder(int fd);

  /** TIOCGWINSZ: the columns of a terminal. */
  static native int columns(int fd);

  /** Loads and drops a program for the devices of a cgroup: 0, or the negated errno of bpf(2). */
  static native int probeDeviceProgram();

  /**
   * bpf(2): loads a device program and attaches it to a cgroup.
   *
   * @return 0, the negated errno of PROG_LOAD, or of PROG_ATTACH with 0x10000 taken off
   */
  static native int attachDeviceFilter(int cgroupFd, byte[] program);

  /**
   * From now on SIGHUP, SIGINT, SIGTERM and, if wanted, SIGQUIT write their number as a byte to
   * this descriptor.
   */
  static native int redirectInterrupts(int fd, boolean quitToo);

  /** _exit(2): does not return. */
  static native void exit(int status);
}
