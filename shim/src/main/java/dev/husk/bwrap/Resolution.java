package dev.husk.bwrap;

import java.nio.file.Path;
import java.util.Optional;

/** Where a path of the container leads. */
sealed interface Resolution {

  /** What is there. */
  enum Kind {
    DIRECTORY,
    /** Everything that is neither a directory nor a symbolic link. */
    FILE,
    /** Nothing yet; mount points can be made. */
    MISSING,
    /** Not known before the file system is mounted, and nothing can be made there. */
    UNKNOWABLE
  }

  /**
   * A place inside.
   *
   * @param path absolute, without links, {@code .} or {@code ..}
   * @param layer index of the mount that shows it; 0 is the root file system
   * @param inside path relative to that mount's root; empty for the root itself
   * @param host the file on the host that backs it, where there is one
   */
  record Place(String path, Kind kind, int layer, String inside, Optional<Path> host)
      implements Resolution {}

  /** A path that must not be used. */
  record Refused(String why) implements Resolution {}
}
