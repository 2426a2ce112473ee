package dev.husk.bwrap;

import dev.husk.failure.HuskException;
import dev.husk.process.MountInfo;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The mounts of the host, read when first asked for: most configs never ask. */
final class HostMounts {
  private static final Path SELF = Path.of("/proc/self/mountinfo");

  private final Path file;
  private @Nullable List<MountInfo.Entry> entries;

  HostMounts() {
    this(SELF);
  }

  HostMounts(Path mountinfo) {
    file = mountinfo;
  }

  boolean isMountPoint(Path path) throws HuskException {
    for (MountInfo.Entry entry : entries()) {
      if (entry.mountPoint().equals(path.toString())) {
        return true;
      }
    }
    return false;
  }

  /** The mount points below a real path. */
  List<Path> below(Path path) throws HuskException {
    List<Path> points = new ArrayList<>();
    for (MountInfo.Entry entry : entries()) {
      Path point = Path.of(entry.mountPoint());
      if (point.startsWith(path) && !point.equals(path)) {
        points.add(point);
      }
    }
    return points;
  }

  /** Whether a bind of a real path would show a file system of these types. */
  boolean shows(Set<String> types, Path path, boolean recursive) throws HuskException {
    String longest = "";
    boolean shows = false;
    for (MountInfo.Entry entry : entries()) {
      Path point = Path.of(entry.mountPoint());
      if (path.startsWith(point) && entry.mountPoint().length() >= longest.length()) {
        longest = entry.mountPoint();
        shows = types.contains(entry.fstype());
      }
    }
    return shows || (recursive && holds(types, path));
  }

  /** Whether a file system of these types is mounted below a real path. */
  boolean holds(Set<String> types, Path path) throws HuskException {
    for (MountInfo.Entry entry : entries()) {
      Path point = Path.of(entry.mountPoint());
      if (types.contains(entry.fstype()) && point.startsWith(path) && !point.equals(path)) {
        return true;
      }
    }
    return false;
  }

  /** The flags of the mount that shows a real path, as mount(2) takes them. */
  long flagsOf(Path path) throws HuskException {
    String text = path.toString();
    String longest = "";
    long flags = 0;
    for (MountInfo.Entry entry : entries()) {
      String point = entry.mountPoint();
      boolean above =
          point.equals("/")
              || text.equals(point)
              || (text.startsWith(point) && text.charAt(point.length()) == '/');
      if (above && point.length() >= longest.length()) {
        longest = point;
        flags = flags(entry.options());
      }
    }
    return flags;
  }

  private static long flags(String options) {
    long flags = 0;
    int position = 0;
    while (position <= options.length()) {
      int end = options.indexOf(',', position);
      end = end < 0 ? options.length() : end;
      flags |= MountFlags.ofMountinfo(options.substring(position, end));
      position = end + 1;
    }
    // No option in mountinfo means strictatime; mount(2) would take no flag for relatime.
    return (flags & MountFlags.ATIMES) == 0 ? flags | MountFlags.STRICTATIME : flags;
  }

  private List<MountInfo.Entry> entries() throws HuskException {
    List<MountInfo.Entry> known = entries;
    if (known == null) {
      try {
        known = MountInfo.parse(Files.readString(file));
      } catch (IOException | IllegalArgumentException e) {
        throw new HuskException(new BwrapFailure.Unreadable(file, String.valueOf(e)), e);
      }
      entries = known;
    }
    return known;
  }
}
