package dev.husk.bwrap;

import dev.husk.bwrap.Resolution.Kind;
import java.nio.file.Path;
import java.util.Optional;

/** What lies under a mount of the sandbox, as far as planning can know it. */
sealed interface Backing {

  /** What the root of the mount is. */
  default Kind root() {
    return Kind.DIRECTORY;
  }

  /** What a component below is that nothing else tells about. */
  default Kind below() {
    return Kind.MISSING;
  }

  /** Where the host has the mount's root. */
  default Optional<Path> host() {
    return Optional.empty();
  }

  /**
   * A directory of the host with all below it.
   *
   * @param recursive whether mounts of the host below it come along
   */
  record Tree(Path directory, boolean recursive) implements Backing {
    @Override
    public Optional<Path> host() {
      return Optional.of(directory);
    }
  }

  /** A file of the host. */
  record Leaf(Path file) implements Backing {
    @Override
    public Kind root() {
      return Kind.FILE;
    }

    @Override
    public Optional<Path> host() {
      return Optional.of(file);
    }
  }

  /** A fresh file system with nothing in it, in which mount points can be made. */
  record Empty() implements Backing {}

  /**
   * A file system of the kernel that the host shows as well; nothing can be made in it.
   *
   * @param directory where the host has it
   */
  record KernelView(Path directory) implements Backing {
    @Override
    public Optional<Path> host() {
      return Optional.of(directory);
    }
  }

  /** A file system of the kernel with content of its own; nothing can be made in it. */
  record Opaque(String fstype) implements Backing {
    @Override
    public Kind below() {
      return Kind.UNKNOWABLE;
    }
  }

  /** husk's own /dev. */
  record Devices() implements Backing {}
}
