package dev.husk.process;

import java.util.Optional;

/**
 * What this kernel can do, asked for by a call that cannot succeed: with no place for a pidfd
 * clone3 answers EFAULT when it knows the flags and EINVAL when it does not, and no child ever
 * runs.
 */
public final class KernelProbe {
  /** Flags of clone3(2), {@code include/uapi/linux/sched.h}; the last three since Linux 7.1. */
  public enum CloneFlag {
    INTO_CGROUP(1L << 33),
    AUTOREAP(1L << 34),
    NO_NEW_PRIVS(1L << 35),
    PIDFD_AUTOKILL(1L << 36);

    private final long bits;

    CloneFlag(long bits) {
      this.bits = bits;
    }
  }

  private static final int EFAULT = 14;
  private static final int EBADF = 9;

  private static final long CLONE_NEWUSER = 0x10000000L;

  private KernelProbe() {}

  /** Whether clone3 knows the flag. */
  public static boolean knows(CloneFlag flag) {
    long bits = flag.bits;
    if (flag == CloneFlag.PIDFD_AUTOKILL) {
      bits |= CloneFlag.AUTOREAP.bits | CloneFlag.NO_NEW_PRIVS.bits;
    }
    int errno = -Native.probeClone(bits);
    return errno == EFAULT || errno == EBADF;
  }

  /**
   * Whether a pidfd still tells the exit status once somebody else has reaped the process
   * (PIDFD_INFO_EXIT): asked of a child that has ended.
   */
  public static boolean tellsExitByPidfd() {
    int pidfd = Native.probeChild(0);
    if (pidfd < 0) {
      return false;
    }
    int status = Native.pidfdExitStatus(pidfd);
    Native.close(pidfd);
    return status == 0;
  }

  /** Why this process cannot make a user namespace, which a child tried; empty when it can. */
  public static Optional<Errno> refusalOfUserNamespace() {
    int pidfd = Native.probeChild(CLONE_NEWUSER);
    if (pidfd < 0) {
      return Optional.of(Errno.of(-pidfd));
    }
    Native.close(pidfd);
    return Optional.empty();
  }

  /** Why no BPF program for the devices of a cgroup can be loaded; empty when one can. */
  public static Optional<Errno> refusalOfDeviceProgram() {
    int result = Native.probeDeviceProgram();
    return result < 0 ? Optional.of(Errno.of(-result)) : Optional.empty();
  }
}
