package dev.husk.process;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/** The capabilities of capabilities(7): their names and their bits in a set. */
public final class Capability {
  /** Index: the number in {@code linux/capability.h}. */
  private static final String[] NAMES = {
    "CAP_CHOWN",
    "CAP_DAC_OVERRIDE",
    "CAP_DAC_READ_SEARCH",
    "CAP_FOWNER",
    "CAP_FSETID",
    "CAP_KILL",
    "CAP_SETGID",
    "CAP_SETUID",
    "CAP_SETPCAP",
    "CAP_LINUX_IMMUTABLE",
    "CAP_NET_BIND_SERVICE",
    "CAP_NET_BROADCAST",
    "CAP_NET_ADMIN",
    "CAP_NET_RAW",
    "CAP_IPC_LOCK",
    "CAP_IPC_OWNER",
    "CAP_SYS_MODULE",
    "CAP_SYS_RAWIO",
    "CAP_SYS_CHROOT",
    "CAP_SYS_PTRACE",
    "CAP_SYS_PACCT",
    "CAP_SYS_ADMIN",
    "CAP_SYS_BOOT",
    "CAP_SYS_NICE",
    "CAP_SYS_RESOURCE",
    "CAP_SYS_TIME",
    "CAP_SYS_TTY_CONFIG",
    "CAP_MKNOD",
    "CAP_LEASE",
    "CAP_AUDIT_WRITE",
    "CAP_AUDIT_CONTROL",
    "CAP_SETFCAP",
    "CAP_MAC_OVERRIDE",
    "CAP_MAC_ADMIN",
    "CAP_SYSLOG",
    "CAP_WAKE_ALARM",
    "CAP_BLOCK_SUSPEND",
    "CAP_AUDIT_READ",
    "CAP_PERFMON",
    "CAP_BPF",
    "CAP_CHECKPOINT_RESTORE",
  };

  /** The number of capabilities that husk knows; numbers run from 0 to one below. */
  public static final int COUNT = NAMES.length;

  private Capability() {}

  /** The number of a name in the spelling of the OCI spec: {@code CAP_CHOWN} is 0. */
  public static OptionalInt number(String name) {
    for (int number = 0; number < COUNT; number++) {
      if (NAMES[number].equals(name)) {
        return OptionalInt.of(number);
      }
    }
    return OptionalInt.empty();
  }

  /** The name of a number; one that husk has no name for is shown as {@code capability N}. */
  public static String name(int number) {
    return number >= 0 && number < COUNT ? NAMES[number] : "capability " + number;
  }

  /**
   * The set with the bits of these names; what {@link #number} does not know is left out, so look
   * for such names first.
   */
  public static long mask(List<String> names) {
    long mask = 0;
    for (String name : names) {
      OptionalInt number = number(name);
      if (number.isPresent()) {
        mask |= 1L << number.getAsInt();
      }
    }
    return mask;
  }

  /** The names in a set, by number. */
  public static List<String> names(long mask) {
    List<String> names = new ArrayList<>();
    for (int number = 0; number < Long.SIZE; number++) {
      if ((mask >>> number & 1) != 0) {
        names.add(name(number));
      }
    }
    return List.copyOf(names);
  }
}
