package dev.husk.process;

import java.util.OptionalInt;

/**
 * A resource limit for setrlimit(2).
 *
 * @param resource number of the resource, see {@link #resource(String)}
 * @param soft unsigned 64 bit; {@link #INFINITY} is none
 * @param hard unsigned 64 bit; {@link #INFINITY} is none
 */
public record Rlimit(int resource, long soft, long hard) {
  /** RLIM_INFINITY. */
  public static final long INFINITY = -1;

  /** Index: the number in {@code asm-generic/resource.h}, which x86-64 and aarch64 use. */
  private static final String[] NAMES = {
    "RLIMIT_CPU",
    "RLIMIT_FSIZE",
    "RLIMIT_DATA",
    "RLIMIT_STACK",
    "RLIMIT_CORE",
    "RLIMIT_RSS",
    "RLIMIT_NPROC",
    "RLIMIT_NOFILE",
    "RLIMIT_MEMLOCK",
    "RLIMIT_AS",
    "RLIMIT_LOCKS",
    "RLIMIT_SIGPENDING",
    "RLIMIT_MSGQUEUE",
    "RLIMIT_NICE",
    "RLIMIT_RTPRIO",
    "RLIMIT_RTTIME",
  };

  /** The number of resources that Linux has. */
  static final int RESOURCES = NAMES.length;

  public Rlimit {
    if (resource < 0 || resource >= RESOURCES) {
      throw new IllegalArgumentException("no resource has number " + resource);
    }
  }

  /** The number of a name of getrlimit(2): {@code RLIMIT_NOFILE} is 7. */
  public static OptionalInt resource(String name) {
    for (int number = 0; number < RESOURCES; number++) {
      if (NAMES[number].equals(name)) {
        return OptionalInt.of(number);
      }
    }
    return OptionalInt.empty();
  }
}
