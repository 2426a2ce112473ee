package dev.husk.process;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * The lines of {@code /proc/PID/mountinfo}, proc_pid_mountinfo(5). Mount points are as seen from
 * that process's root.
 */
public final class MountInfo {
  private static final int MOST_LINES = 10_000;
  private static final int OCTAL_DIGITS = 3;

  /**
   * One mount.
   *
   * @param root path within the file system that forms the mount's root
   * @param options of this mount, comma separated
   * @param superOptions of the file system, comma separated
   */
  public record Entry(
      int id,
      int parent,
      String device,
      String root,
      String mountPoint,
      String options,
      String fstype,
      String source,
      String superOptions) {

    /** Whether this mount has that option. */
    public boolean has(String option) {
      return contains(options, option);
    }

    /** Whether the mount or its whole file system is read-only. */
    public boolean readOnly() {
      return has("ro") || contains(superOptions, "ro");
    }

    private static boolean contains(String list, String option) {
      int position = 0;
      while (position <= list.length()) {
        int end = list.indexOf(',', position);
        end = end < 0 ? list.length() : end;
        if (end - position == option.length() && list.startsWith(option, position)) {
          return true;
        }
        position = end + 1;
      }
      return false;
    }
  }

  private MountInfo() {}

  /**
   * All mounts in the kernel's order: of several on one mount point the last is the visible one.
   *
   * @throws IllegalArgumentException if a line is not of the documented form
   */
  public static List<Entry> parse(String text) {
    List<Entry> entries = new ArrayList<>();
    int position = 0;
    while (position < text.length()) {
      int end = text.indexOf('\n', position);
      end = end < 0 ? text.length() : end;
      if (end > position) {
        entries.add(line(text.substring(position, end)));
        if (entries.size() > MOST_LINES) {
          throw new IllegalArgumentException("more than " + MOST_LINES + " mounts");
        }
      }
      position = end + 1;
    }
    return entries;
  }

  private static Entry line(String line) {
    List<String> fields = fields(line);
    int separator = 6;
    while (separator < fields.size() && !fields.get(separator).equals("-")) {
      separator++;
    }
    // The super options may be missing: they are empty for some file systems.
    if (fields.size() < separator + 3) {
      throw new IllegalArgumentException("not a line of mountinfo: " + line);
    }
    return new Entry(
        number(fields.get(0), line),
        number(fields.get(1), line),
        fields.get(2),
        unescape(fields.get(3)),
        unescape(fields.get(4)),
        fields.get(5),
        unescape(fields.get(separator + 1)),
        unescape(fields.get(separator + 2)),
        fields.size() > separator + 3 ? unescape(fields.get(separator + 3)) : "");
  }

  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>(12);
    int position = 0;
    while (position <= line.length()) {
      int end = line.indexOf(' ', position);
      end = end < 0 ? line.length() : end;
      fields.add(line.substring(position, end));
      position = end + 1;
    }
    return fields;
  }

  private static int number(String field, String line) {
    try {
      return Integer.parseInt(field);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("not a line of mountinfo: " + line, e);
    }
  }

  /**
   * The kernel writes space, tab, newline, backslash and hash as a backslash and three octals; any
   * other backslash stands for itself.
   */
  private static String unescape(String field) {
    if (field.indexOf('\\') < 0) {
      return field;
    }
    byte[] bytes = field.getBytes(StandardCharsets.UTF_8);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      int value = bytes[i] == '\\' ? octal(bytes, i + 1) : -1;
      bytes[length++] = value >= 0 ? (byte) value : bytes[i];
      i += value >= 0 ? OCTAL_DIGITS : 0;
    }
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  private static int octal(byte[] bytes, int at) {
    if (at + OCTAL_DIGITS > bytes.length) {
      return -1;
    }
    int value = 0;
    for (int i = at; i < at + OCTAL_DIGITS; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 7) {
        return -1;
      }
      value = value * 8 + digit;
    }
    return value <= 0xff ? value : -1;
  }
}
