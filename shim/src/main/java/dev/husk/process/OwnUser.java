package dev.husk.process;

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
}
