package dev.husk.process;

import java.util.Map;

/**
 * An error number of the kernel, with its symbolic name and text.
 *
 * @param value as in {@code errno.h}; the numbers used here are the same on every Linux
 *     architecture that husk runs on
 */
public record Errno(int value, String name, String text) {
  private static final Map<Integer, Errno> KNOWN =
      Map.ofEntries(
          entry(1, "EPERM", "Operation not permitted"),
          entry(2, "ENOENT", "No such file or directory"),
          entry(3, "ESRCH", "No such process"),
          entry(4, "EINTR", "Interrupted system call"),
          entry(5, "EIO", "Input/output error"),
          entry(7, "E2BIG", "Argument list too long"),
          entry(8, "ENOEXEC", "Exec format error"),
          entry(9, "EBADF", "Bad file descriptor"),
          entry(10, "ECHILD", "No child processes"),
          entry(11, "EAGAIN", "Resource temporarily unavailable"),
          entry(12, "ENOMEM", "Cannot allocate memory"),
          entry(13, "EACCES", "Permission denied"),
          entry(14, "EFAULT", "Bad address"),
          entry(16, "EBUSY", "Device or resource busy"),
          entry(17, "EEXIST", "File exists"),
          entry(18, "EXDEV", "Invalid cross-device link"),
          entry(19, "ENODEV", "No such device"),
          entry(20, "ENOTDIR", "Not a directory"),
          entry(21, "EISDIR", "Is a directory"),
          entry(22, "EINVAL", "Invalid argument"),
          entry(23, "ENFILE", "Too many open files in system"),
          entry(24, "EMFILE", "Too many open files"),
          entry(26, "ETXTBSY", "Text file busy"),
          entry(27, "EFBIG", "File too large"),
          entry(28, "ENOSPC", "No space left on device"),
          entry(30, "EROFS", "Read-only file system"),
          entry(32, "EPIPE", "Broken pipe"),
          entry(34, "ERANGE", "Numerical result out of range"),
          entry(36, "ENAMETOOLONG", "File name too long"),
          entry(38, "ENOSYS", "Function not implemented"),
          entry(39, "ENOTEMPTY", "Directory not empty"),
          entry(40, "ELOOP", "Too many levels of symbolic links"),
          entry(61, "ENODATA", "No data available"),
          entry(71, "EPROTO", "Protocol error"),
          entry(87, "EUSERS", "Too many users"),
          entry(95, "EOPNOTSUPP", "Operation not supported"),
          entry(104, "ECONNRESET", "Connection reset by peer"),
          entry(110, "ETIMEDOUT", "Connection timed out"),
          entry(117, "EUCLEAN", "Structure needs cleaning"));

  private static Map.Entry<Integer, Errno> entry(int value, String name, String text) {
    return Map.entry(value, new Errno(value, name, text));
  }

  public static final Errno ENOENT = of(2);
  public static final Errno ESRCH = of(3);
  public static final Errno EACCES = of(13);
  public static final Errno EPERM = of(1);
  public static final Errno EAGAIN = of(11);
  public static final Errno EBUSY = of(16);
  public static final Errno EEXIST = of(17);
  public static final Errno ENODEV = of(19);
  public static final Errno EINVAL = of(22);
  public static final Errno EROFS = of(30);
  public static final Errno ERANGE = of(34);
  public static final Errno ENOTEMPTY = of(39);
  public static final Errno EOPNOTSUPP = of(95);

  /** The errno of that number; unnamed numbers are shown as {@code errno N}. */
  public static Errno of(int value) {
    Errno known = KNOWN.get(value);
    return known != null ? known : new Errno(value, "errno " + value, "unnamed error");
  }

  /** Written out: a record's own is put together at run time, which costs a start 10 ms. */
  @Override
  public boolean equals(Object other) {
    return other instanceof Errno errno && value == errno.value;
  }

  @Override
  public int hashCode() {
    return value;
  }

  /** {@code EBUSY (Device or resource busy)}. */
  @Override
  public String toString() {
    return name + " (" + text + ")";
  }
}
