package dev.husk.cgroup;

import dev.husk.process.ErrnoException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * The kernel as far as cgroups go. Every method is one action of the kernel with its exact errno;
 * none retries. A model of the kernel's rules stands in for it in tests, and one contract test runs
 * on both.
 */
public interface CgroupFs {
  /** The whole content of a file; also used for the few files of {@code /proc} needed here. */
  String read(Path file) throws ErrnoException;

  /** One open and one write of the whole content; cgroupfs takes one command per write. */
  void write(Path file, String content) throws ErrnoException;

  void mkdir(Path directory) throws ErrnoException;

  /** May block for ever on some kernels (7.0 before its stable fix): not for a needed thread. */
  void rmdir(Path directory) throws ErrnoException;

  /**
   * Removes all cgroups below a directory, deepest first, and the directory. Goes by descriptors,
   * because the inside of a sandbox may have chosen names that no absolute path can carry: cgroupfs
   * bounds neither a name's length nor its bytes.
   *
   * @throws ErrnoException EBUSY when something is populated; a directory that is already gone is
   *     no error
   */
  void rmdirTree(Path directory) throws ErrnoException;

  /** The directories directly below, in no order. */
  List<Path> children(Path directory) throws ErrnoException;

  /**
   * Shows the cgroups of a tree, each before those in it, in no order besides; whatever their names
   * are. One that is removed meanwhile is left out.
   *
   * @throws ErrnoException of the tree's root, or when one of it cannot be looked at
   */
  void walk(Path directory, CgroupVisitor visitor) throws ErrnoException;

  boolean exists(Path path);

  /** Whether a write would be permitted; false as well for a read-only mount. */
  boolean writable(Path file);

  /**
   * Lets a BPF program decide which device nodes the processes in and below a cgroup may open and
   * make; see {@link dev.husk.process.DeviceFilter}.
   */
  void attachDeviceFilter(Path cgroup, byte[] program) throws ErrnoException;

  /**
   * Waits until the kernel notifies a change of {@code cgroup.events}, until its content is not
   * {@code seen}, or until the time is over.
   *
   * @return the content now
   */
  String awaitChange(Path file, String seen, Duration timeout) throws ErrnoException;
}
