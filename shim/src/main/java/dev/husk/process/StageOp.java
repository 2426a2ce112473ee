package dev.husk.process;

/**
 * One operation on the host's file tree as seen in the launcher's private mount namespace. Carried
 * out by {@code husk-init launch} in the order given; the first that fails ends the launch with
 * {@link InitMessage.Failed} of step {@link InitMessage#MOUNT}, whose detail begins with the label.
 */
public sealed interface StageOp {
  /** What of the config this is for: a JSON pointer such as {@code /mounts/3}. */
  String label();

  /** The absolute path that comes into being or is mounted over. */
  String path();

  /**
   * mkdir(2) with exactly this mode, whatever the umask; a path that exists is an error.
   *
   * @param mode permissions with set-id and sticky bits, at most 07777
   */
  record Mkdir(String label, String path, int mode) implements StageOp {}

  /**
   * An empty file with exactly this mode; a path that exists is an error.
   *
   * @param mode permissions, at most 07777
   */
  record Touch(String label, String path, int mode) implements StageOp {}

  /** symlink(2): {@code path} leads to {@code target}. */
  record Symlink(String label, String target, String path) implements StageOp {}

  /**
   * One mount(2). A bind mount with further flags takes two: MS_BIND first, then MS_BIND|MS_REMOUNT
   * with the flags.
   *
   * @param path the target
   * @param type empty: none, as for MS_BIND, MS_REMOUNT and the propagation flags
   * @param flags MS_* bits of {@code linux/mount.h}
   * @param data empty: none
   */
  record Mount(String label, String source, String path, String type, long flags, String data)
      implements StageOp {}
}
