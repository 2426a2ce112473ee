package dev.husk.cgroup;

import dev.husk.process.Errno;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;

/** The error number behind an exception of the JDK, which tells the kernel's text at most. */
final class JdkErrno {
  /** EPERM, EBUSY, ENODEV, ENFILE, EMFILE, EROFS, ENAMETOOLONG, ENOSYS, ELOOP, EOPNOTSUPP. */
  private static final int[] LIKELY = {1, 16, 19, 23, 24, 30, 36, 38, 40, 95};

  private JdkErrno() {}

  /** EIO where it cannot be told. */
  static Errno of(IOException failure) {
    if (failure instanceof DirectoryNotEmptyException) {
      return Errno.EBUSY;
    }
    if (failure instanceof AccessDeniedException) {
      return Errno.EACCES;
    }
    if (failure instanceof NoSuchFileException) {
      return Errno.ENOENT;
    }
    String text = failure instanceof FileSystemException e ? e.getReason() : failure.getMessage();
    for (int number : LIKELY) {
      if (Errno.of(number).text().equals(text)) {
        return Errno.of(number);
      }
    }
    return Errno.of(5);
  }
}
