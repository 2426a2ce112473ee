package dev.husk.cgroup;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.Arrays;
import java.util.Set;

/**
 * A walk through a tree of cgroups from each to those in it, by descriptors: the inside chooses
 * names of any bytes, and paths longer than can be opened. Depth first and without a list of what
 * is left to be seen, which would have no bound but that of the tree.
 */
final class DescriptorWalk {
  /** Each level holds a descriptor; husk bounds the depth of a sandbox's tree far below this. */
  private static final int DEEPEST = 128;

  private static final int CHUNK = 4096;
  private static final int LARGEST = 1 << 20;

  private final CgroupVisitor visitor;
  private boolean wanted = true;

  private DescriptorWalk(CgroupVisitor visitor) {
    this.visitor = visitor;
  }

  static void walk(Path directory, CgroupVisitor visitor) throws ErrnoException {
    try (SecureDirectoryStream<Path> stream = CgroupOutline.open(directory)) {
      new DescriptorWalk(visitor).show(stream, CgroupPlace.ROOT, 0);
    } catch (IOException | DirectoryIteratorException e) {
      throw refused("open", directory, e);
    }
  }

  private void show(SecureDirectoryStream<Path> directory, CgroupPlace place, int depth)
      throws ErrnoException {
    boolean leaf;
    try {
      wanted = visitor.visit(place, file -> read(directory, file));
      leaf = read(directory, "cgroup.stat").contains("nr_descendants 0\n");
    } catch (ErrnoException e) {
      if (isGone(e)) {
        return;
      }
      throw e;
    }
    if (leaf || !wanted) {
      return;
    }
    if (depth == DEEPEST) {
      throw new ErrnoException("open", "level " + depth + " of the tree", Errno.of(40));
    }
    try {
      for (Path entry : directory) {
        Path name = entry.getFileName();
        if (wanted && isDirectory(directory, name)) {
          below(directory, name, place, depth);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw refused("read", Path.of(place.relative(CHUNK)), e);
    }
  }

  private void below(SecureDirectoryStream<Path> directory, Path name, CgroupPlace place, int depth)
      throws ErrnoException {
    try (SecureDirectoryStream<Path> child =
        directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
      show(child, place.below(name), depth + 1);
    } catch (IOException e) {
      ErrnoException refusal = refused("open", name, e);
      if (!isGone(refusal)) {
        throw refusal;
      }
    }
  }

  private static boolean isDirectory(SecureDirectoryStream<Path> directory, Path name)
      throws ErrnoException {
    try {
      return directory
          .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes()
          .isDirectory();
    } catch (IOException e) {
      ErrnoException refusal = refused("stat", name, e);
      if (isGone(refusal)) {
        return false;
      }
      throw refusal;
    }
  }

  private static String read(SecureDirectoryStream<Path> directory, String file)
      throws ErrnoException {
    Path name = Path.of(file);
    try (SeekableByteChannel channel =
        directory.newByteChannel(name, Set.of(StandardOpenOption.READ))) {
      ByteBuffer buffer = ByteBuffer.allocate(CHUNK);
      while (channel.read(buffer) > 0) {
        if (!buffer.hasRemaining()) {
          if (buffer.capacity() >= LARGEST) {
            throw new ErrnoException("read", file, Errno.of(27));
          }
          buffer = ByteBuffer.wrap(Arrays.copyOf(buffer.array(), 2 * buffer.capacity()));
          buffer.position(buffer.capacity() / 2);
        }
      }
      return new String(buffer.array(), 0, buffer.position(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw refused("read", name, e);
    }
  }

  private static ErrnoException refused(String operation, Path name, Exception e) {
    Throwable cause = e instanceof DirectoryIteratorException ? e.getCause() : e;
    Errno errno = cause instanceof IOException failure ? JdkErrno.of(failure) : Errno.of(5);
    return new ErrnoException(operation, name.toString(), errno);
  }

  private static boolean isGone(ErrnoException e) {
    return e.errno().equals(Errno.ENOENT) || e.errno().equals(Errno.ENODEV);
  }
}
