package dev.husk.cgroup;

import dev.husk.process.ErrnoException;

/** Who is shown the cgroups of a tree, see {@link CgroupFs#walk}. */
interface CgroupVisitor {
  /** The files of the cgroup that is shown. */
  interface Files {
    /** The whole content of a file. */
    String read(String file) throws ErrnoException;
  }

  /**
   * One cgroup.
   *
   * @return false to be shown no more
   * @throws ErrnoException when a file cannot be read; ENOENT and ENODEV leave the cgroup out, any
   *     other ends the walk
   */
  boolean visit(CgroupPlace place, Files files) throws ErrnoException;
}
