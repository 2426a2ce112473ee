package dev.husk.cgroup;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.nio.file.Path;

/**
 * A walk of a file system of which only what has a path can be seen, and in which files can lie.
 */
final class PathWalk {
  private PathWalk() {}

  static void walk(CgroupFs fs, Path directory, CgroupVisitor visitor) throws ErrnoException {
    show(fs, directory, CgroupPlace.ROOT, visitor);
  }

  private static boolean show(CgroupFs fs, Path directory, CgroupPlace place, CgroupVisitor visitor)
      throws ErrnoException {
    try {
      if (!visitor.visit(place, file -> fs.read(directory.resolve(file)))) {
        return false;
      }
      for (Path child : fs.children(directory)) {
        if (!show(fs, child, place.below(child), visitor)) {
          return false;
        }
      }
    } catch (ErrnoException e) {
      if (!e.errno().equals(Errno.ENOENT) && !e.errno().equals(Errno.ENODEV)) {
        throw e;
      }
    }
    return true;
  }
}
