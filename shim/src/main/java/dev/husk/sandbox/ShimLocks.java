package dev.husk.sandbox;

import dev.husk.process.ErrnoException;
import dev.husk.process.SysFiles;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalLong;

/**
 * The file locks of this pid namespace, {@code /proc/locks}. Looking there tells whether a shim
 * lives without taking its lock for a moment, which would turn a new shim away.
 */
final class ShimLocks {
  private static final int PID = 4;
  private static final int PLACE = 5;

  private final List<String[]> locks;

  private ShimLocks(List<String[]> locks) {
    this.locks = locks;
  }

  /** None when procfs is not there. */
  static ShimLocks now() {
    try {
      return of(SysFiles.read(Path.of("/proc/locks")));
    } catch (ErrnoException e) {
      return of("");
    }
  }

  /** From lines such as {@code 1: POSIX ADVISORY WRITE 1234 00:19:5678 0 EOF} (proc_locks(5)). */
  static ShimLocks of(String text) {
    List<String[]> locks = new ArrayList<>();
    for (String line : text.split("\n", -1)) {
      String[] words = line.strip().split("\\s+", -1);
      // One that waits for a lock has an arrow before its kind.
      if (words.length > PLACE && words[1].equals("POSIX") && words[3].equals("WRITE")) {
        locks.add(words);
      }
    }
    return new ShimLocks(locks);
  }

  /**
   * Whether a process holds the lock on that file. Some file systems show another device number to
   * stat(2) than to the kernel's list; there the holder's pid has to be the one that is known.
   */
  boolean holds(Path file, OptionalLong knownPid) {
    long inode;
    long device;
    try {
      inode = number(file, "unix:ino");
      device = number(file, "unix:dev");
    } catch (IOException e) {
      return false;
    }
    for (String[] lock : locks) {
      boolean known = knownPid.isPresent() && lock[PID].equals(Long.toString(knownPid.getAsLong()));
      if (lock[PLACE].equals(place(device, inode))
          || (known && lock[PLACE].endsWith(":" + inode))) {
        return true;
      }
    }
    return false;
  }

  private static long number(Path file, String attribute) throws IOException {
    if (Files.getAttribute(file, attribute) instanceof Number number) {
      return number.longValue();
    }
    throw new IOException("no " + attribute);
  }

  /** As the kernel prints it, from a device number as glibc packs it (gnu_dev_makedev). */
  static String place(long device, long inode) {
    long major = ((device >>> 8) & 0xfff) | ((device >>> 32) & 0xfffff000L);
    long minor = (device & 0xff) | ((device >>> 12) & 0xffffff00L);
    return String.format(Locale.ROOT, "%02x:%02x:%d", major, minor, inode);
  }

  /** For a shim in another pid namespace, whose locks are not listed. */
  static boolean listens(Path socket) {
    try (SocketChannel probe = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      probe.configureBlocking(false);
      return probe.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }
}
