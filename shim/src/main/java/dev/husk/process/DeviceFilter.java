package dev.husk.process;

import java.nio.file.Path;

/** A BPF program that the kernel asks before a process of a cgroup opens or makes a device node. */
public final class DeviceFilter {
  /** As in husk-jni-bpf.c. */
  private static final int ATTACH_FAILED = 0x10000;

  private DeviceFilter() {}

  /**
   * Loads a program of type BPF_PROG_TYPE_CGROUP_DEVICE and attaches it to a cgroup beside those
   * that are there (BPF_F_ALLOW_MULTI): all of them, and those of the cgroups above, have to allow.
   * It goes with the cgroup.
   *
   * @param program instructions of bpf(2) in the machine's byte order
   * @throws ErrnoException of the step that failed: EPERM without CAP_BPF or CAP_SYS_ADMIN in the
   *     initial user namespace, EINVAL on a kernel without such programs
   */
  public static void attach(Path cgroup, byte[] program) throws ErrnoException {
    try (Fd directory = Fd.directory(cgroup)) {
      int result = Native.attachDeviceFilter(directory.number(), program);
      if (result <= -ATTACH_FAILED) {
        throw new ErrnoException(
            "bpf PROG_ATTACH", cgroup.toString(), Errno.of(-result - ATTACH_FAILED));
      }
      if (result < 0) {
        throw new ErrnoException("bpf PROG_LOAD", cgroup.toString(), Errno.of(-result));
      }
    }
  }
}
