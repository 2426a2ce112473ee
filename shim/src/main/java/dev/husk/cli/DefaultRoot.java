package dev.husk.cli;

import dev.husk.process.OwnUser;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Where the state directories of all ids are unless somebody says otherwise: {@code /run/husk} for
 * root, {@code husk} in the runtime directory for other users.
 */
final class DefaultRoot {
  static final Path OF_ROOT = Path.of("/run/husk");

  private DefaultRoot() {}

  /**
   * The directory that is given, or the default.
   *
   * @throws UsageException when there is no runtime directory
   */
  static Path or(Optional<Path> given) throws UsageException {
    Optional<Path> root = given.isPresent() ? given : ofUser();
    if (root.isPresent()) {
      return root.get();
    }
    throw new UsageException(
        "XDG_RUNTIME_DIR names no directory and there is no /run/user/"
            + OwnUser.uid()
            + ": log in by a session (PAM module pam_systemd), or, as root, loginctl enable-linger"
            + " with this user's name; or give --root DIR");
  }

  /** The same for who only looks: without a runtime directory there is only root's. */
  static Path orForLooking(Optional<Path> given) {
    return given.isPresent() ? given.get() : ofUser().orElse(OF_ROOT);
  }

  private static Optional<Path> ofUser() {
    return OwnUser.isRoot()
        ? Optional.of(OF_ROOT)
        : OwnUser.runtimeDirectory().map(directory -> directory.resolve("husk"));
  }
}
