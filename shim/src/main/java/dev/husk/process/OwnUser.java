package dev.husk.process;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** Whom this process runs as: its effective ids, in its user namespace. */
public final class OwnUser {
  private OwnUser() {}

  /** From 0 to 2^32-2. */
  public static long uid() {
    return Integer.toUnsignedLong(Native.userId());
  }

  /** From 0 to 2^32-2. */
  public static long gid() {
    return Integer.toUnsignedLong(Native.groupId());
  }

  /**
   * Whether this is root, who needs nobody's leave; all others run sandboxes in user namespaces.
   */
  public static boolean isRoot() {
    return uid() == 0;
  }

  /**
   * Where this user's programs keep what ends with its last session: {@code XDG_RUNTIME_DIR}, else
   * {@code /run/user/UID} when it may write there (XDG Base Directory Specification).
   */
  public static Optional<Path> runtimeDirectory() {
    String given = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "");
    if (given.startsWith("/")) {
      return Optional.of(Path.of(given));
    }
    Path usual = Path.of("/run/user", Long.toString(uid()));
    return Files.isWritable(usual) ? Optional.of(usual) : Optional.empty();
  }
}
