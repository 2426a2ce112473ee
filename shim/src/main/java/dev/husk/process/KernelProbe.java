package dev.husk.process;

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
}
