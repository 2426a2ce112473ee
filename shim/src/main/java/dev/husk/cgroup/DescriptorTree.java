package dev.husk.cgroup;

import dev.husk.process.Errno;
import dev.husk.process.ErrnoException;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayList;
import java.util.List;

/**
 * Removal by openat and unlinkat, with the names as the bytes that they are. Linux's {@link
 * DirectoryStream} is a {@link SecureDirectoryStream}, which is exactly that.
 */
final class DescriptorTree {
  /** Each level holds a descriptor; husk bounds the depth of a sandbox's tree far below this. */
  private static final int DEEPEST = 128;

  private DescriptorTree() {}

  static void remove(Path directory) throws ErrnoException {
    try {
      try (DirectoryStream<Path> stream = Files.newDirectoryStream(directory)) {
        removeChildren(secure(stream), 0);
      }
      Files.delete(directory);
    } catch (NoSuchFileException e) {
      return;
    } catch (IOException e) {
      throw new ErrnoException("rmdir", directory.toString(), JdkErrno.of(e));
    }
  }

  private static void removeChildren(SecureDirectoryStream<Path> directory, int depth)
      throws IOException {
    if (depth > DEEPEST) {
      throw new FileSystemException(null, null, Errno.of(40).text());
    }
    List<Path> names = new ArrayList<>();
    try {
      for (Path entry : directory) {
        names.add(entry.getFileName());
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException(e);
    }
    for (Path name : names) {
      removeChild(directory, name, depth);
    }
  }

  private static void removeChild(SecureDirectoryStream<Path> directory, Path name, int depth)
      throws IOException {
    try {
      if (!directory
          .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes()
          .isDirectory()) {
        return;
      }
      try (SecureDirectoryStream<Path> child =
          directory.newDirectoryStream(name, LinkOption.NOFOLLOW_LINKS)) {
        removeChildren(child, depth + 1);
      }
      directory.deleteDirectory(name);
    } catch (NoSuchFileException | NotDirectoryException e) {
      return;
    }
  }

  private static SecureDirectoryStream<Path> secure(DirectoryStream<Path> stream)
      throws IOException {
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    throw new FileSystemException(null, null, Errno.of(38).text());
  }
}
