package dev.husk.cgroup;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The lines of {@code /proc/PID/mountinfo}: proc_pid_mountinfo(5). */
final class MountInfo {
  private static final int ROOT = 3;
  private static final int MOUNT_POINT = 4;
  private static final int OPTIONS = 5;

  private MountInfo() {}

  /**
   * @param root of the mount inside the file system
   * @param readOnly by the mount or by the file system
   */
  record Mount(String root, String mountPoint, String fsType, boolean readOnly) {}

  /** All well-formed lines, in order; a malformed one is left out. */
  static List<Mount> parse(String text) {
    List<Mount> mounts = new ArrayList<>();
    int start = 0;
    while (start < text.length()) {
      int end = text.indexOf('\n', start);
      end = end < 0 ? text.length() : end;
      Optional<Mount> mount = parseLine(text.substring(start, end));
      if (mount.isPresent()) {
        mounts.add(mount.get());
      }
      start = end + 1;
    }
    return mounts;
  }

  private static Optional<Mount> parseLine(String line) {
    List<String> fields = Controllers.words(line);
    int dash = OPTIONS + 1;
    while (dash < fields.size() && !fields.get(dash).equals("-")) {
      dash++;
    }
    if (dash + 3 >= fields.size()) {
      return Optional.empty();
    }
    String mountPoint = unescape(fields.get(MOUNT_POINT));
    if (!mountPoint.startsWith("/") || mountPoint.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    boolean readOnly = hasReadOnly(fields.get(OPTIONS)) || hasReadOnly(fields.get(dash + 3));
    return Optional.of(
        new Mount(unescape(fields.get(ROOT)), mountPoint, fields.get(dash + 1), readOnly));
  }

  private static boolean hasReadOnly(String options) {
    return options.equals("ro")
        || options.startsWith("ro,")
        || options.endsWith(",ro")
        || options.contains(",ro,");
  }

  /** Backslash and three octal digits are a byte; any other backslash stands for itself. */
  static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    ByteBuffer plain = ByteBuffer.allocate(bytes.length);
    for (int i = 0; i < bytes.length; i++) {
      int value = bytes[i] == '\\' ? octal(bytes, i + 1) : -1;
      if (value >= 0) {
        plain.put((byte) value);
        i += 3;
      } else {
        plain.put(bytes[i]);
      }
    }
    return new String(bytes(plain), StandardCharsets.UTF_8);
  }

  private static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.position()];
    buffer.flip().get(bytes);
    return bytes;
  }

  private static int octal(byte[] bytes, int at) {
    if (at + 3 > bytes.length) {
      return -1;
    }
    int value = 0;
    for (int i = at; i < at + 3; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 7) {
        return -1;
      }
      value = value * 8 + digit;
    }
    return value <= 0xff ? value : -1;
  }
}
