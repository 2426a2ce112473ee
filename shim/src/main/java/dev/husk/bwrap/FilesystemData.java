package dev.husk.bwrap;

/** The parameters of file systems that husk passes on: tmpfs(5), devpts of the kernel's docs. */
final class FilesystemData {
  private static final int LONGEST_NUMBER = 19;

  private FilesystemData() {}

  /** Whether the parameter is known for the type and its value has the right form. */
  static boolean accepts(MountType type, String parameter) {
    int equals = parameter.indexOf('=');
    String key = equals < 0 ? parameter : parameter.substring(0, equals);
    String value = equals < 0 ? "" : parameter.substring(equals + 1);
    return switch (type) {
      case TMPFS -> tmpfs(key, value, equals >= 0);
      case DEVPTS -> devpts(key, value, equals >= 0);
      case BIND, PROC, SYSFS, MQUEUE, CGROUP, OTHER -> false;
    };
  }

  /** For husk's own /dev: what keeps it usable. */
  static boolean acceptsForDev(String parameter) {
    return accepts(MountType.TMPFS, parameter)
        && (parameter.startsWith("size=")
            || parameter.startsWith("mode=")
            || parameter.startsWith("nr_inodes="));
  }

  private static boolean tmpfs(String key, String value, boolean hasValue) {
    return switch (key) {
      case "size" -> number(value, "kKmMgG%");
      case "nr_blocks", "nr_inodes" -> number(value, "kKmMgG");
      case "uid", "gid" -> number(value, "");
      case "mode" -> octal(value);
      case "huge" ->
          value.equals("never")
              || value.equals("always")
              || value.equals("within_size")
              || value.equals("advise");
      case "inode32", "inode64", "noswap" -> !hasValue;
      default -> false;
    };
  }

  private static boolean devpts(String key, String value, boolean hasValue) {
    return switch (key) {
      case "newinstance" -> !hasValue;
      case "uid", "gid", "max" -> number(value, "");
      case "mode", "ptmxmode" -> octal(value);
      default -> false;
    };
  }

  private static boolean number(String value, String suffixes) {
    int end = value.length();
    if (end > 1 && suffixes.indexOf(value.charAt(end - 1)) >= 0) {
      end--;
    }
    return digits(value, end, '9');
  }

  private static boolean octal(String value) {
    return value.length() <= 5 && digits(value, value.length(), '7');
  }

  private static boolean digits(String value, int end, char highest) {
    if (end == 0 || end > LONGEST_NUMBER) {
      return false;
    }
    for (int i = 0; i < end; i++) {
      if (value.charAt(i) < '0' || value.charAt(i) > highest) {
        return false;
      }
    }
    return true;
  }
}
