package dev.husk.cgroup;

import dev.husk.process.DeviceFilter;
import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import dev.husk.process.SysFiles;
import java.io.File;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The kernel's cgroupfs. */
public final class KernelCgroupFs implements CgroupFs {
  private static final int DIRECTORY_MODE = 0755;

  @Override
  public String read(Path file) throws ErrnoException {
    return SysFiles.read(file);
  }

  @Override
  public void write(Path file, String content) throws ErrnoException {
    SysFiles.write(file, content);
  }

  @Override
  public void mkdir(Path directory) throws ErrnoException {
    SysFiles.mkdir(directory, DIRECTORY_MODE);
  }

  @Override
  public void rmdir(Path directory) throws ErrnoException {
    SysFiles.rmdir(directory);
  }

  @Override
  public void rmdirTree(Path directory) throws ErrnoException {
    DescriptorTree.remove(directory);
  }

  @Override
  public List<Path> children(Path directory) throws ErrnoException {
    String[] names = directory.toFile().list();
    if (names == null) {
      throw new ErrnoException(
          "opendir", directory.toString(), exists(directory) ? Errno.EACCES : Errno.ENOENT);
    }
    List<Path> children = new ArrayList<>();
    for (String name : names) {
      Path child = directory.resolve(name);
      if (child.toFile().isDirectory()) {
        children.add(child);
      }
    }
    return children;
  }

  @Override
  public void walk(Path directory, CgroupVisitor visitor) throws ErrnoException {
    DescriptorWalk.walk(directory, visitor);
  }

  @Override
  public boolean exists(Path path) {
    return path.toFile().exists();
  }

  @Override
  public boolean writable(Path file) {
    return new File(file.toString()).canWrite();
  }

  @Override
  public void attachDeviceFilter(Path cgroup, byte[] program) throws ErrnoException {
    DeviceFilter.attach(cgroup, program);
  }

  @Override
  public String awaitChange(Path file, String seen, Duration timeout) throws ErrnoException {
    return SysFiles.awaitChange(file, seen, timeout);
  }
}
