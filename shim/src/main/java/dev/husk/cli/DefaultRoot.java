package dev.husk.cli;

import dev.husk.process.OwnUser;
import java.nio.file.Files;
import java.nio.file.Path;

/** Where the state directories of all ids are unless somebody says otherwise. */
final class DefaultRoot {
  static final Path OF_ROOT = Path.of("/run/husk");

  private DefaultRoot() {}

  /**
   * {@code /run/husk} for root; {@code husk} in the runtime directory for other users.
   *
   * @throws UsageException when there is no runtime directory
   */
  static Path get() throws UsageException {
    if (OwnUser.isRoot()) {
      return OF_ROOT;
    }
    String given = System.getenv().getOrDefault("XDG_RUNTIME_DIR", "");
    if (given.startsWith("/")) {
      return Path.of(given, "husk");
    }
    Path usual = Path.of("/run/user", Long.toString(OwnUser.uid()));
    if (Files.isWritable(usual)) {
      return usual.resolve("husk");
    }
    throw new UsageException(
        "XDG_RUNTIME_DIR names no directory and there is no "
            + usual
            + ": log in by a session (PAM module pam_systemd), or, as root, loginctl enable-linger"
            + " with this user's name; or give --root DIR");
  }
}
