package dev.husk.process;

import java.nio.file.Path;

/** What lstat(2) says of a path: of a link itself, not of what it leads to. */
public final class FileStatus {
  private static final int FORMAT = 0170000;
  private static final int DIRECTORY = 0040000;
  private static final int REGULAR = 0100000;
  private static final int STICKY = 01000;
  private static final int OTHERS_WRITE = 022;
  private static final int PERMISSIONS = 07777;

  private final int mode;
  private final int owner;
  private final int self;

  private FileStatus(int mode, int owner, int self) {
    this.mode = mode;
    this.owner = owner;
    this.self = self;
  }

  /** Looks, without opening anything. */
  public static FileStatus of(Path path) throws ErrnoException {
    int[] values = new int[3];
    int result = Native.status(Native.cString(path), values);
    if (result < 0) {
      throw new ErrnoException("lstat", path.toString(), Errno.of(-result));
    }
    return new FileStatus(values[0], values[1], values[2]);
  }

  public boolean isDirectory() {
    return (mode & FORMAT) == DIRECTORY;
  }

  public boolean isRegularFile() {
    return (mode & FORMAT) == REGULAR;
  }

  /** Of this process' effective user. */
  public boolean isOwn() {
    return owner == self;
  }

  public boolean isRoots() {
    return owner == 0;
  }

  /** The owner's number. */
  public long owner() {
    return Integer.toUnsignedLong(owner);
  }

  /** Whether the group or everybody may write to it. */
  public boolean isWritableByOthers() {
    return (mode & OTHERS_WRITE) != 0;
  }

  /** Of a directory: what is in it is renamed and removed by its owner alone. */
  public boolean isSticky() {
    return (mode & STICKY) != 0;
  }

  /** The permissions as people write them: {@code 0755}. */
  public String permissions() {
    return "0" + Integer.toOctalString(mode & PERMISSIONS);
  }
}
