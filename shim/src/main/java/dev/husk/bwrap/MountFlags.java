package dev.husk.bwrap;

/** Flags of mount(2). */
final class MountFlags {
  static final long RDONLY = 1;
  static final long NOSUID = 2;
  static final long NODEV = 4;
  static final long NOEXEC = 8;
  static final long SYNCHRONOUS = 16;
  static final long REMOUNT = 32;
  static final long DIRSYNC = 128;
  static final long NOSYMFOLLOW = 256;
  static final long NOATIME = 1024;
  static final long NODIRATIME = 2048;
  static final long BIND = 4096;
  static final long REC = 16384;
  static final long SILENT = 32768;
  static final long RELATIME = 1L << 21;
  static final long STRICTATIME = 1L << 24;
  static final long LAZYTIME = 1L << 25;

  /** The flags that say when access times are written. */
  static final long ATIMES = NOATIME | RELATIME | STRICTATIME;

  /** The flags of the file system, shared by all its mounts. */
  static final long OF_FILESYSTEM = SYNCHRONOUS | DIRSYNC | LAZYTIME;

  private MountFlags() {}

  /** The flag of a per-mount option in mountinfo; 0 if it is none. */
  static long ofMountinfo(String option) {
    return switch (option) {
      case "ro" -> RDONLY;
      case "nosuid" -> NOSUID;
      case "nodev" -> NODEV;
      case "noexec" -> NOEXEC;
      case "nosymfollow" -> NOSYMFOLLOW;
      case "noatime" -> NOATIME;
      case "nodiratime" -> NODIRATIME;
      case "relatime" -> RELATIME;
      default -> 0;
    };
  }
}
