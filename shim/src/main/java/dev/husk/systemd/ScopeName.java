package dev.husk.systemd;

import dev.husk.failure.HuskException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * A transient scope and its slice. {@code linux.cgroupsPath} names both as {@code
 * slice:prefix:name}, which runc and crun read as {@code prefix-name.scope} in that slice.
 *
 * @param unit such as {@code husk-web.scope}
 * @param slice such as {@code system.slice}
 */
public record ScopeName(String unit, String slice) {
  private static final String SCOPE = ".scope";
  private static final String SLICE = ".slice";

  /** UNIT_NAME_MAX of systemd. */
  private static final int LONGEST = 255;

  /** Whether a path is of systemd's form. */
  public static boolean isForm(String cgroupsPath) {
    return cgroupsPath.indexOf('/') < 0 && cgroupsPath.chars().filter(c -> c == ':').count() == 2;
  }

  /**
   * The scope that a config asks for, or the one of the id.
   *
   * @param defaultSlice for a config that names none
   * @throws HuskException {@link SystemdFailure.BadScopeName}
   */
  public static ScopeName of(Optional<String> cgroupsPath, String id, String defaultSlice)
      throws HuskException {
    if (cgroupsPath.isEmpty()) {
      return new ScopeName("husk-" + escape(id) + SCOPE, defaultSlice);
    }
    String given = cgroupsPath.get();
    if (!isForm(given)) {
      throw bad(given, "systemd's form is slice:prefix:name");
    }
    String[] parts = given.split(":", -1);
    String slice = parts[0].isEmpty() ? defaultSlice : parts[0];
    requireSlice(given, slice);
    if (parts[2].isEmpty()) {
      throw bad(given, "the name is empty");
    }
    if (parts[2].endsWith(SLICE)) {
      throw bad(given, "a slice as the sandbox's unit cannot be delegated; only scopes are made");
    }
    String unit = (parts[1].isEmpty() ? "" : parts[1] + "-") + parts[2];
    unit = unit.endsWith(SCOPE) ? unit : unit + SCOPE;
    requireUnit(given, unit);
    return new ScopeName(unit, slice);
  }

  /** {@code a-b.slice} lies in {@code a.slice}: its path in the tree of the manager. */
  public String slicePath() {
    StringBuilder path = new StringBuilder();
    if (slice.equals("-" + SLICE)) {
      return "";
    }
    String name = slice.substring(0, slice.length() - SLICE.length());
    for (int dash = name.indexOf('-'); dash >= 0; dash = name.indexOf('-', dash + 1)) {
      path.append('/').append(name, 0, dash).append(SLICE);
    }
    return path.append('/').append(slice).toString();
  }

  /** What a unit's name cannot hold becomes {@code \xHH}, as systemd-escape(1) does. */
  static String escape(String id) {
    StringBuilder escaped = new StringBuilder();
    for (byte b : id.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xff);
      if (isPlain(c)) {
        escaped.append(c);
      } else {
        escaped.append("\\x").append(String.format("%02x", (int) c));
      }
    }
    return escaped.toString();
  }

  private static boolean isPlain(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || ":-_.".indexOf(c) >= 0;
  }

  private static void requireSlice(String given, String slice) throws HuskException {
    requireUnit(given, slice);
    String name = slice.endsWith(SLICE) ? slice.substring(0, slice.length() - SLICE.length()) : "";
    boolean wellFormed =
        name.equals("-")
            || (!name.isEmpty()
                && !name.startsWith("-")
                && !name.endsWith("-")
                && !name.contains("--"));
    if (!wellFormed) {
      throw bad(
          given, "\"" + slice + "\" is no name of a slice, such as system.slice or a-b.slice");
    }
  }

  private static void requireUnit(String given, String unit) throws HuskException {
    for (int i = 0; i < unit.length(); i++) {
      char c = unit.charAt(i);
      if (!isPlain(c) && c != '\\') {
        throw bad(given, "\"" + unit + "\" holds what a unit's name cannot");
      }
    }
    if (unit.startsWith(".") || unit.length() > LONGEST) {
      throw bad(given, "\"" + unit + "\" begins with a dot or is longer than " + LONGEST);
    }
  }

  private static HuskException bad(String given, String why) {
    return new HuskException(new SystemdFailure.BadScopeName(given, why));
  }
}
