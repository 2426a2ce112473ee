package dev.husk.cgroup;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SecureDirectoryStream;
import java.nio.file.attribute.BasicFileAttributeView;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The shape of a tree of cgroups: names and numbers, so that a tree of any size can be cut to what
 * is to be shown. Names are taken as the bytes that they are, and each directory is reached from
 * the one above it, since a payload may choose names that no path can carry.
 */
final class CgroupOutline {
  /** Each level holds a descriptor. */
  static final int DEEPEST = 128;

  /** Names and numbers of more would not fit a small heap. */
  static final int MOST = 20_000;

  final Path name;
  final List<CgroupOutline> children = new ArrayList<>();
  private int processes;
  private boolean shown;

  private CgroupOutline(Path name) {
    this.name = name;
  }

  /** Of a cgroup and all below it, {@value #MOST} at most. */
  static CgroupOutline of(Path directory) throws IOException {
    CgroupOutline outline = new CgroupOutline(directory);
    try (SecureDirectoryStream<Path> stream = open(directory)) {
      outline.fill(stream, 0, new int[] {MOST});
    }
    return outline;
  }

  /** To be closed by the caller. */
  @SuppressWarnings("StreamResourceLeak")
  static SecureDirectoryStream<Path> open(Path directory) throws IOException {
    DirectoryStream<Path> stream = Files.newDirectoryStream(directory);
    if (stream instanceof SecureDirectoryStream<Path> secure) {
      return secure;
    }
    stream.close();
    throw new IOException("the file system does not open directories by descriptor");
  }

  private void fill(SecureDirectoryStream<Path> directory, int depth, int[] left)
      throws IOException {
    processes = CgroupFile.lines(CgroupFile.read(directory, "cgroup.procs"));
    if (depth == DEEPEST
        || CgroupFile.read(directory, "cgroup.stat").contains("nr_descendants 0\n")) {
      return;
    }
    try {
      for (Path entry : directory) {
        Path child = entry.getFileName();
        if (left[0] > 0 && isDirectory(directory, child)) {
          left[0]--;
          children.add(new CgroupOutline(child));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw new IOException(e);
    }
    children.sort(Comparator.comparing(outline -> outline.name));
    for (CgroupOutline child : children) {
      try (SecureDirectoryStream<Path> below =
          directory.newDirectoryStream(child.name, LinkOption.NOFOLLOW_LINKS)) {
        child.fill(below, depth + 1, left);
      } catch (IOException e) {
        // It has been removed meanwhile, or may not be looked at: an empty one for who only counts.
      }
    }
  }

  private static boolean isDirectory(SecureDirectoryStream<Path> directory, Path name) {
    try {
      return directory
          .getFileAttributeView(name, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .readAttributes()
          .isDirectory();
    } catch (IOException e) {
      return false;
    }
  }

  /** Marks the cgroups to be shown: level by level, so that a wide level hides none above it. */
  void show(int cgroups) {
    ArrayDeque<CgroupOutline> next = new ArrayDeque<>(List.of(this));
    for (int left = cgroups; left > 0 && !next.isEmpty(); left--) {
      CgroupOutline outline = next.remove();
      outline.shown = true;
      next.addAll(outline.children);
    }
  }

  List<CgroupOutline> shownChildren() {
    return children.stream().filter(child -> child.shown).toList();
  }

  /** All below that are not shown. */
  CgroupView.Hidden hidden() {
    int cgroups = 0;
    int inThem = 0;
    ArrayDeque<CgroupOutline> next = new ArrayDeque<>();
    children.stream().filter(child -> !child.shown).forEach(next::add);
    while (!next.isEmpty()) {
      CgroupOutline outline = next.remove();
      cgroups++;
      inThem += outline.processes;
      next.addAll(outline.children);
    }
    return new CgroupView.Hidden(cgroups, inThem);
  }

  int cgroups() {
    int sum = 1;
    for (CgroupOutline child : children) {
      sum += child.cgroups();
    }
    return sum;
  }

  int processes() {
    int sum = processes;
    for (CgroupOutline child : children) {
      sum += child.processes();
    }
    return sum;
  }
}
