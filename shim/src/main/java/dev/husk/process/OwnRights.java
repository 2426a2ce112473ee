package dev.husk.process;

import java.nio.file.Path;
import java.util.Optional;

/**
 * What this process may do, from {@code /proc/self}.
 *
 * @param uid effective, in this process' user namespace
 * @param capabilities effective, as a bit mask, see {@link Capability}
 * @param bounding capabilities that a child may still get, as a bit mask
 * @param initialUserNamespace false inside a user namespace, where root is not the host's root
 */
public record OwnRights(int uid, long capabilities, long bounding, boolean initialUserNamespace) {
  private static final String WHOLE_RANGE = "0 0 4294967295";

  /**
   * Looks.
   *
   * @throws ErrnoException when there is no procfs at {@code /proc}
   */
  public static OwnRights look() throws ErrnoException {
    String status = SysFiles.read(Path.of("/proc/self/status"));
    String[] uids = field(status, "Uid:").split("\\s+", -1);
    return new OwnRights(
        uids.length > 1 ? Integer.parseUnsignedInt(uids[1]) : -1,
        mask(status, "CapEff:"),
        mask(status, "CapBnd:"),
        isInitialUserNamespace());
  }

  public boolean has(String capability) {
    return (capabilities & 1L << Capability.number(capability).orElseThrow()) != 0;
  }

  /** The soft limit of a line of {@code /proc/self/limits}: {@code Max open files}. */
  public static Optional<String> softLimit(String name) {
    try {
      for (String line : SysFiles.read(Path.of("/proc/self/limits")).split("\n", -1)) {
        if (line.startsWith(name)) {
          return Optional.of(line.substring(name.length()).strip().split("\\s+", -1)[0]);
        }
      }
    } catch (ErrnoException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  /** The lines of {@code /proc/self/limits}, by number of the resource, see {@link Rlimit}. */
  private static final String[] LIMIT_LINES = {
    "Max cpu time",
    "Max file size",
    "Max data size",
    "Max stack size",
    "Max core file size",
    "Max resident set",
    "Max processes",
    "Max open files",
    "Max locked memory",
    "Max address space",
    "Max file locks",
    "Max pending signals",
    "Max msgqueue size",
    "Max nice priority",
    "Max realtime priority",
    "Max realtime timeout",
  };

  /**
   * The hard limit of a resource of {@link Rlimit}; empty when there is none, or it is not told.
   */
  public static Optional<Long> hardLimit(int resource) {
    try {
      String name = LIMIT_LINES[resource];
      for (String line : SysFiles.read(Path.of("/proc/self/limits")).split("\n", -1)) {
        if (line.startsWith(name)) {
          String hard = line.substring(name.length()).strip().split("\\s+", -1)[1];
          return hard.equals("unlimited")
              ? Optional.empty()
              : Optional.of(Long.parseUnsignedLong(hard));
        }
      }
    } catch (ErrnoException e) {
      return Optional.empty();
    }
    return Optional.empty();
  }

  private static boolean isInitialUserNamespace() {
    try {
      String map = SysFiles.read(Path.of("/proc/self/uid_map")).strip();
      return map.replaceAll("\\s+", " ").equals(WHOLE_RANGE);
    } catch (ErrnoException e) {
      return true; // a kernel without user namespaces
    }
  }

  private static long mask(String status, String name) {
    String hex = field(status, name);
    return hex.isEmpty() ? 0 : Long.parseUnsignedLong(hex, 16);
  }

  private static String field(String status, String name) {
    for (String line : status.split("\n", -1)) {
      if (line.startsWith(name)) {
        return line.substring(name.length()).strip();
      }
    }
    return "";
  }
}
