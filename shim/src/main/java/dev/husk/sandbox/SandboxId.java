package dev.husk.sandbox;

import dev.husk.failure.HuskException;

/** The rule for ids: runc's {@code [A-Za-z0-9_+.-]+}, and no leading dot, since it names files. */
public final class SandboxId {
  /** Keeps the default socket path within the 107 bytes of a unix socket address. */
  public static final int LONGEST = 80;

  private SandboxId() {}

  /** The id itself, if it follows the rule. */
  public static String require(String id) throws HuskException {
    if (!isValid(id)) {
      throw new HuskException(new SandboxFailure.BadId(id));
    }
    return id;
  }

  /** Whether it follows the rule. */
  static boolean isValid(String id) {
    boolean good = !id.isEmpty() && id.length() <= LONGEST && id.charAt(0) != '.';
    for (int i = 0; good && i < id.length(); i++) {
      char c = id.charAt(i);
      good =
          (c >= 'a' && c <= 'z')
              || (c >= 'A' && c <= 'Z')
              || (c >= '0' && c <= '9')
              || c == '_'
              || c == '+'
              || c == '.'
              || c == '-';
    }
    return good;
  }
}
